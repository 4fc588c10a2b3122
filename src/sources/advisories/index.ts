// The room's door. Feeds are not among it: the registry loads them one by one.
export { defaultFeedBudget, type FeedBudget, type FeedItem, readPlace } from './feed-files.ts';
export { completenessUnknown, type Emit, type FeedFile, type FeedKind, type Importer } from './importer.ts';
export { type OpenAdvisoryIndex, openAdvisories } from './index-reader.ts';
export { commitPacks, packPath, readManifest, temporaryName } from './store.ts';
export { baseEcosystem, type SourceBuilder, type SourceTitle, sourceBuilder } from './store-build.ts';
export { type ExportedPack, emitExported, exportedFolder, exportedHead, exportLines } from './store-export.ts';
export { type Manifest, type PackEntryOfManifest, parsePack, type SkippedRecords } from './store-manifest.ts';
export { officialAddresses, type UpdateAddresses, type UpdateFeed, updateFeeds } from './updates.ts';
