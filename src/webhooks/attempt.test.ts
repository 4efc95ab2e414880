import { describe, expect, it } from 'vitest';
import type { Span, Tracer } from '../core/tracer.ts';
import type { TraceContext } from '../protocol/trace-context.ts';
import { appWithWebhooks, webhookEndpoint } from '../testing/webhook-app.ts';
import { createAttempt } from './attempt.ts';
import { createDelivery, type OutgoingEvent, type PostOutcome } from './delivery.ts';
import type { Post } from './transport.ts';

const trace = (digit: string): TraceContext => ({ traceparent: `00-${digit.repeat(32)}-${digit.repeat(16)}-01`, tracestate: '' });
const endpoint = webhookEndpoint('https://hooks.example/a', { batch: true });
const target = { key: 'a', appId: 'app', endpoint };

/** Makes one attempt with events of these traces. */
async function attempt(traces: readonly (TraceContext | undefined)[], tracer?: Tracer, outcome: PostOutcome = { result: 'delivered' }) {
  const posts: Post[] = [];
  const post = async (request: Post): Promise<PostOutcome> => {
    posts.push(request);
    return outcome;
  };
  const attemptOnce = createAttempt({
    apps: { byId: async () => appWithWebhooks([endpoint]) },
    queue: { holds: () => true },
    transport: { post },
    tracer,
  });
  const events = traces.map((cause, index): OutgoingEvent => ({ id: `${index}`, channel: 'a', at: 0, json: '{}', settle: () => {}, trace: cause }));
  expect(await attemptOnce(createDelivery(target, events))).toEqual(outcome);
  return posts[0]?.headers.traceparent;
}

describe('an attempt', () => {
  it('names the trace that all of its events are part of, as far as they are part of any', async () => {
    expect(await attempt([trace('a'), undefined, trace('a')])).toBe(trace('a').traceparent);
  });

  it('names no trace when there is none, or more than one', async () => {
    expect(await attempt([undefined])).toBeUndefined();
    expect(await attempt([trace('a'), trace('b')])).toBeUndefined();
  });

  it('is a span of its own where spans are collected, caused by all of them', async () => {
    const told: unknown[] = [];
    const span: Span = { context: trace('c'), set: (name, value) => told.push([name, value]), fail: (reason) => told.push(reason) };
    const tracer: Tracer = {
      run(name, causes, work) {
        told.push(name, ...causes);
        return work(span);
      },
    };
    expect(await attempt([trace('a'), trace('b')], tracer, { result: 'failed', reason: 'it answered 500' })).toBe(trace('c').traceparent);
    expect(told).toEqual(['webhook', trace('a'), trace('b'), ['clarion.app.id', 'app'], ['clarion.events', 2], 'it answered 500']);
  });
});
