// Layers made to mislead a reader, each with the file tree that the image has: whiteouts, replacements, names.
import { damages, shapes } from './own-traps-damage.ts';
import { base256, dir, file, gnuLong, hardlink, header, pad, pax, raw, symlink, tar } from './tar-bytes.ts';
import { d, f, h, s, type Trap, t } from './trap.ts';

export type { Entry, EntryType, Trap } from './trap.ts';

function whiteouts(): Trap[] {
  const lower = tar(dir('a/'), file('a/b', 'low b'), file('a/c', 'low c'), dir('a/sub/'), file('a/sub/deep'), file('z'));
  const all = [d('a'), f('a/b'), f('a/c'), d('a/sub'), f('a/sub/deep'), f('z')];
  return [
    t(
      'wh-basename-only',
      'the prefix is a literal ".wh." at the start of the last component: not "xwhy", not a directory on the way',
      [tar(file('xwhy'), file('a.wh.b'), dir('a/'), file('a/b')), tar(file('a/.wh.b/c'), file('x.wh.y'))],
      [d('a'), f('a.wh.b'), d('a/.wh.b'), f('a/.wh.b/c'), f('a/b'), f('x.wh.y'), f('xwhy')],
      { mayReport: true },
    ),
    t('wh-file', 'hides one name in its directory only', [tar(file('b'), dir('a/'), file('a/b')), tar(file('a/.wh.b'))], [d('a'), f('b')]),
    t('wh-directory', 'hides the directory with all below it, not its namesakes', [lower, tar(file('.wh.a'))], [f('z')]),
    t(
      'wh-directory-prefix',
      '"ab" does not begin with the directory "a"',
      [tar(file('a/x'), file('ab/x'), file('a.x')), tar(file('.wh.a'))],
      [f('a.x'), d('ab'), f('ab/x')],
    ),
    t('wh-missing', 'a whiteout of a name that no layer has is not damage', [lower, tar(file('.wh.none'), file('a/.wh.none'))], all),
    t(
      'wh-lowest-layer',
      'whiteouts in the lowest layer hide nothing and are not in the tree',
      [tar(file('.wh.x'), file('x'), file('.wh..wh..opq'))],
      [f('x')],
    ),
    t('wh-then-create', 'whiteout before the new entry: the new one stays', [lower, tar(file('a/.wh.b'), file('a/b', 'new'))], all, {
      content: { 'a/b': 'new' },
    }),
    t(
      'wh-after-create',
      'whiteout after the new entry: it hides lower layers only',
      [lower, tar(file('a/b', 'new'), file('a/.wh.b'))],
      all,
      {
        content: { 'a/b': 'new' },
      },
    ),
    t(
      'wh-directory-recreated',
      'the directory made anew holds the new layer only',
      [lower, tar(file('a/new'), dir('a/'), file('.wh.a'))],
      [d('a'), f('a/new'), f('z')],
    ),
    t(
      'wh-then-readded-above',
      'deleted in one layer, back in the next',
      [lower, tar(file('.wh.a')), tar(file('a/b', 'third'))],
      [d('a'), f('a/b'), f('z')],
      {
        content: { 'a/b': 'third' },
      },
    ),
    t(
      'opaque-before',
      'opaque marker before its siblings',
      [lower, tar(dir('a/'), file('a/.wh..wh..opq'), file('a/new'))],
      [d('a'), f('a/new'), f('z')],
    ),
    t(
      'opaque-after',
      'opaque marker after its siblings: the same tree',
      [lower, tar(dir('a/'), file('a/new'), file('a/b', 'up'), file('a/.wh..wh..opq'))],
      [d('a'), f('a/b'), f('a/new'), f('z')],
    ),
    t(
      'opaque-subtree',
      'opaque reaches below, not beside',
      [lower, tar(file('a/sub/.wh..wh..opq'))],
      [d('a'), f('a/b'), f('a/c'), d('a/sub'), f('z')],
    ),
    t('opaque-root', 'opaque marker at the root hides every lower layer', [lower, tar(file('only'), file('.wh..wh..opq'))], [f('only')]),
    t(
      'aufs-markers-ignored',
      'other .wh..wh. names hide nothing and are not in the tree',
      [lower, tar(dir('.wh..wh.plnk/'), file('.wh..wh.aufs'), dir('a/.wh..wh.orph/'), file('a/.wh..wh.b'))],
      all,
    ),
    t(
      'wh-hides-no-directory',
      '".wh.", ".wh.." and ".wh..." name the directory itself or one above: they hide nothing',
      [lower, tar(file('a/sub/.wh.'), file('a/sub/.wh..'), file('a/sub/.wh...'))],
      all,
      { mayReport: true },
    ),
    t(
      'char-zero-is-no-whiteout',
      'a 0,0 device is a whiteout on an overlay disk, not in a layer',
      [lower, tar(header('z', { type: '3', dev: [0, 0] }))],
      [...all.slice(0, 5), ['z', 'char', '']],
    ),
  ];
}

