import type { TraceContext } from '../protocol/trace-context.ts';

/** Pieces of work that are timed. */
export type SpanName = 'trigger' | 'terminate' | 'publish' | 'deliver' | 'webhook';

/** A piece of work, while it is done. */
export interface Span {
  /** For what it causes elsewhere. */
  readonly context: TraceContext;
  /** Says more about it. */
  set(name: string, value: string | number): void;
  /** It did not succeed. What is thrown says so by itself. */
  fail(reason: string): void;
}

/** Times work for whoever collects spans. Where nobody does there is no tracer. */
export interface Tracer {
  /**
   * Does work as part of what caused it: in that trace, or, where there are several, in one of its own that refers to them. The span ends with the
   * work; if that is a promise, when it settles. What the work throws is thrown on.
   */
  run<T>(name: SpanName, causes: readonly TraceContext[], work: (span: Span) => T): T;
}
