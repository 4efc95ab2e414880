import { context, createContextKey, trace } from '@opentelemetry/api';
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Tracer } from '../core/tracer.ts';
import type { TraceContext } from '../protocol/trace-context.ts';
import { createTracer } from './tracer.ts';

const cause = (digit: string, tracestate = ''): TraceContext => ({
  traceparent: `00-${digit.repeat(32)}-${digit.repeat(16)}-01`,
  tracestate,
});

it('there is no tracer without an SDK', () => {
  expect(createTracer()).toBeUndefined();
});

describe('a tracer', () => {
  const exporter = new InMemorySpanExporter();
  let tracer: Tracer;

  beforeEach(() => {
    new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }).register();
    const created = createTracer();
    if (created === undefined) throw new Error('the SDK was not found');
    tracer = created;
    exporter.reset();
  });
  afterEach(() => {
    trace.disable();
    context.disable();
  });

  const spans = () => exporter.getFinishedSpans();

  it('exports nothing by itself', () => {
    expect(spans()).toEqual([]);
  });

  it('does work within the trace that caused it, and returns what the work does', () => {
    const own = tracer.run('trigger', [cause('a', 'vendor=1')], (span) => span.context);
    expect(own).toEqual({ traceparent: expect.stringMatching(`^00-${'a'.repeat(32)}-[0-9a-f]{16}-01$`), tracestate: 'vendor=1' });
    expect(spans()).toMatchObject([{ name: 'clarion trigger', parentSpanContext: { spanId: 'a'.repeat(16), isRemote: true } }]);
  });

  it('begins a trace for work that nobody caused, whatever surrounds it', () => {
    tracer.run('trigger', [cause('a')], () => tracer.run('webhook', [], () => undefined));
    const [webhook] = spans();
    expect(webhook?.parentSpanContext).toBeUndefined();
    expect(webhook?.spanContext().traceId).not.toBe('a'.repeat(32));
  });

  it('refers to all traces that caused one piece of work', () => {
    tracer.run('deliver', [cause('a'), cause('b')], () => undefined);
    expect(spans()[0]?.links.map((link) => link.context.traceId)).toEqual(['a'.repeat(32), 'b'.repeat(32)]);
    expect(spans()[0]?.parentSpanContext).toBeUndefined();
  });

  it('ends a span with the promise that its work is', async () => {
    let finish: () => void = () => {};
    const work = tracer.run('publish', [cause('a')], () => new Promise<void>((resolve) => (finish = resolve)));
    expect(spans()).toEqual([]);
    finish();
    await work;
    expect(spans()).toHaveLength(1);
  });

  it('notes what is thrown, and throws it on', async () => {
    const fault = new Error('no');
    expect(() =>
      tracer.run('deliver', [cause('a')], () => {
        throw fault;
      }),
    ).toThrow(fault);
    await expect(tracer.run('publish', [cause('a')], () => Promise.reject(fault))).rejects.toBe(fault);
    expect(spans()).toMatchObject([
      { status: { code: 2, message: 'no' }, events: [{ name: 'exception' }] },
      { status: { code: 2, message: 'no' }, events: [{ name: 'exception' }] },
    ]);
  });

  it('notes what failed without a fault, and what else is said', () => {
    tracer.run('webhook', [cause('a')], (span) => {
      span.set('clarion.events', 2);
      span.fail('it answered 500');
    });
    expect(spans()).toMatchObject([{ status: { code: 2, message: 'it answered 500' }, attributes: { 'clarion.events': 2 } }]);
  });

  it('keeps other instruments away from webhooks, and only from those', () => {
    const isSuppressed = () => context.active().getValue(createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING')) === true;
    expect(tracer.run('webhook', [cause('a')], isSuppressed)).toBe(true);
    expect(tracer.run('publish', [cause('a')], isSuppressed)).toBe(false);
  });

  it('follows the caller in what is not sampled', () => {
    const unsampled = { ...cause('a'), traceparent: cause('a').traceparent.replace(/01$/, '00') };
    expect(tracer.run('trigger', [unsampled], (span) => span.context.traceparent)).toMatch(/-00$/);
    expect(spans()).toEqual([]);
  });
});