function replacing(): Trap[] {
  const tree = tar(dir('d/'), file('d/f', 'one'), file('other'));
  return [
    t(
      'hardlink-first-name-deleted',
      'the second name keeps the file',
      [tar(file('one', 'kept'), hardlink('two', 'one')), tar(file('.wh.one'))],
      [h('two', 'one')],
      {
        content: { two: 'kept' },
      },
    ),
    t(
      'hardlink-first-name-replaced',
      'the second name keeps the old content',
      [tar(file('one', 'old'), hardlink('two', 'one')), tar(file('one', 'new'))],
      [f('one'), h('two', 'one')],
      { content: { one: 'new', two: 'old' } },
    ),
    t(
      'hardlink-to-lower-layer',
      'the target is in the layer below',
      [tar(file('low', 'below')), tar(hardlink('up', './low'))],
      [f('low'), h('up', 'low')],
      {
        content: { up: 'below' },
      },
    ),
    t(
      'hardlink-missing-target',
      'the target is nowhere: the name stays, without content',
      [tar(hardlink('up', 'none'))],
      [h('up', 'none')],
      { mayReport: true },
    ),
    t('hardlink-loop', 'two names, each the other one', [tar(hardlink('a', 'b'), hardlink('b', 'a'))], [h('a', 'b'), h('b', 'a')], {
      mayReport: true,
    }),
    t(
      'hardlink-with-size',
      'the size of a link is not data in the archive',
      [tar(hardlink('l', 'x', { size: 512 }), file('x', 'data'))],
      [h('l', 'x'), f('x')],
    ),
    t('file-overwritten-twice', 'the last of one layer wins', [tar(file('x', '1'), file('x', '22'), file('x', '333'))], [f('x')], {
      content: { x: '333' },
    }),
    t('dir-to-symlink', 'the symlink takes the subtree away', [tree, tar(symlink('d', 'other'))], [s('d', 'other'), f('other')]),
    t(
      'dir-to-symlink-and-back',
      'the old subtree does not come back',
      [tree, tar(symlink('d', 'other')), tar(dir('d/'), file('d/g'))],
      [d('d'), f('d/g'), f('other')],
    ),
    t('file-to-dir', 'the directory replaces the file', [tar(file('x')), tar(dir('x/'), file('x/y'))], [d('x'), f('x/y')]),
    t(
      'file-to-dir-and-back',
      'the file takes the subtree away',
      [tar(file('x', '1')), tar(dir('x/'), file('x/y')), tar(file('x', '3'))],
      [f('x')],
      { content: { x: '3' } },
    ),
    t('dir-to-file-in-one-layer', 'as above, within one layer', [tar(dir('x/'), file('x/y'), file('x', '3'))], [f('x')], {
      content: { x: '3' },
    }),
    t('dir-over-dir', 'directories merge', [tree, tar(dir('d/'), file('d/g'))], [d('d'), f('d/f'), f('d/g'), f('other')]),
    t(
      'special-files',
      'nodes keep their type',
      [tar(header('c', { type: '3', dev: [1, 3] }), header('b', { type: '4', dev: [8, 0] }), header('p', { type: '6' }))],
      [
        ['b', 'block', ''],
        ['c', 'char', ''],
        ['p', 'fifo', ''],
      ],
    ),
  ];
}

