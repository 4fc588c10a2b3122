import { PlimsollError } from '../../model/error.ts';

/** Operating system and processor, by Go's names, as image indexes state them. */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string | undefined;
}

/** Node's names of processors to Go's. Source: `process.arch`; Go, `internal/syslist`. */
const ARCHITECTURES: Readonly<Record<string, string>> = {
  x64: 'amd64',
  ia32: '386',
  ppc64: 'ppc64le',
  mipsel: 'mipsle',
  loong64: 'loong64',
};

/** Other common spellings. Source: containerd, platforms/database.go. */
const ALIASES: Readonly<Record<string, string>> = {
  x86_64: 'amd64',
  'x86-64': 'amd64',
  aarch64: 'arm64',
  armhf: 'arm',
  i386: '386',
};

/** Linux on the processor `arch` (as Node names it). */
export function defaultPlatform(arch: string): Platform {
  return { os: 'linux', architecture: ARCHITECTURES[arch] ?? arch };
}

/** `os/arch[/variant]`, or an architecture alone (then Linux). Throws `usage`. */
export function parsePlatform(text: string): Platform {
  const parts = text.toLowerCase().split('/');
  if (parts.length > 3 || parts.some((part) => !/^[a-z0-9_.-]+$/.test(part)))
    throw new PlimsollError('usage', `not a platform: ${text}`, {
      hint: 'os/architecture[/variant], for example linux/arm64 or linux/arm/v7',
    });
  const [first = '', second, variant] = parts;
  const architecture = second ?? first;
  return {
    os: second === undefined ? 'linux' : first,
    architecture: ALIASES[architecture] ?? architecture,
    ...(variant === undefined ? {} : { variant }),
  };
}

export function formatPlatform(platform: Platform): string {
  return [platform.os, platform.architecture, platform.variant].filter((part) => part !== undefined && part !== '').join('/');
}

/**
 * How well `offered` serves `wanted`: 0 = not at all, else the higher the better. Without a variant asked for, the plain one is best,
 * then the newest ARM (v8 is arm64's plain form). Source: containerd, platforms/compare.go.
 */
export function suits(wanted: Platform, offered: Platform): number {
  const architecture = ALIASES[offered.architecture.toLowerCase()] ?? offered.architecture.toLowerCase();
  if (offered.os.toLowerCase() !== wanted.os || architecture !== wanted.architecture) return 0;
  const implied = architecture === 'arm64' ? 'v8' : architecture === 'arm' ? 'v7' : architecture === 'amd64' ? 'v1' : '';
  const has = offered.variant || implied;
  if (wanted.variant !== undefined) return has === wanted.variant ? 100 : 0;
  if (!offered.variant) return 99;
  const level = Number(/^v(\d+)/.exec(offered.variant)?.[1] ?? 0);
  return architecture === 'arm' ? Math.min(level, 50) + 1 : 60 - Math.min(level, 50);
}
