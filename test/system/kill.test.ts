import { mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildImage, ociLayout, writeFolder } from '../build-image.ts';
import { buildOnce, filesBelow, fixed, now, plimsoll, seeded, temporaryFolder } from './command.ts';
import { smallLayers } from './small-image.ts';

const folder = temporaryFolder('kill');
const KILLS = 50;
/** Names of files that are not finished. */
const unfinished = /(^|\/)\.[^/]*$/;

/** An image that takes long enough to be killed in the middle: many small layers. */
function manyLayers(): string {
  const packages = Array.from({ length: 24 }, (_, layer) =>
    Object.fromEntries(
      Array.from({ length: 60 }, (__, nth) => [
        `srv/${layer}/node_modules/p${nth}/package.json`,
        JSON.stringify({ name: nth === 0 ? 'lodash' : `p${nth}`, version: `4.17.${layer}` }),
      ]),
    ),
  );
  return writeFolder(ociLayout([buildImage({ layers: [...smallLayers(), ...packages] })], 'gzip'), join(folder, 'image'));
}

/** Records of the OSV schema for 400 npm packages, a file each in one folder of lines. */
function records(generation: number): string {
  const lines = Array.from({ length: 400 }, (_, nth) => {
    const id = `GHSA-${String(nth).padStart(4, '2').slice(-4)}-test-0000`;
    const affected = [
      {
        package: { ecosystem: 'npm', name: nth === 0 ? 'lodash' : `p${nth}` },
        ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed: `4.17.${generation}` }] }],
      },
    ];
    return JSON.stringify({
      path: `${id}.json`,
      text: JSON.stringify({ schema_version: '1.6.0', id, modified: '2024-01-01T00:00:00Z', summary: `record ${nth}`, affected }),
    });
  });
  const place = join(folder, `records-${generation}`);
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, 'records.jsonl'), `${lines.join('\n')}\n`);
  return place;
}

