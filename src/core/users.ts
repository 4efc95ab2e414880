import { serverToUserChannel } from '../protocol/channel-name.ts';
import { PusherError } from '../protocol/error.ts';
import type { TraceContext } from '../protocol/trace-context.ts';
import type { Awaitable } from './awaitable.ts';
import { topicOf } from './channel.ts';
import { end } from './close.ts';
import type { Connection } from './connection.ts';
import type { Engine } from './engine.ts';
import type { Consequence, Control } from './ports.ts';

/**
 * Ends all connections signed in as the user, on every node (protocol clause 4), as part of a trace if there is one. Rejects with
 * BrokerUnavailable.
 */
export function terminateUser(
  { broker, tracer }: Pick<Engine, 'broker' | 'tracer'>,
  appId: string,
  userId: string,
  trace?: TraceContext,
): Awaitable<void> {
  const order = { type: 'terminate', appId, userId } as const;
  if (tracer === undefined) return broker.publish([trace === undefined ? order : { ...order, trace }]);
  return tracer.run('terminate', trace === undefined ? [] : [trace], (span) => {
    span.set('clarion.app.id', appId);
    return broker.publish([{ ...order, trace: span.context }]);
  });
}

type Obeying = Pick<Engine, 'hub' | 'broker' | 'causes'>;

/** This node's part of it. Members of presence channels who did not sign in are not touched. */
export function obeyTerminate(engine: Obeying, { appId, userId, trace }: Control): void {
  const connections = [...(engine.hub.channels.get(topicOf(appId, serverToUserChannel(userId)))?.connections ?? [])];
  if (trace !== undefined) tellConsequence(engine, { type: 'caused', appId, userId, channels: channelsOf(connections), trace });
  for (const connection of connections) end(connection, new PusherError('TERMINATED'));
}

/** Before it happens, here and on the node that makes webhooks of it. */
function tellConsequence({ broker, causes }: Obeying, consequence: Consequence): void {
  if (consequence.channels.length === 0) return;
  causes.note(consequence);
  broker.publish([consequence])?.catch(() => {}); // then the webhooks are told without their cause
}

function channelsOf(connections: readonly Connection[]): readonly string[] {
  return [...new Set(connections.flatMap(({ subscriptions }) => [...subscriptions.all()].map(({ channel }) => channel.channel.name)))];
}
