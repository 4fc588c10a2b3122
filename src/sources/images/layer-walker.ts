import type { UnknownCause, Warning } from '../../model/unknown.ts';
import { type Overlay, overlay } from './overlay.ts';
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
      const merged = overlay(layers, (path) => table.needs(path));
      return { files: merged.files, causes: [...merged.causes, ...movedPlaces(table, merged)], warnings: none };
    },
  };
}

/**
 * Places that an analyzer knows by name and that a link moves to where nobody looked: a package database that the system has and
 * nobody read. Blocking. Where the link leads to another known place, or to nothing, nothing is missing.
 */
function movedPlaces(table: WantTable, merged: Overlay): UnknownCause[] {
  return table.analyzers.flatMap(({ id, wants }) =>
    wants.flatMap(({ path, under }): UnknownCause[] => {
      const place = path ?? under?.replace(/\/$/, '');
      const real = place === undefined ? undefined : merged.resolve(place);
      if (place === undefined || real === undefined || real === place || !merged.stands(real)) return [];
      const isRead = wants.some((want) => want.path === real || want.under?.replace(/\/$/, '') === real);
      const reason = 'a link moves a known place to files that were not read';
      const hint = 'Scan the root file system of a container of it as dir:PATH.';
      return isRead
        ? []
        : [{ code: 'link-unresolved', area: id, of: 'links', reason, hint, example: `${place} -> ${real}`, blocking: true }];
    }),
  );
}
