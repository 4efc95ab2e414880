import type { ApiCall } from './api-call.ts';
import { failure, type HttpResponse } from './message.ts';

const kinds = {
  events: { limit: 'backendEventsPerSecond', counter: 'backendEvents', unit: 'events' },
  reads: { limit: 'readsPerSecond', counter: 'reads', unit: 'reading requests' },
} as const;

/** Counts events or reads against the rate of their app. Returns the refusal when they are too many. */
export function overRate({ engine, app }: Pick<ApiCall, 'engine' | 'app'>, kind: keyof typeof kinds, count: number): HttpResponse | undefined {
  const { limit, counter, unit } = kinds[kind];
  const perSecond = app.limits[limit];
  if (perSecond === Number.POSITIVE_INFINITY) return undefined;
  const waitMilliseconds = engine.rates.take(`${app.id}/${kind}`, perSecond, count);
  if (waitMilliseconds === 0) return undefined;
  engine.counters[counter] += count;
  const seconds = Math.min(3600, Math.max(1, Math.ceil(waitMilliseconds / 1000)));
  return failure(429, `More than ${perSecond} ${unit} per second`, { 'Retry-After': String(seconds) });
}
