import type { Causes } from '../core/causes.ts';
import type { Events } from '../core/events.ts';
import type { AppStore, Clock, Log, WebhookQueue } from '../core/ports.ts';
import type { Tracer } from '../core/tracer.ts';
import { createAttempt } from './attempt.ts';
import { Batcher } from './batcher.ts';
import { Consumer } from './consumer.ts';
import { createCounters, type WebhookCounters } from './counters.ts';
import type { DeadLetter } from './dead-letter.ts';
import { DeadLetterFile } from './dead-letter-file.ts';
import { DeadLetters } from './dead-letters.ts';
import { Listener } from './listener.ts';
import { createObserver, giveUp, type Leftover } from './observer.ts';
import { route } from './router.ts';
import { Sender } from './sender.ts';
import type { WebhookSettings } from './settings.ts';
import { systemTimers, type Timers } from './timers.ts';
import { createTransport, type Transport } from './transport.ts';

export interface WebhooksOptions {
  readonly events: Pick<Events, 'listen'>;
  readonly apps: Pick<AppStore, 'byId'>;
  /** Which trace a fact is part of. Absent where there are none. */
  readonly causes?: Pick<Causes, 'take'>;
  /** Absent where nobody collects spans. */
  readonly tracer?: Tracer | undefined;
  readonly queue: WebhookQueue;
  readonly settings: WebhookSettings;
  readonly clock: Clock;
  readonly log: Log;
  /** For tests, as all that follows; real by default. */
  readonly timers?: Timers;
  readonly transport?: Transport;
  readonly random?: () => number;
}

/** Webhooks of all apps, from their facts to their endpoints (protocol clause 7). */
export interface Webhooks {
  readonly counters: Readonly<WebhookCounters>;
  /** Events and facts that are on their way now. */
  readonly waiting: number;
  /** The time of the event that has waited longest for its endpoint, in milliseconds since the epoch; undefined when none waits. */
  readonly oldestAt: number | undefined;
  /** What this process gave up and still remembers, oldest first. */
  readonly deadLetters: readonly DeadLetter[];
  /**
   * To be called when all sockets are closed: what waits is sent at once, for so long at most; what nobody else will deliver afterwards is put
   * on the dead-letter list. Never rejects.
   */
  close(milliseconds: number): Promise<void>;
}

/**
 * Starts to listen. Facts run through listener, queue, consumer (which smooths), batcher and sender; each of them has its limit, and no endpoint
 * waits for another.
 */
export function createWebhooks(options: WebhooksOptions): Webhooks {
  const stages = createStages(options);
  const { listener, consumer, batcher, sender, counters, deadLetters } = stages;
  let closing: Promise<void> | undefined;
  return {
    counters,
    get waiting() {
      return listener.size + consumer.size + batcher.size + sender.size;
    },
    get oldestAt() {
      return sender.oldestAt;
    },
    get deadLetters() {
      return deadLetters.letters;
    },
    close(milliseconds) {
      closing ??= closeStages(options, stages, milliseconds);
      return closing;
    },
  };
}

/** What facts run through, from the last to the first. */
interface Stages {
  readonly counters: WebhookCounters;
  readonly deadLetters: DeadLetters;
  /** Filled when the sender is closed. */
  readonly leftovers: readonly Leftover[];
  readonly transport: Transport;
  readonly timers: Timers;
  readonly sender: Sender;
  readonly batcher: Batcher;
  readonly consumer: Consumer;
  readonly listener: Listener;
}

function createStages(options: WebhooksOptions): Stages {
  const { causes, queue, settings, clock, log, timers = systemTimers, random = Math.random } = options;
  const { transport = createTransport({ settings, timers }) } = options;
  const counters = createCounters();
  const deadLetters = new DeadLetters({ maxLetters: settings.deadLetterEvents, file: openFile(settings), log });
  const leftovers: Leftover[] = [];
  const keeping = { counters, clock, log, deadLetters, left: (leftover: Leftover) => leftovers.push(leftover) };
  const attempt = createAttempt({ ...options, transport });
  const sender = new Sender({
    clock,
    timers,
    random,
    settings,
    attempt,
    abort: () => transport.abort(),
    observe: (target) => createObserver(keeping, target),
  });
  const batcher = new Batcher({ timers, settings, send: (delivery) => sender.send(delivery) });
  const routes = { ...(causes !== undefined && { causes }), queue, send: batcher.add.bind(batcher) };
  const consumer = new Consumer({ ...options, timers, counters, pass: (app, queued) => route(routes, app, queued) });
  const listener = new Listener({ ...options, timers, counters });
  return { counters, deadLetters, leftovers, transport, timers, sender, batcher, consumer, listener };
}

async function closeStages({ queue, clock, log }: WebhooksOptions, stages: Stages, milliseconds: number): Promise<void> {
  const { listener, consumer, batcher, sender, transport, counters, deadLetters, timers } = stages;
  const endsAt = clock.monotonic() + milliseconds;
  const remaining = (): number => Math.max(0, endsAt - clock.monotonic());
  const allHeard = listener.close().then(() => consumer.close());
  await within(timers, remaining(), allHeard);
  consumer.flush();
  batcher.flush();
  await sender.close(remaining());
  transport.abort();
  const ending = await queue.close();
  for (const { delivery, ...rest } of stages.leftovers) {
    const events = delivery.events.filter(({ id }) => ending.has(id));
    giveUp({ counters, clock, log, deadLetters }, { ...rest, delivery: { ...delivery, events } });
  }
  const lost = listener.size + consumer.size;
  counters.dropped += lost;
  if (lost > 0) log.error({ facts: lost }, 'webhooks dropped: their apps could not be looked up before the server stopped');
  await deadLetters.flush();
}

/** Resolves with the task, but no later than after so long. */
function within(timers: Timers, milliseconds: number, task: Promise<void>): Promise<void> {
  return new Promise((resolve) => {
    const callOff = timers.after(milliseconds, resolve);
    void task.finally(() => {
      callOff();
      resolve();
    });
  });
}

function openFile({ deadLetterFile, deadLetterEvents }: WebhookSettings): DeadLetterFile | undefined {
  return deadLetterFile === undefined ? undefined : new DeadLetterFile(deadLetterFile, deadLetterEvents);
}
