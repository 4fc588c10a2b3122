// Layers made to mislead a reader: shapes of archives, sparse files, damage.
import type { Buffer } from 'node:buffer';
import { gzipSync } from 'node:zlib';
import { base256, file, header, oldSparse, pad, pax, paxRaw, raw, record, tar, zeros } from './tar-bytes.ts';
import { bad, broken, type Entry, f, type More, type Trap, t } from './trap.ts';

const A = 'A'.repeat(512);
const B = 'B'.repeat(512);
const HOLE = '\0'.repeat(512);

export function shapes(): Trap[] {
  const spread = `${A}${HOLE}`.repeat(6);
  const six = [0, 1, 2, 3, 4, 5].map((i): [number, number] => [i * 1024, 512]);
  const name: [string, string] = ['GNU.sparse.name', 'sp'];
  const one = (map: string): Buffer =>
    raw(
      pax([['GNU.sparse.major', '1'], ['GNU.sparse.minor', '0'], name, ['GNU.sparse.realsize', '1536']]),
      file('GNUSparseFile.1/sp', raw(pad(map), A, B)),
    );
  const two: [number, number][] = [
    [0, 512],
    [1024, 512],
  ];
  const sp: More = { content: { sp: A + HOLE + B } };
  const spNext = [f('next'), f('sp')];
  const gz = gzipSync(tar(file('x', 'zipped'), file('y')));
  return [
    t('sparse-old', 'old GNU sparse file', [tar(oldSparse('sp', two, 1536, A + B), file('next'))], spNext, sp),
    t(
      'sparse-old-extended',
      'six segments and the end mark: three of them in an extension block',
      [tar(oldSparse('sp', [...six, [6144, 0]], 6144, A.repeat(6)), file('next'))],
      spNext,
      {
        content: { sp: spread },
      },
    ),
    t(
      'sparse-old-huge',
      'nearly all of 2^60 bytes is a hole',
      [tar(oldSparse('sp', [[0, 512]], base256(1n << 60n), A), file('next'))],
      spNext,
      { mayReport: true },
    ),
    t(
      'sparse-pax-0.1',
      'the map is in the records',
      [
        tar(
          pax([['GNU.sparse.size', '1536'], ['GNU.sparse.numblocks', '2'], name, ['GNU.sparse.map', '0,512,1024,512']]),
          file('GNUSparseFile.1/sp', A + B),
          file('next'),
        ),
      ],
      spNext,
      sp,
    ),
    t('sparse-pax-1.0', 'the map is before the data', [tar(one('2\n0\n512\n1024\n512\n'), file('next'))], spNext, sp),
    t('no-end-blocks', 'the archive stops after its last member', [raw(file('x', 'x'), file('y', 'y'))], [f('x'), f('y')], {
      content: { y: 'y' },
    }),
    t('one-end-block', 'one zero block at the end', [raw(file('x', 'x'), zeros(512))], [f('x')]),
    t('zero-block-inside', 'one zero block between members', [tar(file('x'), zeros(512), file('y'))], [f('x'), f('y')]),
    t(
      'concatenated',
      'content after two zero blocks is read, whiteouts too',
      [tar(file('x'), file('z')), tar(tar(file('a', '1')), zeros(8192), file('a', '2'), file('.wh.x'))],
      [f('a'), f('z')],
      { content: { a: '2' }, mayReport: true },
    ),
    t('empty-bytes', 'a layer of 0 bytes has no entries', [tar(file('x')), zeros(0)], [f('x')], { mayReport: true }),
    t('empty-archive', 'two zero blocks and nothing else', [tar(file('x')), tar()], [f('x')]),
    t('gzip-layer', 'compression is told by its magic', [gz], [f('x'), f('y')], { content: { x: 'zipped' } }),
    t(
      'gzip-two-members',
      'gzip members follow each other, the cut is inside a tar member',
      [raw(gzipSync(file('x', 'zipped').subarray(0, 600)), gzipSync(tar(file('x', 'zipped').subarray(600), file('y'))))],
      [f('x'), f('y')],
      { content: { x: 'zipped' } },
    ),
    t('gzip-cut', 'the compressed stream is cut short', [tar(file('low')), gz.subarray(0, gz.length - 12)], [f('low')], {
      ...bad,
      optional: [f('x'), f('y')],
    }),
  ];
}

