/** The library: one function a verb. `openDeps` builds every port from settings; a job takes a request, the ports and an abort signal. */

export { isPlimsollError, PlimsollError } from '../model/error.ts';
export { silentProgress } from '../model/ports.ts';
export type { ScanResult } from '../model/scan-result.ts';
export { type ExportDeps, exportAdvisories } from './db-export.ts';
export { type ImportDeps, type ImportRequest, type ImportResult, importAdvisories } from './db-import.ts';
export { type SourceStatus, type StoreStatus, storeStatus } from './db-status.ts';
export { type UpdateRequest, type UpdateResult, updateAdvisories } from './db-update.ts';
export { type Deps, openDeps, type Surroundings } from './deps.ts';
export { type Scanned, type ScanRequest, scan } from './scan.ts';
export { allImporters } from './scan-data.ts';
export type { Settings } from './settings/table.ts';
