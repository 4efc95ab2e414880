import type { Awaitable } from '../core/awaitable.ts';
import { trigger } from '../core/trigger.ts';
import { parseBatch, parseTrigger, type Trigger } from '../protocol/trigger.ts';
import { type ApiCall, refuse } from './api-call.ts';
import { parseBody } from './body.ts';
import { type ChannelInfo, describeChannel } from './channel-info.ts';
import { once } from './idempotency.ts';
import type { HttpResponse } from './message.ts';
import { overRate } from './rate.ts';

/** `POST /apps/ID/events` */
export function postEvents(call: ApiCall): Awaitable<HttpResponse> {
  const body = parseBody(call);
  if ('status' in body) return refuse(body);
  const event = parseTrigger(body.value, call.app.limits);
  if ('status' in event) return refuse(event);
  const limited = overRate(call, 'events', 1);
  if (limited !== undefined) return limited;
  return once(call, body.value, {
    publish: (once) => trigger(call.engine, call.app, [event], { once, requestId: call.request.requestId, trace: call.request.trace }),
    describe: () => (event.info.length === 0 ? '{}' : describeAll(call, event)),
  });
}

/** `POST /apps/ID/batch_events`: all events or none. */
export function postBatchEvents(call: ApiCall): Awaitable<HttpResponse> {
  const body = parseBody(call);
  if ('status' in body) return refuse(body);
  const events = parseBatch(body.value, call.app.limits);
  if ('status' in events) return refuse(events);
  const limited = overRate(call, 'events', events.length);
  if (limited !== undefined) return limited;
  return once(call, body.value, {
    publish: (once) => trigger(call.engine, call.app, events, { once, requestId: call.request.requestId, trace: call.request.trace }),
    describe: () => (events.every(({ info }) => info.length === 0) ? '{}' : describeBatch(call, events)),
  });
}

async function describeAll({ engine, app }: ApiCall, { channels, info }: Trigger): Promise<string> {
  const described = await Promise.all(channels.map((channel) => describeChannel(engine, { appId: app.id, channel }, info)));
  return JSON.stringify({ channels: Object.fromEntries(channels.map(({ name }, index) => [name, described[index] ?? {}])) });
}

async function describeBatch(call: ApiCall, events: readonly Trigger[]): Promise<string> {
  return JSON.stringify({ batch: await Promise.all(events.map((event) => describeOnly(call, event))) });
}

/** An event of a batch has one channel. */
async function describeOnly({ engine, app }: ApiCall, { channels, info }: Trigger): Promise<ChannelInfo> {
  const [channel] = channels;
  return channel === undefined ? {} : describeChannel(engine, { appId: app.id, channel }, info);
}
