import { serverToUserChannel } from '../protocol/channel-name.ts';
import { PusherError } from '../protocol/error.ts';
import { topicOf } from './channel.ts';
import { end } from './close.ts';
import type { Engine } from './engine.ts';
import type { Control } from './ports.ts';

/** Ends all connections signed in as the user, on every node (protocol clause 4). Rejects with BrokerUnavailable. */
export function terminateUser({ broker }: Pick<Engine, 'broker'>, appId: string, userId: string): Promise<void> {
  return broker.publish([{ type: 'terminate', appId, userId }]);
}

/** This node's part of it. Members of presence channels who did not sign in are not touched. */
export function obeyTerminate({ hub }: Pick<Engine, 'hub'>, { appId, userId }: Control): void {
  const channel = hub.channels.get(topicOf(appId, serverToUserChannel(userId)));
  for (const connection of [...(channel?.connections ?? [])]) end(connection, new PusherError('TERMINATED'));
}
