import { expect, test } from 'vitest';
import { parseIndexOrManifest } from './oci-schema.ts';

const digest = `sha256:${'0'.repeat(64)}`;
const config = { digest, size: 1 };

test.each([
  ['layers', { manifests: [], layers: [] }],
  ['a configuration', { manifests: [], config }],
  ['both', { manifests: [], config, layers: [config] }],
])('an index with %s of a manifest is refused', (_, value) => {
  expect(() => parseIndexOrManifest(Buffer.from(JSON.stringify(value)), 'it')).toThrow('an index and a manifest at once');
});

test('one or the other is told by what it holds', () => {
  expect(parseIndexOrManifest(Buffer.from(JSON.stringify({ manifests: [config] })), 'it')).toHaveProperty('index');
  expect(parseIndexOrManifest(Buffer.from(JSON.stringify({ config, layers: [] })), 'it')).toHaveProperty('manifest');
});
