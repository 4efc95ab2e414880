import { BlockList, isIPv4, isIPv6 } from 'node:net';

/** Whether a text is an address or a network in the form `ADDRESS/BITS`. */
export function isNetwork(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const most = isIPv4(address) ? 32 : isIPv6(address) && !address.includes('%') ? 128 : -1;
  return rest.length === 0 && most > 0 && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most));
}

/** Addresses and networks, each of which must have passed `isNetwork`. */
export class NetworkList {
  /** IPv4 by arithmetic: it is asked for every handshake, and the runtime's list makes a native object per question. */
  readonly #ranges: (readonly [first: number, last: number])[] = [];
  readonly #ipv6 = new BlockList();
  #hasIpv6 = false;

  constructor(networks: readonly string[]) {
    for (const network of networks) {
      const [address = '', bits] = network.split('/');
      if (isIPv4(address)) this.#addIPv4(address, Number(bits ?? 32));
      else {
        this.#ipv6.addSubnet(address, Number(bits ?? 128), 'ipv6');
        this.#hasIpv6 = true;
      }
    }
  }

  get isEmpty(): boolean {
    return this.#ranges.length === 0 && !this.#hasIpv6;
  }

  /** `address` in its canonical form; anything else is not in the list. */
  has(address: string): boolean {
    if (this.isEmpty) return false;
    if (isIPv4(address)) {
      const number = numberOf(address);
      return this.#ranges.some(([first, last]) => number >= first && number <= last);
    }
    return this.#hasIpv6 && isIPv6(address) && this.#ipv6.check(address, 'ipv6');
  }

  #addIPv4(address: string, bits: number): void {
    const size = 2 ** (32 - bits);
    const first = Math.floor(numberOf(address) / size) * size;
    this.#ranges.push([first, first + size - 1]);
  }
}

function numberOf(address: string): number {
  return address.split('.').reduce((number, part) => number * 256 + Number(part), 0);
}
