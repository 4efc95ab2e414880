import type { TraceContext } from '../protocol/trace-context.ts';
import type { Engine } from './engine.ts';
import type { BrokerMessage } from './ports.ts';
import { obeyTerminate } from './users.ts';

type Receiving = Pick<Engine, 'hub' | 'broker' | 'causes' | 'tracer'>;

/** What came from the broker: the one door through which events reach this node's subscribers. */
export function receiveBatch(engine: Receiving, batch: readonly BrokerMessage[], publishedAt?: number): void {
  const { tracer } = engine;
  const causes = tracer === undefined ? [] : causesOf(batch);
  if (tracer === undefined || causes.length === 0) return take(engine, batch, publishedAt);
  tracer.run('deliver', causes, (span) => {
    span.set('messaging.batch.message_count', batch.length);
    take(engine, batch, publishedAt);
  });
}

function take(engine: Receiving, batch: readonly BrokerMessage[], publishedAt: number | undefined): void {
  for (const message of batch) {
    if (!('type' in message)) engine.hub.deliver(message, publishedAt);
    else if (message.type === 'terminate') obeyTerminate(engine, message);
    else engine.causes.note(message);
  }
}

/** The traces that events and orders of the batch are part of; a node's note of what it did is no work of its own. */
function causesOf(batch: readonly BrokerMessage[]): readonly TraceContext[] {
  const causes = new Map<string, TraceContext>();
  for (const message of batch) {
    if (message.trace !== undefined && !('channels' in message)) causes.set(message.trace.traceparent, message.trace);
  }
  return [...causes.values()];
}
