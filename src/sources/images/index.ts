export { layerWalker } from './layer-walker.ts';
export { openTarget } from './open-target.ts';
export { readImage } from './read-image.ts';
export { WantTable } from './want-table.ts';
