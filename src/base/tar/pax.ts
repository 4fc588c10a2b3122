import { isUtf8 } from 'node:buffer';

/** The records of PAX headers that change how an entry is read; every other key is passed over. */
export interface PaxRecords {
  path?: string;
  linkpath?: string;
  size?: number;
  sparseName?: string;
  sparseMajor?: string;
  sparseMinor?: string;
  /** `GNU.sparse.size` (0.x) or `GNU.sparse.realsize` (1.0). */
  sparseSize?: number;
  /** Pairs offset, length of sparse 0.0 and 0.1. */
  sparseMap?: number[];
  /** False when a name is not UTF-8. */
  utf8?: boolean;
}

const EQUALS = 61;
const NEWLINE = 10;

/**
 * Reads the body of an `x` or `g` header: records `"LENGTH KEY=VALUE\n"`, LENGTH counting itself. An empty value takes the key back.
 * Answers undefined when a record contradicts its length or a value its kind: what follows can then not be trusted.
 * Source: POSIX.1-2017, pax, "pax Header Block"; GNU tar manual, "PAX 0, version 0.0 … PAX 1, version 1.0" of the sparse formats.
 */
export function parsePax(body: Buffer): PaxRecords | undefined {
  const into: PaxRecords = {};
  let at = 0;
  let pendingOffset: number | undefined;
  while (at < body.length) {
    // Some writers pad the body with NULs inside its stated size.
    if (body[at] === 0) return restIsZero(body, at) ? into : undefined;
    let length = 0;
    let i = at;
    for (; i < body.length && i - at < 10; i += 1) {
      const digit = (body[i] ?? 0) - 48;
      if (digit < 0 || digit > 9) break;
      length = length * 10 + digit;
    }
    const end = at + length;
    if (i === at || body[i] !== 32 || end > body.length || end < i + 4 || body[end - 1] !== NEWLINE) return undefined;
    const equals = body.indexOf(EQUALS, i + 1);
    if (equals <= i + 1 || equals >= end) return undefined;
    const key = body.toString('latin1', i + 1, equals);
    const offset = applyRecord(into, key, body.subarray(equals + 1, end - 1), pendingOffset);
    if (offset === false) return undefined;
    pendingOffset = offset;
    at = end;
  }
  return pendingOffset === undefined ? into : undefined;
}

/** Answers the sparse offset that waits for its length (sparse 0.0), or false when the value is invalid. */
function applyRecord(into: PaxRecords, key: string, value: Buffer, pendingOffset: number | undefined): number | undefined | false {
  switch (key) {
    case 'path':
      return setText(into, 'path', value) && pendingOffset;
    case 'linkpath':
      return setText(into, 'linkpath', value) && pendingOffset;
    case 'GNU.sparse.name':
      return setText(into, 'sparseName', value) && pendingOffset;
    case 'size':
      return setNumber(into, 'size', value) && pendingOffset;
    case 'GNU.sparse.size':
    case 'GNU.sparse.realsize':
      return setNumber(into, 'sparseSize', value) && pendingOffset;
    case 'GNU.sparse.major':
      into.sparseMajor = value.toString('latin1');
      return pendingOffset;
    case 'GNU.sparse.minor':
      into.sparseMinor = value.toString('latin1');
      return pendingOffset;
    case 'GNU.sparse.map': {
      const map = value.toString('latin1').split(',').map(decimal);
      if (map.length % 2 !== 0 || map.some(Number.isNaN)) return false;
      into.sparseMap = map;
      return pendingOffset;
    }
    case 'GNU.sparse.offset': {
      const offset = decimal(value.toString('latin1'));
      return pendingOffset !== undefined || Number.isNaN(offset) ? false : offset;
    }
    case 'GNU.sparse.numbytes': {
      const length = decimal(value.toString('latin1'));
      if (pendingOffset === undefined || Number.isNaN(length)) return false;
      into.sparseMap ??= [];
      into.sparseMap.push(pendingOffset, length);
      return undefined;
    }
    default:
      return pendingOffset;
  }
}

function setText(into: PaxRecords, key: 'path' | 'linkpath' | 'sparseName', value: Buffer): boolean {
  if (value.includes(0)) return false;
  if (value.length === 0) {
    delete into[key];
    return true;
  }
  if (!isUtf8(value)) into.utf8 = false;
  into[key] = value.toString('utf8');
  return true;
}

function setNumber(into: PaxRecords, key: 'size' | 'sparseSize', value: Buffer): boolean {
  if (value.length === 0) {
    delete into[key];
    return true;
  }
  const text = value.toString('latin1');
  // What a sparse file claims to be is only ever compared with budgets.
  const number = key === 'sparseSize' && /^\d{17,20}$/.test(text) ? Number.MAX_SAFE_INTEGER : decimal(text);
  if (Number.isNaN(number)) return false;
  into[key] = number;
  return true;
}

/** Without sign, at most 2^53; NaN otherwise. */
export function decimal(text: string): number {
  if (text.length === 0 || text.length > 16) return Number.NaN;
  let value = 0;
  for (let i = 0; i < text.length; i += 1) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return Number.isSafeInteger(value) ? value : Number.NaN;
}

function restIsZero(body: Buffer, at: number): boolean {
  for (let i = at; i < body.length; i += 1) if (body[i] !== 0) return false;
  return true;
}

/**
 * The sparse format that PAX records declare; undefined when the entry is none: a size or name without a known version is passed over,
 * as in the reader that container engines use. Source: Go, archive/tar, `readGNUSparsePAXHeaders`.
 */
export function sparseVersion({ sparseMajor = '', sparseMinor = '', sparseMap }: PaxRecords): 0 | 1 | undefined {
  if (sparseMajor === '1' && sparseMinor === '0') return 1;
  if (sparseMajor === '0' && (sparseMinor === '0' || sparseMinor === '1')) return 0;
  return sparseMajor === '' && sparseMinor === '' && sparseMap !== undefined ? 0 : undefined;
}
