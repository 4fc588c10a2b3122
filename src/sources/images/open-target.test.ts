import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openTarget } from './open-target.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-open-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a folder that is a layout and more is not taken for either without a word', async () => {
  writeFileSync(join(folder, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  writeFileSync(join(folder, 'index.json'), '{"schemaVersion":2,"manifests":[]}');
  const alone = await openTarget(folder, { offline: true });
  expect([alone.kind, alone.via]).toEqual(['store', 'oci']);
  alone.close();
  writeFileSync(join(folder, 'package-lock.json'), '{}');
  await expect(openTarget(folder, { offline: true })).rejects.toMatchObject({
    code: 'reference-ambiguous',
    hint: expect.stringContaining('oci:'),
  });
  const image = await openTarget(`oci:${folder}`, { offline: true });
  const files = await openTarget(`dir:${folder}`, { offline: true });
  expect([image.kind, files.kind]).toEqual(['store', 'filesystem']);
  image.close();
});
