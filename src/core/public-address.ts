import { BlockList, isIPv4, isIPv6 } from 'node:net';

/** Decides whether an address is one on the public internet. */
export type AddressCheck = (address: string) => boolean;

/** IPv4 ranges that are not: this host, private, shared (CGNAT), loopback, link-local, special, multicast and reserved ones. */
const closedIPv4: readonly (readonly [network: string, prefix: number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['168.63.129.16', 32], // the metadata service of one large cloud has a public address
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
];

/** All of IPv6 that is assigned to the public internet lies in 2000::/3; these parts of it do not. */
const closedIPv6: readonly (readonly [network: string, prefix: number])[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
];

/** Prefixes whose last 32 bits are an IPv4 address that is reached in the end: mapped addresses, and NAT64. */
const embedding: readonly string[] = ['::ffff:', '64:ff9b::'];

/** Returns a check that is true only for addresses on the public internet; for what is no address at all it is false. */
export function createPublicAddressCheck(): AddressCheck {
  const closed = new BlockList();
  for (const [network, prefix] of closedIPv4) closed.addSubnet(network, prefix, 'ipv4');
  for (const [network, prefix] of closedIPv6) closed.addSubnet(network, prefix, 'ipv6');
  const assigned = new BlockList();
  assigned.addSubnet('2000::', 3, 'ipv6');
  return function isPublic(address) {
    if (isIPv4(address)) return !closed.check(address, 'ipv4');
    if (!isIPv6(address)) return false;
    const embedded = embeddedIPv4(address);
    if (embedded !== undefined) return isPublic(embedded);
    return assigned.check(address, 'ipv6') && !closed.check(address, 'ipv6');
  };
}

/** The IPv4 address inside an IPv6 address, if it is of a kind that stands for one. */
function embeddedIPv4(address: string): string | undefined {
  const canonical = new URL(`http://[${address.replace(/%.*$/, '')}]`).hostname.slice(1, -1);
  const prefix = embedding.find((candidate) => canonical.startsWith(candidate));
  const groups = prefix === undefined ? [] : canonical.slice(prefix.length).split(':');
  if (prefix === undefined || groups.length > 2) return undefined;
  const [high, low] = groups.length === 1 ? ['0', groups[0]] : groups;
  const bits = Number.parseInt(high ?? '', 16) * 0x1_0000 + Number.parseInt(low || '0', 16);
  return [24, 16, 8, 0].map((shift) => (bits >>> shift) & 0xff).join('.');
}
