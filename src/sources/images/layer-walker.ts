import type { Warning } from '../../model/unknown.ts';
import { overlay } from './overlay.ts';
import type { LayerWalker } from './read-image-layer.ts';
import { walkLayerSource, walkLayerStream } from './walk-layer.ts';
import type { WantTable } from './want-table.ts';

/** The walker of tar layers and the overlay of their facts, as reading an image uses them. */
export function layerWalker(table: WantTable): LayerWalker {
  const none: readonly Warning[] = [];
  return {
    analyzers: table.analyzers,
    stream: (bytes, how) => walkLayerStream(bytes, table, how),
    source: (bytes, how) => walkLayerSource(bytes, table, how),
    merge(layers) {
      const { files, causes } = overlay(layers);
      return { files, causes, warnings: none };
    },
  };
}
