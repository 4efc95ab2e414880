import type { LimitReason } from '../core/counters.ts';
import type { Engine } from '../core/engine.ts';
import { failure, type HttpResponse } from '../http/message.ts';

type Rating = Pick<Engine, 'rates' | 'counters'>;
type Counter = Extract<LimitReason, 'addressAuthRequests' | 'userAuthRequests'>;

/** Counts a request against the rate of its address or user, over all nodes. Returns the refusal when there are too many. */
export function overRate({ rates, counters }: Rating, counter: Counter, key: string, perSecond: number): HttpResponse | undefined {
  const waitMilliseconds = rates.take(key, perSecond);
  if (waitMilliseconds === 0) return undefined;
  counters[counter] += 1;
  const seconds = Math.min(3600, Math.max(1, Math.ceil(waitMilliseconds / 1000)));
  return failure(429, `More than ${perSecond} requests for authorisation per second`, { 'Retry-After': String(seconds) });
}
