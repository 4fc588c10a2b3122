import { BlockList, isIP } from 'node:net';

/** Host of an address without the brackets of IPv6. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '').toLowerCase();
}

/** The host itself when it is an IP address. URL has already turned odd spellings (`0x7f.1`, `2130706433`) into dotted ones. */
export function literalAddress(host: string): string | undefined {
  return isIP(host) === 0 ? undefined : host;
}

/**
 * Whether an IP address is one that a public server has no business to send us to: loopback, private, link-local, shared, unspecified, multicast,
 * reserved, documentation. Source: IANA special-purpose address registries (RFC 6890).
 */
export function isPrivateAddress(address: string): boolean {
  const plain = address.replace(/%.*$/, '');
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(plain)?.[1] ?? mappedHex(plain);
  if (mapped !== undefined) return isPrivateAddress(mapped);
  const family = isIP(plain);
  if (family === 0) return true;
  return special().check(plain, family === 6 ? 'ipv6' : 'ipv4');
}

/** `::ffff:7f00:1`, as URL writes a mapped address. */
function mappedHex(address: string): string | undefined {
  const match = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/i.exec(address);
  if (match === null) return undefined;
  const [high, low] = [Number.parseInt(match[1] ?? '', 16), Number.parseInt(match[2] ?? '', 16)];
  return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`;
}

function special(): BlockList {
  const list = new BlockList();
  const ipv4: [string, number][] = [
    ['0.0.0.0', 8],
    ['10.0.0.0', 8],
    ['100.64.0.0', 10],
    ['127.0.0.0', 8],
    ['169.254.0.0', 16],
    ['172.16.0.0', 12],
    ['192.0.0.0', 24],
    ['192.0.2.0', 24],
    ['192.168.0.0', 16],
    ['198.18.0.0', 15],
    ['198.51.100.0', 24],
    ['203.0.113.0', 24],
    ['224.0.0.0', 3],
  ];
  const ipv6: [string, number][] = [
    ['::', 127],
    ['64:ff9b::', 96],
    ['100::', 64],
    ['2001:db8::', 32],
    ['fc00::', 7],
    ['fe80::', 10],
    ['ff00::', 8],
  ];
  for (const [net, prefix] of ipv4) list.addSubnet(net, prefix, 'ipv4');
  for (const [net, prefix] of ipv6) list.addSubnet(net, prefix, 'ipv6');
  return list;
}
