import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ociLayout } from '../../../test/build-image.ts';
import { type Bench, image, openBench } from '../../../test/open-bench.ts';

/** Why skopeo cannot be asked, if so. */
function absent(): string | undefined {
  try {
    execFileSync('skopeo', ['--version'], { stdio: 'ignore' });
    return undefined;
  } catch (error) {
    if (process.env.PLIMSOLL_REQUIRE_SYSTEM === '1') throw error;
    return 'skopeo is not installed';
  }
}

const reason = absent();
if (reason !== undefined) console.log(`skipped: archives written by skopeo (${reason})`);

describe.skipIf(reason !== undefined)('what skopeo writes', () => {
  let bench: Bench;
  let expected: string;
  beforeAll(async () => {
    bench = openBench();
    bench.layout(ociLayout([image], 'gzip'));
    const seen = await bench.read(`oci:${join(bench.folder, 'layout')}`);
    expected = JSON.stringify([seen.layers, seen.files, seen.config, seen.target.digest]);
  });
  afterAll(() => bench.close());

  it.each<[string, string[], string]>([
    ['docker-archive', [], 'docker-archive:FOLDER/skopeo.tar:shop:1.4'],
    ['oci-archive', [], 'oci-archive:FOLDER/skopeo.tar'],
    ['oci-archive, zstd', ['--dest-compress-format', 'zstd', '--dest-compress'], 'oci-archive:FOLDER/skopeo.tar'],
    ['oci', [], 'oci:FOLDER/skopeo:shop'],
    ['oci, decompressed', ['--dest-decompress'], 'oci:FOLDER/skopeo'],
  ])('%s', async (name, flags, target) => {
    const to = target.replace('FOLDER', join(bench.folder, name.replace(/\W+/g, '-')));
    execFileSync('mkdir', ['-p', join(bench.folder, name.replace(/\W+/g, '-'))]);
    execFileSync('skopeo', ['copy', '--insecure-policy', '-q', ...flags, `oci:${join(bench.folder, 'layout')}:shop:1.4`, to]);
    const seen = await bench.read(to);
    const facts = JSON.stringify([seen.layers, seen.files, seen.config, seen.target.digest]);
    // skopeo may write the configuration anew where it changes the compression; layers and facts stay.
    expect(JSON.parse(facts).slice(0, 3)).toEqual(JSON.parse(expected).slice(0, 3));
    expect(seen.causes).toEqual([]);
    if (to.startsWith('docker-archive') || name === 'oci-archive') {
      const path = to.replace(/^[a-z-]+:/, '').replace(/:shop.*/, '');
      const streamed = await bench.read('-', { stdin: execFileSync('cat', [path], { maxBuffer: 1e8 }) });
      expect(JSON.stringify([streamed.layers, streamed.files, streamed.config, streamed.target.digest])).toBe(facts);
    }
  });
});
