import type { LookupAddress, LookupOptions } from 'node:dns';
import type { LookupFunction } from 'node:net';
import type { AddressCheck } from './public-address.ts';

/** Finds all addresses of a host name. */
export type Resolve = (hostname: string) => Promise<readonly LookupAddress[]>;

/** The target may not be called; trying again would not help. */
export class TargetRefused extends Error {
  override readonly name = 'TargetRefused';
}

interface PinningOptions {
  readonly resolve: Resolve;
  /** All addresses are allowed without it. */
  readonly isPublic: AddressCheck | undefined;
}

/**
 * A lookup for sockets that hands on only addresses which may be called, so that the socket connects to the very address that was checked: a
 * name that points elsewhere a moment later changes nothing. Questions for one name at a time share an answer, because the system's resolver
 * works in few threads and a name server that does not answer must not occupy them all.
 */
export function createLookup({ resolve, isPublic }: PinningOptions): LookupFunction {
  const underWay = new Map<string, Promise<readonly LookupAddress[]>>();
  const ask = (hostname: string): Promise<readonly LookupAddress[]> => {
    const answer = underWay.get(hostname) ?? resolve(hostname).finally(() => underWay.delete(hostname));
    underWay.set(hostname, answer);
    return answer;
  };
  return (hostname, { all, family }, callback) => {
    const answer = ask(hostname).then((addresses) => allowed(hostname, addresses.filter(isOfFamily(family)), isPublic));
    answer.then(
      (addresses) => {
        if (all) callback(null, [...addresses]);
        else callback(null, addresses[0].address, addresses[0].family);
      },
      (error) => callback(error, []),
    );
  };
}

/** As the resolver of Node: 0 and nothing mean both families. */
function isOfFamily(family: LookupOptions['family']): (entry: LookupAddress) => boolean {
  return (entry) => !family || family === entry.family || family === `IPv${entry.family}`;
}

type Addresses = readonly [LookupAddress, ...LookupAddress[]];

function allowed(hostname: string, addresses: readonly LookupAddress[], isPublic: AddressCheck | undefined): Addresses {
  const [first, ...others] = isPublic === undefined ? addresses : addresses.filter(({ address }) => isPublic(address));
  if (first !== undefined) return [first, ...others];
  if (addresses.length === 0) throw new Error(`${hostname} has no address`);
  throw new TargetRefused(`${hostname} is at ${addresses.map(({ address }) => address).join(', ')}, which is not on the public internet`);
}
