import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { archive, type Compression, compress, dockerSaveNew, dockerSaveOld, type Files, ociLayout, writeFolder } from '../build-image.ts';
import { buildOnce, filesBelow, fixed, hasDocker, type Outcome, plimsoll, root, temporaryFolder, whyNot } from './command.ts';
import { smallImage } from './small-image.ts';

const folder = temporaryFolder('forms');
const image = smallImage();
const data = join(folder, 'data');
const noDocker = whyNot(hasDocker(), 'no container engine answers');
let counter = 0;
const emptyCache = (): string => join(folder, `cache-${counter++}`);

/** The JSON of a scan without the one thing that differs: the name under which the target was given. */
function answer(outcome: Outcome, says = ''): string {
  expect(outcome.err).toBe(says);
  expect(outcome.code).toBe(0);
  expect(outcome.out.match(/^ {4}"name": ".*",$/m)).not.toBeNull();
  return outcome.out.replace(/^ {4}"name": ".*",$/m, '    "name": "",');
}

async function scan(target: string, cache: string, stdin?: Uint8Array): Promise<string> {
  const options = { cache: data, env: { PLIMSOLL_CACHE_DIR: cache }, limitMs: 60_000, ...(stdin === undefined ? {} : { stdin }) };
  return answer(await plimsoll(['scan', target, '--format', 'json', ...fixed], options));
}

async function importData(cache: string): Promise<void> {
  const outcome = await plimsoll(['db', 'import', join(root, 'examples/shop'), ...fixed], {
    cache: data,
    env: { PLIMSOLL_CACHE_DIR: cache },
  });
  expect(outcome.code).toBe(0);
}

const archives: Record<string, Files> = {
  'oci-gzip': ociLayout([image], 'gzip'),
  'oci-zstd': ociLayout([image], 'zstd'),
  'oci-plain': ociLayout([image], 'plain'),
  'docker-old': dockerSaveOld([image]),
  'docker-new': dockerSaveNew([image]),
};
const layouts = (['gzip', 'zstd', 'plain'] satisfies Compression[]).map((how) => `oci-${how}`);
const forms: [name: string, target: () => string, stdin?: () => Uint8Array][] = [
  ...layouts.map((name): [string, () => string] => [
    `${name} folder`,
    () => `oci:${writeFolder(archives[name] ?? new Map(), join(folder, name))}`,
  ]),
  ...Object.entries(archives).flatMap(([name, files]): [string, () => string, (() => Uint8Array)?][] => [
    [`${name} archive`, () => written(`${name}.tar`, archive(files))],
    [`${name} archive, gzip`, () => written(`${name}.tar.gz`, gzipSync(archive(files)))],
    [`${name} archive, zstd`, () => written(`${name}.tar.zst`, compress(archive(files), 'zstd'))],
    [`${name} archive on stdin`, () => '-', () => archive(files)],
    [`${name} archive, gzip, on stdin`, () => '-', () => gzipSync(archive(files))],
  ]),
];

function written(name: string, bytes: Uint8Array): string {
  writeFileSync(join(folder, name), bytes);
  return join(folder, name);
}

describe('one image, every form', () => {
  let expected = '';
  beforeAll(async () => {
    buildOnce();
    const cache = emptyCache();
    writeFolder(archives['oci-gzip'] ?? new Map(), data);
    await importData(cache);
    expected = await scan(`oci:${data}`, cache);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('gives the packages that are there in the end, with their layers', () => {
    const { packages, layers, findings, target } = JSON.parse(expected);
    expect(packages.map((one: { name: string; layer: number }) => `${one.layer} ${one.name}`).sort()).toEqual([
      '0 libc6',
      '0 openssl',
      '0 zlib1g',
      '1 @types/node',
      '1 lodash',
      '1 minimist',
      '2 requests',
      '4 curl',
    ]);
    expect(layers).toHaveLength(5);
    expect(target.digest).toMatch(/^sha256:/);
    expect(findings.map((one: { id: string }) => one.id)).toEqual(
      expect.arrayContaining(['CVE-2019-10744', 'CVE-2023-5363', 'CVE-2023-38545']),
    );
  });

  it.each(forms)('%s: the same bytes, cold and warm', async (_, target, stdin) => {
    const cache = emptyCache();
    await importData(cache);
    const name = target();
    const cold = await scan(name, cache, stdin?.());
    const entries = filesBelow(join(cache, 'layers'));
    const warm = await scan(name, cache, stdin?.());
    expect(cold).toBe(expected);
    expect(warm).toBe(expected);
    expect(entries.length).toBeGreaterThanOrEqual(5);
    expect(filesBelow(join(cache, 'layers'))).toEqual(entries);
    rmSync(cache, { recursive: true });
  });

  it('every form with one cache between them', async () => {
    const cache = emptyCache();
    await importData(cache);
    for (const [, target, stdin] of forms) expect(await scan(target(), cache, stdin?.())).toBe(expected);
  }, 60_000);

  it('twenty processes at once on one empty cache', async () => {
    const cache = emptyCache();
    await importData(cache);
    const targets = forms.filter((_, at) => at % 3 === 0).flatMap((form) => [form, form]);
    const answers = await Promise.all(targets.map(([, target, stdin]) => scan(target(), cache, stdin?.())));
    expect(answers).toHaveLength(20);
    expect(answers.filter((one) => one !== expected)).toEqual([]);
    expect(filesBelow(cache).filter((file) => /(^|\/)\.|tmp/.test(file))).toEqual([]);
  }, 120_000);

  it.skipIf(noDocker !== undefined)(`the image of a container engine${noDocker === undefined ? '' : `: ${noDocker}`}`, async () => {
    const tag = `plimsoll-forms-test:${process.pid}`;
    const tagged = smallImage({ tags: [tag] });
    execFileSync('docker', ['load', '-i', written('load.tar', archive(dockerSaveOld([tagged])))], { stdio: 'ignore' });
    try {
      const cache = emptyCache();
      await importData(cache);
      expect(await scan(`docker:${tag}`, cache)).toBe(expected);
      const bare = await plimsoll(['scan', tag, '--format', 'json', ...fixed], { cache: data, env: { PLIMSOLL_CACHE_DIR: cache } });
      expect(answer(bare, `plimsoll: ${tag} is an image of the container engine\n`)).toBe(expected);
    } finally {
      execFileSync('docker', ['rmi', '-f', tag], { stdio: 'ignore' });
    }
  });
});
