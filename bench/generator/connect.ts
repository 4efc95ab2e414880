import { connect, type OnReadOpts, type Socket } from 'node:net';
import { connect as connectSecurely } from 'node:tls';
import type { Address } from './client.ts';

/** A connection over TCP or TLS; with `onread` whatever comes is read into one buffer. */
export function connectTo({ host, port, isSecure }: Address, onread?: OnReadOpts): Socket {
  const options = { host, port, ...(onread === undefined ? {} : { onread }) };
  const socket = isSecure ? connectSecurely({ ...options, rejectUnauthorized: false }) : connect(options);
  return socket.setNoDelay(true);
}
