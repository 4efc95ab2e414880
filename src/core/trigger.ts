import type { ChannelName } from '../protocol/channel-name.ts';
import { channelMiddle, eventFrame } from '../protocol/server-message.ts';
import type { TraceContext } from '../protocol/trace-context.ts';
import type { Trigger } from '../protocol/trigger.ts';
import type { App } from './app.ts';
import { type Awaitable, andThen } from './awaitable.ts';
import { topicOf } from './channel.ts';
import type { Engine } from './engine.ts';
import type { Envelope } from './ports.ts';

type Triggering = Pick<Engine, 'broker' | 'cache' | 'hub' | 'events' | 'tracer' | 'traffic'>;

/** The request that events come with. */
export interface TriggerRequest {
  /** A repeat under the same key publishes only what was not accepted before. */
  readonly once?: string | undefined;
  readonly requestId?: string | undefined;
  readonly trace?: TraceContext | undefined;
}

/**
 * A backend publishes events, in their order, all or none (protocol clause 5.2). Resolves when the broker accepted them, not when they are
 * delivered. Rejects with BrokerUnavailable.
 */
export function trigger(engine: Triggering, app: App, triggers: readonly Trigger[], request: TriggerRequest = {}): Awaitable<void> {
  const { tracer } = engine;
  if (tracer === undefined) return publish(engine, app, triggers, request);
  return tracer.run('trigger', request.trace === undefined ? [] : [request.trace], (span) => {
    span.set('clarion.app.id', app.id);
    span.set('clarion.events', triggers.length);
    return publish(engine, app, triggers, { ...request, trace: span.context });
  });
}

function publish(engine: Triggering, app: App, triggers: readonly Trigger[], request: TriggerRequest): Awaitable<void> {
  const envelopes: Envelope[] = [];
  const remembering: Promise<void>[] = [];
  for (const event of triggers) {
    const dataJson = JSON.stringify(event.data);
    for (const channel of event.channels) {
      if (channel.isCache) remembering.push(remember(engine, app, channel, event));
      envelopes.push(envelope(engine, app, channel, event, dataJson));
    }
  }
  const handOver = () => (engine.tracer === undefined ? engine.broker.publish(envelopes, request.once) : publishTraced(engine, envelopes, request));
  return andThen(remembering.length > 0 ? Promise.all(remembering).then(handOver) : handOver(), () => {
    engine.traffic.of(app.id).apiEvents += envelopes.length;
    if (engine.events.has('triggered')) tell(engine, app, triggers, request);
  });
}

/** Each event takes along which span its deliveries belong to. */
function publishTraced({ broker, tracer }: Triggering, envelopes: readonly Envelope[], { once, trace }: TriggerRequest): Awaitable<void> {
  return tracer?.run('publish', trace === undefined ? [] : [trace], (span) => {
    span.set('messaging.batch.message_count', envelopes.length);
    return broker.publish(
      envelopes.map((envelope) => ({ ...envelope, trace: span.context })),
      once,
    );
  });
}

function tell({ events }: Pick<Engine, 'events'>, app: App, triggers: readonly Trigger[], { requestId }: TriggerRequest): void {
  for (const { event, channels, data } of triggers) {
    const fact = { type: 'triggered', appId: app.id, channels: channels.map(({ name }) => name), event, data } as const;
    events.emit(requestId === undefined ? fact : { ...fact, requestId });
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
