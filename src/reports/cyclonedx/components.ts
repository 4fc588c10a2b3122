import type { Package } from '../../model/package.ts';
import type { ScanResult } from '../../model/scan-result.ts';
import { licenseChoice } from './licenses.ts';
import { type Component, type Property, type Refs, versionText } from './types.ts';

/** Names for what is described. A purl is its own reference; a second row of one purl (which the model excludes) would get a number. */
export function makeRefs({ target, packages }: ScanResult): Refs {
  const os = target.distro === undefined ? undefined : `os:${target.distro.id}@${target.distro.version ?? target.distro.codename ?? ''}`;
  return { target: 'target', os, byPurl: new Map(packages.map(({ purl }) => [purl, purl === '' ? 'package' : purl])) };
}

/** The component that the document is about. */
export function targetComponent({ target, layers }: ScanResult, refs: Refs): Component {
  const { config } = target;
  const properties: Property[] = [
    ...(target.digest === undefined ? [] : [{ name: 'plimsoll:imageId', value: target.digest }]),
    ...(config?.architecture === undefined ? [] : [{ name: 'plimsoll:architecture', value: config.architecture }]),
    ...layers.map(({ index, digest, command, base }) => ({
      name: `plimsoll:layer:${index}`,
      value: [digest, ...(base === true ? ['(base image)'] : []), ...(command === undefined ? [] : [command])].join(' '),
    })),
  ];
  const folder = target.distro === undefined ? 'application' : 'operating-system';
  return {
    type: target.kind === 'image' ? 'container' : folder,
    'bom-ref': refs.target,
    name: target.name,
    ...(target.digest === undefined ? {} : { version: versionText(target.digest) }),
    ...(properties.length === 0 ? {} : { properties }),
  };
}

/** The distribution, then every package once. */
export function components(result: ScanResult, refs: Refs): Component[] {
  const { distro, lifecycle } = result.target;
  const layerDigest = (index: number | undefined): string | undefined => result.layers.find((layer) => layer.index === index)?.digest;
  const seen = new Set<string>();
  const packages = result.packages.filter(({ purl }) => !seen.has(purl) && seen.add(purl));
  const version = distro?.version ?? distro?.codename;
  const os: Component[] =
    distro === undefined || refs.os === undefined
      ? []
      : [
          {
            type: 'operating-system',
            'bom-ref': refs.os,
            name: distro.id,
            ...(version === undefined ? {} : { version: versionText(version) }),
            properties: [
              { name: 'plimsoll:name', value: distro.name },
              ...(lifecycle === undefined ? [] : [{ name: 'plimsoll:endOfLife', value: String(lifecycle.eol) }]),
              ...(lifecycle?.extendedEol === undefined
                ? []
                : [{ name: 'plimsoll:extendedEndOfLife', value: String(lifecycle.extendedEol) }]),
            ],
          },
        ];
  return [...os, ...packages.map((one) => packageComponent(one, refs, layerDigest))];
}

function packageComponent(one: Package, refs: Refs, digestOf: (layer: number | undefined) => string | undefined): Component {
  const scope = one.type === 'npm' ? /^(@[^/]+)\/(.+)$/.exec(one.name) : null;
  const licenses = licenseChoice(one.licenses);
  const digest = digestOf(one.layer);
  const properties: Property[] = [
    ...(one.layer === undefined ? [] : [{ name: 'plimsoll:layer', value: String(one.layer) }]),
    ...(digest === undefined ? [] : [{ name: 'plimsoll:layerDigest', value: digest }]),
    ...one.locations.map(({ path }) => ({ name: 'plimsoll:location', value: path })),
    ...(one.source === undefined ? [] : [{ name: 'plimsoll:source', value: `${one.source.name} ${one.source.version}` }]),
    ...(one.owner === undefined ? [] : [{ name: 'plimsoll:owner', value: one.owner }]),
    { name: 'plimsoll:from', value: one.from },
  ];
  return {
    type: 'library',
    'bom-ref': refs.byPurl.get(one.purl) ?? one.purl,
    ...(scope?.[1] === undefined ? {} : { group: scope[1] }),
    name: scope?.[2] ?? one.name,
    version: versionText(one.version),
    scope: one.dev === true ? 'excluded' : 'required',
    ...(licenses === undefined ? {} : { licenses }),
    purl: one.purl,
    ...(one.locations.length === 0
      ? {}
      : {
          evidence: {
            occurrences: one.locations.map(({ path, layer }) => ({
              location: path,
              ...(layer === undefined ? {} : { additionalContext: `layer ${layer}` }),
            })),
          },
        }),
    properties,
  };
}

/** The target rests on its distribution and packages; what an OS package installed hangs below that package. */
export function dependencies({ packages }: ScanResult, refs: Refs): { ref: string; dependsOn: string[] }[] {
  const below = new Map<string, Set<string>>();
  const hang = (owner: string, ref: string): void => {
    const set = below.get(owner) ?? new Set();
    below.set(owner, set.add(ref));
  };
  if (refs.os !== undefined) hang(refs.target, refs.os);
  for (const { purl, owner } of packages) {
    const ref = refs.byPurl.get(purl) ?? purl;
    const ownerRef = owner === undefined ? undefined : refs.byPurl.get(owner);
    hang(ownerRef === undefined || ownerRef === ref ? refs.target : ownerRef, ref);
  }
  return [...below].map(([ref, dependsOn]) => ({ ref, dependsOn: [...dependsOn] }));
}
