import {
  type Context,
  context,
  createContextKey,
  createTraceState,
  isSpanContextValid,
  type Link,
  type Span as OtelSpan,
  type Tracer as OtelTracer,
  ROOT_CONTEXT,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import type { Span, SpanName, Tracer } from '../core/tracer.ts';
import type { TraceContext } from '../protocol/trace-context.ts';

const kinds: Readonly<Record<SpanName, SpanKind>> = {
  trigger: SpanKind.SERVER,
  terminate: SpanKind.SERVER,
  publish: SpanKind.PRODUCER,
  deliver: SpanKind.CONSUMER,
  webhook: SpanKind.CLIENT,
};

/** Traces that one span can refer to. */
const maxLinks = 100;

/** What SDKs look for: an instrumented HTTP client would add a second `traceparent` to a webhook's own, which makes both invalid. */
const suppressTracing = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING');

/** A tracer for the SDK that was loaded before this program (`node --import`); `undefined` when there is none, so that nothing is spent on spans. */
export function createTracer(): Tracer | undefined {
  const tracer = trace.getTracer('clarion');
  // Never ended, so never exported. Without an SDK spans have no id.
  const probe = tracer.startSpan('clarion', {}, ROOT_CONTEXT);
  return isSpanContextValid(probe.spanContext()) ? new SpanTracer(tracer) : undefined;
}

class SpanTracer implements Tracer {
  readonly #tracer: OtelTracer;

  constructor(tracer: OtelTracer) {
    this.#tracer = tracer;
  }

  run<T>(name: SpanName, causes: readonly TraceContext[], work: (span: Span) => T): T {
    const { parent, links } = placeOf(causes);
    const span = this.#tracer.startSpan(`clarion ${name}`, { kind: kinds[name], links }, parent);
    const within = trace.setSpan(parent, span);
    const inner = kinds[name] === SpanKind.CLIENT ? within.setValue(suppressTracing, true) : within;
    return endWith(span, () => context.with(inner, () => work(new RunningSpan(span))));
  }
}

class RunningSpan implements Span {
  readonly context: TraceContext;
  readonly #span: OtelSpan;

  constructor(span: OtelSpan) {
    this.#span = span;
    this.context = contextOf(span.spanContext());
  }

  set(name: string, value: string | number): void {
    this.#span.setAttribute(name, value);
  }

  fail(reason: string): void {
    this.#span.setStatus({ code: SpanStatusCode.ERROR, message: reason });
  }
}

/** Ends the span when the work has ended, and notes what it threw. */
function endWith<T>(span: OtelSpan, work: () => T): T {
  let result: T;
  try {
    result = work();
  } catch (error) {
    endFailed(span, error);
    throw error;
  }
  if (!(result instanceof Promise)) span.end();
  else
    result.then(
      () => span.end(),
      (error: unknown) => endFailed(span, error),
    );
  return result;
}

function endFailed(span: OtelSpan, error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  span.recordException(error instanceof Error ? error : message);
  span.setStatus({ code: SpanStatusCode.ERROR, message });
  span.end();
}

/** One cause is the parent; several are linked. */
function placeOf(causes: readonly TraceContext[]): { readonly parent: Context; readonly links: Link[] } {
  const [first, ...others] = causes.map(spanContextOf);
  if (first !== undefined && others.length === 0) return { parent: trace.setSpanContext(ROOT_CONTEXT, first), links: [] };
  return { parent: ROOT_CONTEXT, links: causes.slice(0, maxLinks).map((cause) => ({ context: spanContextOf(cause) })) };
}

/** By the format of version 00, which is all that comes in here. */
function spanContextOf({ traceparent, tracestate }: TraceContext): SpanContext {
  const [, traceId = '', spanId = '', flags = ''] = traceparent.split('-');
  const identity = { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
  return tracestate === '' ? identity : { ...identity, traceState: createTraceState(tracestate) };
}

function contextOf({ traceId, spanId, traceFlags, traceState }: SpanContext): TraceContext {
  return { traceparent: `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`, tracestate: traceState?.serialize() ?? '' };
}
