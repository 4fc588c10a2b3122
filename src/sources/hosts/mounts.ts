/** One line of `/proc/self/mountinfo`. */
export interface Mount {
  /** Device as the kernel numbers it: `major:minor`. */
  readonly device: string;
  /** Absolute path, unescaped. */
  readonly path: string;
  /** `ext4`, `overlay`, `fuse.sshfs`… */
  readonly type: string;
  readonly source: string;
}

/** Why a mounted file system is not read. */
export type MountKind = 'network' | 'fuse' | 'pseudo' | 'container' | 'image';

/** Source: proc_pid_mountinfo(5): fields up to a lone `-`, then type and source; space, tab, newline and backslash are octal escapes. */
export function parseMountInfo(text: string): Mount[] {
  const mounts: Mount[] = [];
  for (const line of text.split('\n')) {
    const fields = line.split(' ');
    const dash = fields.indexOf('-', 6);
    const [device, path, type, source] = [fields[2], fields[4], fields[dash + 1], fields[dash + 2]];
    if (dash < 0 || device === undefined || path === undefined || type === undefined || type === '') continue;
    mounts.push({ device, path: unescapeOctal(path), type, source: unescapeOctal(source ?? '') });
  }
  return mounts;
}

function unescapeOctal(text: string): string {
  if (!text.includes('\\')) return text;
  const bytes = Buffer.from(text, 'utf8').toString('latin1');
  return Buffer.from(
    bytes.replace(/\\([0-7]{3})/g, (_all, octal: string) => String.fromCharCode(Number.parseInt(octal, 8) & 255)),
    'latin1',
  ).toString('utf8');
}

const NETWORK = new Set(
  '9p afs beegfs ceph cifs coda gfs gfs2 glusterfs gpfs lustre ncpfs nfs nfs4 ocfs2 orangefs pvfs2 smb3 smbfs'.split(' '),
);
const PSEUDO = new Set(
  (
    'autofs bdev binder binfmt_misc bpf cgroup cgroup2 configfs cpuset debugfs devpts devtmpfs efivarfs fusectl hugetlbfs mqueue nfsd ' +
    'nsfs pipefs proc pstore resctrl rpc_pipefs securityfs selinuxfs smackfs sockfs sysfs tracefs'
  ).split(' '),
);
/** Read-only images of other software: snaps, AppImages, discs. */
const IMAGE = new Set(['squashfs', 'iso9660', 'udf', 'erofs', 'cramfs']);
const CONTAINER_FOLDERS = [
  /^\/var\/lib\/(docker|containers|containerd|kubelet\/pods|lxc|lxcfs|machines)\//,
  /^\/run\/(containerd|docker|crio|containers|user\/\d+\/containers)\//,
  /^\/(home\/[^/]+|root)\/\.local\/share\/(docker|containers)\//,
  /^\/var\/snap\/[^/]+\/common\/var-lib-/,
  /\/overlay2?\/[0-9a-f]{12,}[^/]*\/merged$/,
];

/**
 * Why this mount, met below the root of a walk, is not crossed; `undefined` for a local disk, which is.
 * Overlay mounts below a root are containers; of the memory file systems those that programs use for their own ends hold nothing installed.
 */
export function mountKind(mount: Mount): MountKind | undefined {
  if (NETWORK.has(mount.type)) return 'network';
  if (mount.type === 'fuseblk') return undefined; // a local disk behind a user-space driver: ntfs-3g, exfat
  if (mount.type === 'fuse' || mount.type.startsWith('fuse.')) return mount.type === 'fuse.sshfs' ? 'network' : 'fuse';
  if (PSEUDO.has(mount.type)) return 'pseudo';
  if (CONTAINER_FOLDERS.some((folder) => folder.test(mount.path)) || mount.type === 'overlay' || mount.type === 'aufs') return 'container';
  if (IMAGE.has(mount.type)) return 'image';
  if (mount.type === 'tmpfs' && /^\/(dev|sys|proc)(\/|$)/.test(mount.path)) return 'pseudo';
  return undefined;
}

/** Mounts that hide what lies below `root`, by path: of several on one path the last one counts. The root itself is not among them. */
export function mountsBelow(mounts: readonly Mount[], root: string): Map<string, Mount> {
  const prefix = root.endsWith('/') ? root : `${root}/`;
  const below = new Map<string, Mount>();
  for (const mount of mounts) if (mount.path.startsWith(prefix) && mount.path !== prefix) below.set(mount.path, mount);
  return below;
}