describe('kill -9', () => {
  let image = '';
  beforeAll(() => {
    buildOnce();
    image = manyLayers();
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const scan = (cache: string, killAfterMs?: number) =>
    plimsoll(['scan', `oci:${image}`, '--format', 'json', ...fixed], { cache, ...(killAfterMs === undefined ? {} : { killAfterMs }) });

  it(`of a scan at ${KILLS} moments: the next one answers the same, and nothing half written is read`, async () => {
    const whole = join(folder, 'whole');
    mkdirSync(whole);
    expect((await plimsoll(['db', 'import', records(9), ...fixed], { cache: whole })).code).toBe(0);
    const began = Date.now();
    const expected = await scan(whole);
    let lasts = Date.now() - began;
    expect(expected.code).toBe(0);
    expect(JSON.parse(expected.out).findings.length).toBeGreaterThan(100);

    const random = seeded(20_261_125);
    const cache = join(folder, 'killed');
    const layers = join(cache, 'plimsoll/layers/entries');
    mkdirSync(cache);
    expect((await plimsoll(['db', 'import', records(9), ...fixed], { cache })).code).toBe(0);
    let killed = 0;
    for (let nth = 0; nth < KILLS; nth++) {
      // Every fifth begins with no entries, so that kills hit writing as well as reading.
      if (nth % 5 === 0) rmSync(layers, { recursive: true, force: true });
      const outcome = await scan(cache, random() * lasts * 0.95);
      // How long a run lasts depends on the machine's load: moments that come too late are drawn from a shorter span.
      if (outcome.signal !== 'SIGKILL') lasts *= 0.85;
      if (outcome.signal === 'SIGKILL') {
        killed += 1;
        expect(outcome.out === '' || expected.out.startsWith(outcome.out)).toBe(true);
      } else expect(outcome.out).toBe(expected.out);
      if (nth % 5 === 4) expect(await scan(cache)).toEqual(expected);
    }
    expect(killed).toBeGreaterThan(KILLS / 2);
    expect(await scan(cache)).toEqual(expected);
  }, 240_000);

  it('leaves temporary files that a later run sweeps, and no others', async () => {
    const cache = join(folder, 'killed');
    const entries = join(cache, 'plimsoll/layers/entries');
    // Whether a kill hit between two system calls is chance: one such file is put there for certain.
    mkdirSync(join(entries, 'ab'), { recursive: true });
    writeFileSync(join(entries, 'ab/.1234.0123456789ab'), 'half');
    for (const file of filesBelow(entries)) {
      const old = Date.now() / 1000 - 2 * 60 * 60;
      if (unfinished.test(file)) utimesSync(join(entries, file), old, old);
      else rmSync(join(entries, file));
    }
    expect((await scan(cache)).code).toBe(0);
    expect(filesBelow(cache).filter((file) => unfinished.test(file))).toEqual([]);
  });

  it('reads no entry that was cut', async () => {
    const cache = join(folder, 'killed');
    const entries = join(cache, 'plimsoll/layers/entries');
    const expected = await scan(cache);
    const files = filesBelow(entries);
    expect(files.length).toBeGreaterThan(20);
    for (const [nth, file] of files.entries()) {
      const bytes = readFileSync(join(entries, file));
      writeFileSync(join(entries, file), bytes.subarray(0, Math.floor((bytes.length * (nth % 10)) / 10)));
    }
    expect(await scan(cache)).toEqual(expected);
  });

  it(`of an import at ${KILLS} moments: the former data or the new, whole`, async () => {
    const cache = join(folder, 'import');
    mkdirSync(cache);
    const places = [records(5), records(15)];
    const bring = (place: string, killAfterMs?: number) =>
      plimsoll(['db', 'import', place, ...fixed], { cache, ...(killAfterMs === undefined ? {} : { killAfterMs }) });
    const answers: string[] = [];
    let lasts = 0;
    for (const place of places) {
      const began = Date.now();
      expect((await bring(place)).code).toBe(0);
      lasts = Date.now() - began;
      answers.push((await scan(cache)).out);
    }
    expect(answers[0]).not.toBe(answers[1]);

    const random = seeded(4);
    let killed = 0;
    let changed = 0;
    let last = answers[1];
    for (let nth = 0; nth < KILLS; nth++) {
      // Every seventh is left alone, so that both answers come up in turn whatever the kills hit.
      const isLeftAlone = nth % 7 === 6;
      const outcome = await bring(places[nth % 2] ?? '', isLeftAlone ? undefined : random() * lasts * 0.95);
      if (outcome.signal === 'SIGKILL') killed += 1;
      else {
        expect(outcome.code).toBe(0);
        if (!isLeftAlone) lasts *= 0.85;
      }
      if (nth % 3 !== 2 && outcome.signal === 'SIGKILL') continue;
      const { code, out } = await scan(cache);
      expect(code).toBe(0);
      expect(answers).toContain(out);
      if (outcome.code === 0) expect(out).toBe(answers[nth % 2]);
      if (out !== last) changed += 1;
      last = out;
    }
    expect(killed).toBeGreaterThan(KILLS / 2);
    expect(changed).toBeGreaterThan(0);

    // A day later an import sweeps whatever the kills left.
    const tomorrow = new Date(Date.now() + 25 * 60 * 60 * 1000).toISOString();
    for (const place of places) {
      const later = await plimsoll(['db', 'import', place, '--offline', '--now', tomorrow], { cache });
      expect(later.code).toBe(0);
      const { out } = await scan(cache);
      expect(answers).toContain(out.replaceAll(tomorrow, now));
    }
    const packs = JSON.parse(readFileSync(join(cache, 'plimsoll/db/manifest.json'), 'utf8')).packs.map((one: { file: string }) => one.file);
    const left = filesBelow(join(cache, 'plimsoll/db'));
    expect(left.filter((file) => unfinished.test(file) || file === 'lock')).toEqual([]);
    expect(left.filter((file) => file.endsWith('.pack'))).toEqual(packs.map((file: string) => `packs/${file}`).sort());
  }, 240_000);
});
