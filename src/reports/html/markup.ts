import { advisoryUrl } from '../../model/scan-words.ts';
import { visibleText } from '../../model/visible-text.ts';

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;', '`': '&#96;' };

/** Markup that was made here; the only thing that goes into a page as it is. */
export interface Markup {
  readonly markup: string;
}

/** What may stand in a template: text is escaped, markup is not, a list is joined. */
type Piece = string | number | Markup | undefined | readonly (Markup | undefined)[];

/** A text as it may stand between tags and inside quoted attributes. Controls and direction characters are shown by number. */
export function escapeText(text: string): string {
  return visibleText(text).replace(/[&<>"'`]/g, (char) => entities[char] ?? '');
}

/** Builds markup. Everything that is put in is escaped unless {@link html} itself made it, so forgetting is not possible. Attributes are quoted. */
export function html(parts: TemplateStringsArray, ...pieces: readonly Piece[]): Markup {
  let markup = parts[0] ?? '';
  for (const [i, piece] of pieces.entries()) markup += write(piece) + (parts[i + 1] ?? '');
  return { markup };
}

function write(piece: Piece): string {
  if (piece === undefined) return '';
  if (typeof piece === 'string') return escapeText(piece);
  if (typeof piece === 'number') return String(piece);
  if ('markup' in piece) return piece.markup;
  return piece.map((one) => one?.markup ?? '').join('');
}

/** A text of at most `most` characters: a name of a megabyte must not make the page one. */
export function clip(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}

/** An advisory's id, as a link only where the shape of the id is known: the address is never taken from data. */
export function idLink(id: string): Markup {
  const url = advisoryUrl(id);
  return url === undefined ? html`${clip(id, 40)}` : html`<a href="${url}" rel="noreferrer">${id}</a>`;
}
