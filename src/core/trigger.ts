import type { ChannelName } from '../protocol/channel-name.ts';
import { channelMiddle, eventFrame } from '../protocol/server-message.ts';
import type { Trigger } from '../protocol/trigger.ts';
import type { App } from './app.ts';
import { topicOf } from './channel.ts';
import type { Engine } from './engine.ts';
import type { Envelope } from './ports.ts';

type Triggering = Pick<Engine, 'broker' | 'cache' | 'hub' | 'events'>;

/**
 * A backend publishes events, in their order, all or none (protocol clause 5.2). Resolves when the broker accepted them, not when they are
 * delivered. Rejects with BrokerUnavailable; a repeat under the same key `once` then publishes only what was not accepted.
 */
export async function trigger(engine: Triggering, app: App, triggers: readonly Trigger[], once?: string): Promise<void> {
  const envelopes: Envelope[] = [];
  const remembering: Promise<void>[] = [];
  for (const event of triggers) {
    const dataJson = JSON.stringify(event.data);
    for (const channel of event.channels) {
      if (channel.isCache) remembering.push(remember(engine, app, channel, event));
      envelopes.push(envelope(engine, app, channel, event, dataJson));
    }
  }
  if (remembering.length > 0) await Promise.all(remembering);
  await engine.broker.publish(envelopes, once);
  if (engine.events.has('triggered')) tell(engine, app, triggers);
}

function tell({ events }: Pick<Engine, 'events'>, app: App, triggers: readonly Trigger[]): void {
  for (const { event, channels } of triggers) {
    events.emit({ type: 'triggered', appId: app.id, channels: channels.map(({ name }) => name), event });
  }
}

function envelope({ hub }: Pick<Engine, 'hub'>, app: App, channel: ChannelName, event: Trigger, dataJson: string): Envelope {
  const topic = topicOf(app.id, channel);
  const frame = eventFrame(event.event, hub.channels.get(topic)?.middle ?? channelMiddle(channel.name), dataJson);
  return event.except === undefined ? { topic, frame } : { topic, frame, except: event.except };
}

/** Before it is published, so that a subscriber who comes in between reads it (clause 3.4); a broker that then fails leaves it remembered. */
function remember({ cache }: Pick<Engine, 'cache'>, app: App, channel: ChannelName, { event, data }: Trigger): Promise<void> {
  return cache.set({ appId: app.id, channel }, { event, data }, app.limits.cacheTtlSeconds);
}
