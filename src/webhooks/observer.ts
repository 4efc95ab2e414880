import type { Clock, Log } from '../core/ports.ts';
import type { WebhookCounters } from './counters.ts';
import { createDeadLetter, describeEndpoint } from './dead-letter.ts';
import type { DeadLetters } from './dead-letters.ts';
import type { Delivery, Target } from './delivery.ts';
import type { EndpointObserver } from './endpoint-queue.ts';

/** A delivery that was not made when the server stopped. */
export interface Leftover {
  readonly delivery: Delivery;
  readonly reason: string;
  readonly attempts: number;
}

interface ObserverOptions {
  readonly counters: WebhookCounters;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
  readonly deadLetters: Pick<DeadLetters, 'add'>;
  readonly left: (leftover: Leftover) => void;
}

/** Counts, logs and keeps what becomes of the deliveries to one endpoint. */
export function createObserver(options: ObserverOptions, { appId, endpoint }: Target): Omit<EndpointObserver, 'emptied'> {
  const { clock, counters, log, left } = options;
  const where = { appId, endpoint: describeEndpoint(endpoint) };
  return {
    delivered(delivery) {
      counters.delivered += delivery.events.length;
      counters.succeeded += 1;
      counters.ageSeconds.observe(Math.max(0, clock.now() - delivery.at) / 1000);
      settle(delivery);
    },
    takenOver: settle,
    failed(delivery, reason) {
      counters.failed += 1;
      log.debug({ ...where, ids: idsOf(delivery), reason }, 'webhook failed');
    },
    givenUp(delivery, reason, attempts) {
      giveUp(options, { delivery, reason, attempts });
      settle(delivery);
    },
    left(delivery, reason, attempts) {
      left({ delivery, reason, attempts });
    },
    tripped(isTripped, reason) {
      if (isTripped) log.warn({ ...where, reason }, 'webhook endpoint keeps failing and is left alone for a while');
      else log.info(where, 'webhook endpoint is back');
    },
  };
}

/** Moves a delivery to the dead-letter list, one letter per event; one without events is nothing. */
export function giveUp(options: Omit<ObserverOptions, 'left'>, { delivery, reason, attempts }: Leftover): void {
  const { counters, clock, log, deadLetters } = options;
  const { target, events } = delivery;
  if (events.length === 0) return;
  counters.givenUp += events.length;
  log.error({ appId: target.appId, endpoint: describeEndpoint(target.endpoint), ids: idsOf(delivery), reason, attempts }, 'webhook given up');
  for (const event of events) deadLetters.add(createDeadLetter(target, event, { reason, attempts, givenUpAt: clock.now() }));
}

function settle({ events }: Delivery): void {
  for (const event of events) event.settle();
}

function idsOf({ events }: Delivery): readonly string[] {
  return events.map(({ id }) => id);
}
