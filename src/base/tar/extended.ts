import { decodeText } from './header.ts';
import { type PaxRecords, parsePax } from './pax.ts';

/** Flags of headers whose body tells of the next entry: `x`, `X` (Solaris), `g`, `L`, `K`. */
export function isExtended(flag: number): boolean {
  return flag === 120 || flag === 88 || flag === 103 || flag === 76 || flag === 75;
}

/** What extended headers said of the next entry: PAX records of its own, GNU long names. */
export class ExtendedHeaders {
  /** GNU `L`: the name of the next entry. It comes before PAX records, as in the reader that container engines use. */
  name: string | undefined;
  /** GNU `K`: its link target. */
  link: string | undefined;
  /** False when one of them is not UTF-8. */
  utf8 = true;
  private own: PaxRecords | undefined;

  /** Takes the body of an extended header; answers whether it agrees with itself. A second `x` replaces the first. */
  take(flag: number, body: Buffer): boolean {
    if (flag === 76 || flag === 75) {
      const zero = body.indexOf(0);
      const { text, utf8 } = decodeText(body, 0, zero < 0 ? body.length : zero);
      if (!utf8) this.utf8 = false;
      if (flag === 76) this.name = text;
      else this.link = text;
      return true;
    }
    const records = parsePax(body);
    if (records === undefined) return false;
    // A global header ends what waits and holds for nothing, in the reader that container engines use. Source: Go, archive/tar, `Reader.next`.
    if (flag === 103) this.clear();
    else this.own = records;
    return true;
  }

  /** The records that hold for the next entry. */
  get records(): PaxRecords | undefined {
    return this.own;
  }

  /** Whether something waits for an entry. */
  get waiting(): boolean {
    return this.own !== undefined || this.name !== undefined || this.link !== undefined;
  }

  /** Forgets what held for one entry. */
  clear(): void {
    this.own = undefined;
    this.name = undefined;
    this.link = undefined;
    this.utf8 = true;
  }
}