function names(): Trap[] {
  const long = `long/${'n'.repeat(180)}/${'m'.repeat(120)}`;
  const longParts = [d('long'), d(`long/${'n'.repeat(180)}`)];
  const deep = Array.from({ length: 300 }, (_, i) => 'd/'.repeat(i) + (i === 299 ? 'f' : 'd'));
  const control = 'c\x01\x07\x1b[31m\x7f\t\r';
  const byte = (...v: number[]): Uint8Array => Uint8Array.from(v);
  return [
    t(
      'symlink-loop',
      'a loop is kept and not walked',
      [tar(symlink('a', 'b'), symlink('b', 'a'), symlink('self', 'self'))],
      [s('a', 'b'), s('b', 'a'), s('self', 'self')],
    ),
    t(
      'symlink-absolute',
      'the target is kept as stored',
      [tar(symlink('l', '/etc/passwd'), symlink('m', './/x/'))],
      [s('l', '/etc/passwd'), s('m', './/x/')],
    ),
    t(
      'symlink-escaping',
      'kept as stored, never followed out of the image',
      [tar(symlink('d/l', '../../../etc/passwd'))],
      [d('d'), s('d/l', '../../../etc/passwd')],
    ),
    t(
      'symlink-arrow-in-name',
      'an arrow is part of a name',
      [tar(symlink('a -> b', 'c -> d'), hardlink('x link to y', 'a -> b'))],
      [s('a -> b', 'c -> d'), h('x link to y', 'a -> b')],
    ),
    t(
      'dot-prefixes',
      '"./" is dropped, the root left out',
      [tar(dir('./'), dir('./a/'), file('./a/./b'), hardlink('./l', './a/b')), tar(file('./a/.wh.b'))],
      [d('a'), h('l', 'a/b')],
    ),
    t(
      'leading-slash',
      'an absolute name is in the image',
      [tar(file('/etc/x'), hardlink('/l', '/etc/x'), file('//y//z'))],
      [d('etc'), f('etc/x'), h('l', 'etc/x'), d('y'), f('y/z')],
    ),
    t(
      'dotdot-inside',
      'resolved textually: no directory "a" comes of it',
      [tar(file('a/../b'), file('c/d/../e'), file('...'), file('..f'))],
      [f('...'), f('..f'), f('b'), d('c'), f('c/e')],
      { mayReport: true },
    ),
    t(
      'dotdot-above-root',
      'never above the root',
      [tar(file('../../etc/x', 'x'), hardlink('l', '../../../etc/x'), dir('a/../..'))],
      [d('etc'), f('etc/x'), h('l', 'etc/x')],
      {
        mayReport: true,
      },
    ),
    t(
      'pax-path',
      'a name of more than 255 bytes',
      [tar(pax([['path', long]]), file('short', 'x'), file('next'))],
      [...longParts, f(long), f('next')],
    ),
    t(
      'pax-linkpath',
      'a long link target',
      [tar(pax([['linkpath', `/${long}`]]), symlink('l', 'short'), symlink('m', 'short'))],
      [s('l', `/${long}`), s('m', 'short')],
    ),
    t(
      'pax-newline-in-value',
      'records are cut by length, not by line',
      [
        tar(
          pax([
            ['path', 'a\n20 path=forged\nb'],
            ['comment', 'x=y\n'],
          ]),
          file('short'),
        ),
      ],
      [f('a\n20 path=forged\nb')],
    ),
    t(
      'pax-size',
      "the record overrides the header's size",
      [tar(pax([['size', '600']]), header('x', { size: 0 }), pad('y'.repeat(600)), file('next'))],
      [f('next'), f('x')],
      {
        content: { x: 'y'.repeat(600) },
      },
    ),
    t(
      'pax-global',
      'a global header is no entry and ends no local one',
      [tar(pax([['comment', '0'.repeat(40)]], 'g'), file('x'), pax([['path', 'y']]), file('q'), file('z'))],
      [f('x'), f('y'), f('z')],
    ),
    t(
      'gnu-long-name-and-link',
      'L and K before one member, not the next',
      [tar(gnuLong('K', `${long}/t`), gnuLong('L', long), symlink('cut', 'cut', { magic: 'gnu' }), file('next'))],
      [...longParts, s(long, `${long}/t`), f('next')],
    ),
    t(
      'ustar-prefix',
      'the prefix field comes before the name',
      [tar(file('name', 'x', { prefix: 'pre/fix' }), file('n'.repeat(100), '', { prefix: 'p'.repeat(155) }))],
      [d('p'.repeat(155)), f(`${'p'.repeat(155)}/${'n'.repeat(100)}`), d('pre'), d('pre/fix'), f('pre/fix/name')],
    ),
    t(
      'gnu-times-are-no-prefix',
      'in a GNU header the same bytes hold times',
      [tar(file('name', 'x', { magic: 'gnu', patch: [[345, '14310421455\x0014310421455\0']] }))],
      [f('name')],
    ),
    t(
      'v7-directory',
      'no magic, old type, a slash at the end',
      [tar(header('old/', { type: '\0', magic: 'v7' }), file('old/x', '', { type: '\0', magic: 'v7' }))],
      [d('old'), f('old/x')],
    ),
    t('contiguous-file', 'type 7 is a file', [tar(file('x', 'seven', { type: '7' }))], [f('x')], { content: { x: 'seven' } }),
    t('base256-size', 'a binary size', [tar(file('x', 'hello', { sizeField: base256(5n) }), file('next'))], [f('next'), f('x')], {
      content: { x: 'hello' },
    }),
    t(
      'not-utf8',
      'each byte that is not UTF-8 is shown as U+FFFD',
      [tar(file(raw('a', byte(0xfd), 'b')), pax([['path', raw('p', byte(0xff), 'q')]]), file('cut'))],
      [f('a\ufffdb'), f('p\ufffdq')],
    ),
    t('signed-checksum', 'some old writers summed signed bytes', [tar(file('\u00fcber', 'x', { signedSum: true }))], [f('\u00fcber')]),
    t(
      'byte-order',
      'the tree is in the order of the bytes',
      [tar(file('a/b'), file('a-b'), file('\u{1f600}'), file('\uff5e'), file('Z'))],
      [f('Z'), d('a'), f('a-b'), f('a/b'), f('\uff5e'), f('\u{1f600}')],
    ),
    t(
      'deep-path',
      '300 components',
      [tar(pax([['path', deep[299] ?? '']]), file('short', 'deep'))],
      deep.map((p, i) => (i === 299 ? f(p) : d(p))),
      {
        content: { [deep[299] ?? '']: 'deep' },
      },
    ),
    t('name-with-newline', 'one name, not two', [tar(file('one\ntwo'))], [f('one\ntwo')]),
    t('name-with-controls', 'the name is kept as it is', [tar(file(control), file('back\\slash'))], [f('back\\slash'), f(control)]),
  ];
}

export function ownTraps(): Trap[] {
  return [...whiteouts(), ...replacing(), ...names(), ...shapes(), ...damages()];
}
