import { spdxIds } from './spdx-ids.ts';

/** CycloneDX `licenseChoice`: licences by id or by name, or exactly one expression, never both. */
export type LicenseChoice =
  | readonly { readonly license: { readonly id: string } | { readonly name: string } }[]
  | readonly [{ readonly expression: string }];

const canonical: ReadonlyMap<string, string> = new Map(
  spdxIds
    .trim()
    .split(/\s+/)
    .map((id) => [id.toLowerCase(), id]),
);
const longestExpression = 2000;

/**
 * What a package database says of licences, as CycloneDX can hold it: a known SPDX id (whatever its case) as `id`, one valid expression as
 * `expression`, everything else by `name`, unchanged. Source: CycloneDX 1.6, licenseChoice; SPDX 2.3, annex D.
 */
export function licenseChoice(licenses: readonly string[]): LicenseChoice | undefined {
  const [only, ...others] = licenses.map((one) => one.trim()).filter((one) => one !== '');
  if (only === undefined) return undefined;
  if (others.length === 0 && !canonical.has(only.toLowerCase())) {
    const expression = spdxExpression(only);
    if (expression !== undefined) return [{ expression }];
  }
  return [only, ...others].map((one) => {
    const id = canonical.get(one.toLowerCase());
    return { license: id === undefined ? { name: one } : { id } };
  });
}

/** The expression with its ids in canonical case, or undefined when it is none: an operand and an operator in turn, brackets that close. */
function spdxExpression(text: string): string | undefined {
  if (text.length > longestExpression) return undefined;
  const words: string[] = [];
  let depth = 0;
  let wantsOperand = true;
  for (const token of text.match(/[()]|[^\s()]+/g) ?? []) {
    const operator = /^(and|or|with)$/i.test(token) ? token.toUpperCase() : undefined;
    const closes = token === ')';
    if (wantsOperand === (closes || operator !== undefined)) return undefined;
    if (token === '(') depth++;
    else if (closes) depth--;
    else wantsOperand = operator !== undefined;
    if (depth < 0) return undefined;
    const word = token === '(' || closes ? token : (operator ?? licenseRef(token));
    if (word === undefined) return undefined;
    words.push(word);
  }
  if (wantsOperand || depth !== 0) return undefined;
  return words.join(' ').replaceAll('( ', '(').replaceAll(' )', ')');
}

function licenseRef(token: string): string | undefined {
  if (/^(DocumentRef-[\w.-]+:)?LicenseRef-[\w.-]+$/.test(token)) return token;
  const known = canonical.get(token.toLowerCase());
  if (known !== undefined || !token.endsWith('+')) return known;
  const base = canonical.get(token.slice(0, -1).toLowerCase());
  return base === undefined ? undefined : `${base}+`;
}
