import { describe, expect, it } from 'vitest';
import { mountKind, mountsBelow, parseMountInfo } from './mounts.ts';

describe('parseMountInfo', () => {
  it.each([
    [
      'optional fields',
      '36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 shared:2 - ext3 /dev/root rw,errors=continue',
      [{ device: '98:0', path: '/mnt2', type: 'ext3', source: '/dev/root' }],
    ],
    ['no optional field', '21 1 8:1 / / rw - ext4 /dev/sda1 rw', [{ device: '8:1', path: '/', type: 'ext4', source: '/dev/sda1' }]],
    [
      'escapes, and names that are not ASCII',
      '22 1 0:5 / /mnt/a\\040b\\134c/ü\\011 rw - nfs4 host:/x\\040y rw',
      [{ device: '0:5', path: '/mnt/a b\\c/ü\t', type: 'nfs4', source: 'host:/x y' }],
    ],
    ['a dash as a mount point name', '23 1 0:5 / /- rw - tmpfs - rw', [{ device: '0:5', path: '/-', type: 'tmpfs', source: '-' }]],
    ['an empty source', '24 1 0:5 / /x rw - tmpfs  rw', [{ device: '0:5', path: '/x', type: 'tmpfs', source: '' }]],
    ['lines that are none', 'garbage\n\n1 2 3 - x\n24 1 0:5 / /x rw -', []],
  ])('%s', (_name, text, expected) => expect(parseMountInfo(text)).toEqual(expected));
});

describe('mountKind', () => {
  it.each([
    ['/data', 'ext4', undefined],
    ['/data', 'xfs', undefined],
    ['/data', 'btrfs', undefined],
    ['/boot/efi', 'vfat', undefined],
    ['/tank', 'zfs', undefined],
    ['/mnt/disk', 'fuseblk', undefined],
    ['/tmp', 'tmpfs', undefined],
    ['/new-local-fs', 'bcachefs', undefined],
    ['/dev/shm', 'tmpfs', 'pseudo'],
    ['/home', 'nfs4', 'network'],
    ['/home', 'cifs', 'network'],
    ['/mnt/w', '9p', 'network'],
    ['/mnt/s', 'fuse.sshfs', 'network'],
    ['/mnt/s', 'fuse.rclone', 'fuse'],
    ['/var/lib/lxcfs', 'fuse.lxcfs', 'fuse'],
    ['/sys/fs/cgroup', 'cgroup2', 'pseudo'],
    ['/dev', 'devtmpfs', 'pseudo'],
    ['/run/docker/netns/x', 'nsfs', 'pseudo'],
    ['/srv/box', 'overlay', 'container'],
    ['/var/lib/docker/overlay2/abc/merged', 'overlay', 'container'],
    ['/var/lib/docker/containers/x/mounts/shm', 'tmpfs', 'container'],
    ['/run/containerd/io.containerd.runtime.v2.task/k8s.io/x/rootfs', 'ext4', 'container'],
    ['/var/lib/kubelet/pods/x/volumes/y', 'ext4', 'container'],
    ['/snap/core/1', 'squashfs', 'image'],
  ])('%s %s: %s', (path, type, expected) => expect(mountKind({ device: '0:1', path, type, source: 'x' })).toBe(expected));
});

describe('mountsBelow', () => {
  const at = (path: string, type = 'ext4') => ({ device: '0:1', path, type, source: 'x' });
  it.each([
    ['the whole machine', '/', ['/', '/proc', '/home'], ['/proc', '/home']],
    ['a folder, not its namesake', '/srv/a', ['/', '/srv/a', '/srv/ab', '/srv/a/b'], ['/srv/a/b']],
  ])('%s', (_name, root, paths, expected) =>
    expect([
      ...mountsBelow(
        paths.map((path) => at(path)),
        root,
      ).keys(),
    ]).toEqual(expected),
  );

  it('counts the last of several on one path', () => {
    expect(mountsBelow([at('/a', 'ext4'), at('/a', 'nfs')], '/').get('/a')?.type).toBe('nfs');
  });
});
