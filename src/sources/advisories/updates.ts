import { baseEcosystem } from './store-build.ts';

/** Addresses of the feeds that `db update` fetches. Each can be overridden: a mirror, an intranet. */
export interface UpdateAddresses {
  /** Folder of OSV's buckets, without a slash at its end. Source: OSV documentation, "Data dumps". */
  readonly osv: string;
  /** CISA's catalogue as JSON. */
  readonly kev: string;
  /** FIRST's scores of the day, gzip CSV. */
  readonly epss: string;
  /** Release cycles of all products, endoflife.date API version 1. */
  readonly endoflife: string;
}

/** The publishers' own addresses. */
export const officialAddresses: UpdateAddresses = {
  osv: 'https://osv-vulnerabilities.storage.googleapis.com',
  kev: 'https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json',
  epss: 'https://epss.empiricalsecurity.com/epss_scores-current.csv.gz',
  endoflife: 'https://endoflife.date/api/v1/products/full',
};

/** One fetch of an update. */
export interface UpdateFeed {
  /** What the result calls it: `osv npm`, `kev`. */
  readonly name: string;
  readonly url: string;
  /** File name that the importers see. */
  readonly file: string;
  /** The ecosystem whose whole archive this is; absent for a feed that is whole by itself. */
  readonly ecosystem?: string;
  readonly kind: 'advisories' | 'kev' | 'epss' | 'lifecycle';
}

/** What an update of these ecosystems fetches. Releases of one distribution share a bucket. */
export function updateFeeds(ecosystems: readonly string[], addresses: UpdateAddresses): UpdateFeed[] {
  const buckets = [...new Set(ecosystems.map(baseEcosystem))].sort();
  return [
    ...buckets.map(
      (bucket): UpdateFeed => ({
        name: `osv ${bucket}`,
        url: `${addresses.osv.replace(/\/+$/, '')}/${encodeURIComponent(bucket)}/all.zip`,
        file: `${bucket}/all.zip`,
        ecosystem: bucket,
        kind: 'advisories',
      }),
    ),
    { name: 'kev', url: addresses.kev, file: 'known_exploited_vulnerabilities.json', kind: 'kev' },
    { name: 'epss', url: addresses.epss, file: 'epss_scores-current.csv.gz', kind: 'epss' },
    { name: 'endoflife', url: addresses.endoflife, file: 'endoflife-products-full.json', kind: 'lifecycle' },
  ];
}
