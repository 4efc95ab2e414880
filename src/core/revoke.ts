import { serverToUserChannel } from '../protocol/channel-name.ts';
import { PusherError } from '../protocol/error.ts';
import { topicOf } from './channel.ts';
import { end } from './close.ts';
import type { Connection } from './connection.ts';
import type { Engine } from './engine.ts';
import type { Revocation } from './revocation.ts';

type Obeying = Pick<Engine, 'hub' | 'revoked' | 'tokenLife'>;

/** Nobody accepts these tokens any more, on any node. Resolves with `full` when the app can have no more revocations. Rejects with BrokerUnavailable. */
export async function revoke({ revocations, revoked }: Pick<Engine, 'revocations' | 'revoked'>, revocation: Revocation): Promise<'done' | 'full'> {
  if (!revoked.hasRoom(revocation)) return 'full';
  await revocations.revoke(revocation);
  return 'done';
}

/** This node's part of it: the connections that live by such a token are ended. */
export function obeyRevocation(engine: Obeying, revocation: Revocation): void {
  if (!engine.revoked.add(revocation)) return;
  for (const connection of [...concerned(engine, revocation)]) {
    const { app, identity } = connection;
    if (identity !== undefined && engine.revoked.has(app.id, identity)) end(connection, new PusherError('TOKEN_REVOKED'));
  }
}

/** At least all connections that the revocation is about. */
function concerned({ hub, tokenLife }: Obeying, revocation: Revocation): Iterable<Connection> {
  if (revocation.type === 'token') return tokenLife.holdersOf(revocation.appId, revocation.tokenId);
  return hub.channels.get(topicOf(revocation.appId, serverToUserChannel(revocation.userId)))?.connections ?? [];
}
