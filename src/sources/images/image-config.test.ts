import { expect, test } from 'vitest';
import { parseImageConfig } from './image-config.ts';

const add = { created_by: '/bin/sh -c #(nop) ADD file:1 in / ' };
const run = { created_by: 'RUN make # buildkit' };
const empty = (created_by: string) => ({ created_by, empty_layer: true });

test.each([
  ['a base that ends with its command', [add, empty('/bin/sh -c #(nop)  CMD ["bash"]'), run, empty('CMD ["app"]')], 1],
  ['a base on a base', [add, empty('CMD ["bash"]'), run, empty('ENTRYPOINT ["x"]'), run, run], 2],
  ["the image's own command tells nothing", [add, run, empty('CMD ["app"]'), empty('EXPOSE 80')], 0],
  ['a command that is only spoken of', [add, empty('LABEL note=CMD'), run], 0],
  ['a layer that begins with the word', [{ created_by: 'CMD-like tool' }, run], 0],
  ['a history that does not match the layers', [add, empty('CMD ["bash"]'), run, run, run], 0],
])('base layers: %s', (_, history, count) => {
  const layers = _.includes('does not match') ? 2 : history.filter((one) => !('empty_layer' in one)).length;
  const diff_ids = Array.from({ length: layers }, (_one, i) => `sha256:${String(i).repeat(64)}`);
  const config = parseImageConfig(Buffer.from(JSON.stringify({ rootfs: { diff_ids }, history })), 'it');
  expect(config.baseLayers).toBe(count);
});
