import { connect, isIP, type OnReadOpts, type Socket } from 'node:net';
import { connect as connectSecurely } from 'node:tls';
import type { Address } from './client.ts';

/** A connection over TCP or TLS; with `onread` whatever comes is read into one buffer. */
export function connectTo({ host, port, isSecure }: Address, onread?: OnReadOpts): Socket {
  const bare = host.replace(/^\[(.*)\]$/, '$1'); // as URLs write IPv6
  const options = { host: bare, port, ...(onread === undefined ? {} : { onread }) };
  const name = isIP(bare) ? {} : { servername: bare };
  const socket = isSecure ? connectSecurely({ ...options, ...name, rejectUnauthorized: false }) : connect(options);
  return socket.setNoDelay(true);
}
