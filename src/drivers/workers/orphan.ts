import type { Socket } from '../../core/ports.ts';

const goingAway = 1001;

/** The part of the hub that matters here. */
interface OpenSockets {
  readonly connections: ReadonlyMap<string, { readonly socket: Pick<Socket, 'end'> }>;
}

/** What a worker does that has lost its parent: all sockets are told to come back, which another process will answer. The process should then end. */
export function closeOrphaned({ connections }: OpenSockets): void {
  for (const { socket } of [...connections.values()]) socket.end(goingAway, 'The server is going away');
}
