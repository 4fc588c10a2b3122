import { dateOf, type Fields, fieldsIn, fieldsOf, isFields, parseJson, textOf } from './fields.ts';
import type { Emit, FeedFile, Importer } from './importer.ts';
import { hasJsonKeys } from './json-keys.ts';
import { parseYamlText } from './yaml-text.ts';

const frontMatter = /^\ufeff?---\r?\n([\s\S]*?\n)---\s*(?:\r?\n|$)/;

/**
 * Release cycles and their end of life: the Markdown files of the project (YAML front matter, one product a file) or the API's answer for
 * all products. Product names are those of endoflife.date: `debian`, `alpine-linux`, `nodejs`.
 * Source: endoflife.date, CONTRIBUTING ("releases") and `api/v1/products/full`.
 */
export const importer: Importer = {
  id: 'endoflife',
  kind: 'lifecycle',
  title: 'endoflife.date',
  licence: 'MIT',
  attribution: 'endoflife.date contributors',

  accepts(file) {
    if (isMarkdown(file)) return /^permalink:/m.test(file.text.slice(0, 8192)) && /^releases:/m.test(file.text);
    return file.text.includes('"isEol"') && hasJsonKeys(file.text, { schema_version: '', result: '[' });
  },

  read(file, emit) {
    if (isMarkdown(file)) readMarkdown(file, emit);
    else readApi(file, emit);
  },
};

function isMarkdown(file: FeedFile): boolean {
  return /^\ufeff?---\r?\n/.test(file.text);
}

function readMarkdown(file: FeedFile, emit: Emit): void {
  const product = parseYamlText(frontMatter.exec(file.text)?.[1] ?? '');
  const name =
    /([a-z0-9][\w.+-]*)\.md$/i.exec(file.path)?.[1] ?? (isFields(product) ? textOf(product.permalink)?.replace(/^\//, '') : undefined);
  if (!isFields(product) || name === undefined) {
    emit.skipped('front matter that cannot be read', file.path);
    return;
  }
  for (const release of fieldsIn(product.releases)) {
    // a release date may be a plan; the date of the newest version that came out is not
    const newest = dateOf(release.latestReleaseDate);
    if (newest !== undefined) emit.dated(newest);
    // the API calls the extension "extended support", the files have had two names for it
    emitCycle(name, release.releaseCycle, release.releaseDate, release.eol, release.eoes ?? release.extendedSupport, emit);
  }
}

function readApi(file: FeedFile, emit: Emit): void {
  const answer = fieldsOf(parseJson(file.text));
  const generated = dateOf(answer.generated_at);
  if (generated !== undefined) emit.published(generated);
  for (const product of fieldsIn(answer.result)) {
    const name = textOf(product.name);
    if (name === undefined) emit.skipped('product without a name', file.path);
    else
      for (const release of fieldsIn(product.releases))
        emitCycle(
          name,
          release.name,
          release.releaseDate,
          apiEnd(release, 'eolFrom', 'isEol'),
          apiEnd(release, 'eoesFrom', 'isEoes'),
          emit,
        );
  }
}

/** A date where there is one, else whether it has ended. */
function apiEnd(release: Fields, from: string, is: string): unknown {
  return release[from] ?? release[is];
}

function emitCycle(product: string, cycle: unknown, released: unknown, eol: unknown, extended: unknown, emit: Emit): void {
  const name = typeof cycle === 'number' ? String(cycle) : textOf(cycle);
  const end = readEnd(eol);
  if (name === undefined || end === undefined) {
    emit.skipped('release without a cycle or an end of life', `${product} ${name ?? '?'}`);
    return;
  }
  const since = dateOf(released)?.slice(0, 10);
  const longer = readEnd(extended);
  emit.lifecycle({
    product,
    cycle: name,
    ...(since === undefined ? {} : { released: since }),
    eol: end,
    ...(longer === undefined ? {} : { extendedEol: longer }),
  });
}

/** A date, or whether it has ended. In the files every scalar is text; `true` = ended on an unknown day. */
function readEnd(value: unknown): string | boolean | undefined {
  if (typeof value === 'boolean') return value;
  const text = textOf(value);
  if (text === 'true' || text === 'false') return text === 'true';
  return dateOf(text)?.slice(0, 10);
}
