import { lookup } from 'node:dns/promises';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP } from 'node:net';
import { createLookup, TargetRefused } from '../../core/lookup.ts';
import { createPublicAddressCheck } from '../../core/public-address.ts';

export interface KeySetRequest {
  readonly url: string;
  /** Whether the server may be on loopback or a private network. */
  readonly allowsPrivateAddress: boolean;
  /** From the connection to the end of the reply. */
  readonly timeoutMilliseconds: number;
}

const maxReplyBytes = 262_144;
const maxKeys = 100;

/**
 * Fetches the keys of a JSON Web Key Set, each as parsed JSON. Rejects for everything but a complete answer 200 in time: redirects are not followed,
 * and a name that leads to a private address is not called.
 */
export async function fetchKeySet(
  { url: text, allowsPrivateAddress, timeoutMilliseconds }: KeySetRequest,
  signal: AbortSignal,
): Promise<readonly unknown[]> {
  const url = new URL(text);
  const isPublic = allowsPrivateAddress ? undefined : createPublicAddressCheck();
  const host = url.hostname.replace(/^\[|\]$/g, '');
  // Sockets look up names, but not addresses.
  if (isPublic !== undefined && isIP(host) !== 0 && !isPublic(host)) throw new TargetRefused(`${host} is not on the public internet`);
  const pinned = createLookup({ resolve: (hostname) => lookup(hostname, { all: true }), isPublic });
  const deadline = AbortSignal.timeout(timeoutMilliseconds);
  const body = await get(url, pinned, AbortSignal.any([signal, deadline])).catch((cause) => {
    throw deadline.aborted ? new Error(`no complete reply within ${timeoutMilliseconds} ms`, { cause }) : cause;
  });
  return keysOf(body);
}

function get(url: URL, pinned: ReturnType<typeof createLookup>, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const open = url.protocol === 'http:' ? requestHttp : requestHttps;
    const headers = { accept: 'application/jwk-set+json, application/json', 'accept-encoding': 'identity' };
    const request = open(url, { agent: false, headers, lookup: pinned, signal });
    request.on('error', reject);
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      const refuse = (why: string) => response.destroy(new Error(why));
      if (response.statusCode !== 200) refuse(`it answered ${response.statusCode}`);
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        chunks.push(chunk);
        if (bytes > maxReplyBytes) refuse(`its reply is larger than ${maxReplyBytes} bytes`);
      });
      response.on('error', reject);
      response.on('end', () => resolve(Buffer.concat(chunks).toString()));
    });
    request.end();
  });
}

function keysOf(body: string): readonly unknown[] {
  let set: unknown;
  try {
    set = JSON.parse(body);
  } catch {
    throw new Error('its reply is not JSON');
  }
  const keys = typeof set === 'object' && set !== null && 'keys' in set ? set.keys : undefined;
  if (!Array.isArray(keys)) throw new Error('its reply is not a JSON Web Key Set');
  if (keys.length > maxKeys) throw new Error(`its set has more than ${maxKeys} keys`);
  return keys;
}