export function damages(): Trap[] {
  const y: Entry[] = [f('y')];
  const cut = (type: 'x' | 'L'): Buffer => header('long', { type, size: 0o77777777777, magic: type === 'L' ? 'gnu' : 'posix' });
  const plain = raw(file('y', 'yy'), zeros(1024));
  const lie = (name: string, why: string, body: string | Uint8Array): Trap => broken(name, why, raw(paxRaw(body), plain), { optional: y });
  return [
    broken('bad-checksum', 'the second header has a wrong checksum', raw(file('y', 'yy', { sumError: 1 }), zeros(1024))),
    t(
      'bad-checksum-whiteout',
      'a damaged whiteout: nothing is hidden, and not in silence',
      [tar(file('low')), raw(file('before'), file('.wh.low', '', { sumError: 1 }), zeros(1024))],
      [f('before'), f('low')],
      bad,
    ),
    broken('garbage-instead-of-header', 'no zero blocks, then bytes that are no header', pad('not a header '.repeat(60))),
    broken('garbage-after-end', 'bytes that are no header, after the end blocks', raw(zeros(1024), pad('not a header '.repeat(60)))),
    t('garbage-part-block', 'fewer bytes than a block, after the end', [raw(tar(file('before')), 'tail')], [f('before')], {
      mayReport: true,
    }),
    broken('header-cut', 'the archive stops inside a header', header('y', { size: 2 }).subarray(0, 300)),
    broken('data-cut', 'the archive stops inside the data', raw(header('y', { size: 2000 }), A), { optional: y }),
    broken('size-negative', 'base-256, minus one', raw(file('y', 'yy', { sizeField: base256(-1n) }), zeros(1024)), { optional: y }),
    broken('size-huge-octal', '8 GiB less a byte, and no data', raw(header('y', { size: 0o77777777777 }), zeros(1024)), { optional: y }),
    broken(
      'size-huge-base256',
      '2^80: more than any integer type holds',
      raw(header('y', { sizeField: base256(1n << 80n) }), zeros(1024)),
      { optional: y },
    ),
    broken('size-not-a-number', 'letters in the size field', raw(header('y', { sizeField: raw('12zz5678901\0') }), zeros(1024)), {
      optional: y,
    }),
    broken('pax-header-huge', 'a header of records said to be 8 GiB', raw(cut('x'), zeros(1024))),
    broken('gnu-long-name-huge', 'a name said to be 8 GiB', raw(cut('L'), zeros(1024))),
    broken('pax-then-nothing', 'records for a member that does not come', raw(pax([['path', 'y']]), zeros(1024))),
    lie('pax-length-too-long', 'the record says more than there is', '99 path=z\n'),
    lie('pax-length-too-short', 'the record says less: it does not end with a newline', '9 path=zzzzzz\n'),
    lie('pax-length-zero', 'a length of zero would be read for ever', '0 path=z\n'),
    lie('pax-length-missing', 'no number', 'path=z\n'),
    lie('pax-length-huge', 'more digits than an integer holds', `${'9'.repeat(30)} path=z\n`),
    lie('pax-size-lie', 'a size in the records that is not a number', record('size', '1e3')),
    broken(
      'sparse-map-lie',
      'the map says more segments than there are',
      raw(
        pax([
          ['GNU.sparse.major', '1'],
          ['GNU.sparse.minor', '0'],
          ['GNU.sparse.name', 'y'],
          ['GNU.sparse.realsize', '512'],
        ]),
        file('GNUSparseFile.1/y', pad('99999999\n0\n512\n')),
        zeros(1024),
      ),
      { optional: y },
    ),
  ];
}
