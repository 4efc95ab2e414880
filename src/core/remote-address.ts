import { isIPv4, isIPv6, SocketAddress } from 'node:net';
import { NetworkList } from './network-list.ts';

/** What a socket and its headers say of where a request comes from. */
export interface Sender {
  /** The peer of the TCP connection, as text. */
  readonly peer: string;
  /** What a PROXY header in front of the request names; empty without one. */
  readonly proxied: string;
  /** All `X-Forwarded-For` headers, in their order, joined with commas. */
  readonly forwardedFor: string;
}

/** Who is behind a request. */
export interface Remote {
  /** IPv4, or IPv6 in its canonical form; the peer as it was given if that is neither. */
  readonly address: string;
  /** Whether the peer is a proxy whose headers are believed. */
  readonly isProxied: boolean;
  /** The key for limits per address: all of an IPv6 network of 64 bits is one client. `undefined` for who has no limits. */
  readonly limitedAs: string | undefined;
}

/** Networks of machines that are nobody's client: loopback, private, shared (CGNAT) and link-local. */
const privateNetworks = [
  '127.0.0.0/8',
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '169.254.0.0/16',
  '::1',
  'fc00::/7',
  'fe80::/10',
];

/**
 * Finds the client behind trusted proxies. Headers count only when they come from one: the right-most address that is no proxy itself is the
 * client, because everything left of it was written by somebody unknown. Without any proxy in the list, peers on loopback and private networks
 * have no limits per address: there may be one that nobody has told us of, and all users behind it.
 */
export class TrustedProxies {
  readonly #trusted: NetworkList;
  /** Peers without limits. */
  readonly #exempt: NetworkList;

  /** `networks`: addresses, or networks such as `10.0.0.0/8`; each must have passed `isNetwork`. */
  constructor(networks: readonly string[]) {
    this.#trusted = new NetworkList(networks);
    this.#exempt = networks.length === 0 ? new NetworkList(privateNetworks) : this.#trusted;
  }

  /** Whether no header is believed, whoever sends it. */
  get isEmpty(): boolean {
    return this.#trusted.isEmpty;
  }

  remoteOf({ peer, proxied, forwardedFor }: Sender): Remote {
    const direct = canonicalAddress(peer) ?? peer;
    if (!this.#trusted.has(direct)) return this.#remote(direct, false);
    const hops = forwardedFor.split(',').map((hop) => hop.trim());
    let client = canonicalAddress(proxied) ?? direct;
    while (this.#trusted.has(client)) {
      const next = canonicalAddress(hops.pop() ?? '');
      if (next === undefined) break; // the last proxy that could be believed is as far as anybody can see
      client = next;
    }
    return this.#remote(client, true);
  }

  #remote(address: string, isProxied: boolean): Remote {
    return { address, isProxied, limitedAs: this.#exempt.has(address) ? undefined : networkOf(address) };
  }
}

/** An address in its one form: IPv4 that is mapped into IPv6 becomes IPv4, a port and brackets are dropped. `undefined` for anything else. */
export function canonicalAddress(text: string): string | undefined {
  if (isIPv4(text)) return text;
  const bare = /^\[([^\]]*)\](?::\d{1,5})?$/.exec(text)?.[1] ?? /^([\d.]+):\d{1,5}$/.exec(text)?.[1] ?? text;
  if (isIPv4(bare)) return bare;
  if (!isIPv6(bare) || bare.includes('%')) return undefined;
  const { address } = new SocketAddress({ address: bare, family: 'ipv6' });
  const mapped = address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : '';
  return isIPv4(mapped) ? mapped : address;
}

function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  const [head = '', tail] = address.split('::');
  const groups = head === '' ? [] : head.split(':');
  const missing = 8 - groups.length - (tail ? tail.split(':').length : 0);
  const all = tail === undefined ? groups : [...groups, ...Array<string>(missing).fill('0'), ...(tail === '' ? [] : tail.split(':'))];
  return `${all.slice(0, 4).join(':')}::/64`;
}
