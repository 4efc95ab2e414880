import type { Outcome, PublishCommand } from './command.ts';
import type { Crowd } from './crowd.ts';
import { encodeMessages, messageIndex } from './message.ts';
import { closedLoop, openLoop } from './pace.ts';
import { MemberPublisher, type Publisher, TriggerPublisher } from './publisher.ts';
import { Samples } from './samples.ts';

const sampledClients = 10;
/** Connections of an open loop; a closed loop has one for each event in flight. */
const openLoopConnections = 16;

/** Publishes the events of a workload and resolves when all of their frames have arrived. */
export async function publish(crowd: Crowd, command: PublishCommand): Promise<Outcome> {
  const run = new PublishRun(crowd, command);
  try {
    return await run.complete();
  } finally {
    run.end();
  }
}

class PublishRun {
  readonly #crowd: Crowd;
  readonly #command: PublishCommand;
  readonly #messages: readonly Buffer[];
  readonly #publisher: Publisher;
  readonly #latencies = new Samples();
  readonly #lateness = new Samples();
  /** When the message of an index was due. */
  readonly #dueAt: Float64Array;
  readonly #framesBefore: number;
  readonly #bytesBefore: number;
  readonly #lostBefore: number;
  #answered = 0;
  #onProgress: () => void = () => {};
  #onFault: (fault: Error) => void = () => {};

  constructor(crowd: Crowd, command: PublishCommand) {
    this.#crowd = crowd;
    this.#command = command;
    this.#messages = encodeMessages(crowd.settings, command);
    this.#dueAt = new Float64Array(this.#messages.length);
    this.#publisher = this.#createPublisher();
    this.#framesBefore = crowd.tally.frames;
    this.#bytesBefore = crowd.tally.bytes;
    this.#lostBefore = crowd.lost;
  }

  async complete(): Promise<Outcome> {
    const { clients, tally } = this.#crowd;
    if (this.#command.framesPerEvent > 0) this.#sample();
    if (this.#command.hasSleeper) clients[0]?.pause();
    const startedAt = performance.now();
    await new Promise<void>((done, failed) => this.#start(done, failed));
    const seconds = (performance.now() - startedAt) / 1000;
    if (this.#command.hasSleeper) await this.#wake();
    return {
      seconds,
      units: this.#command.events,
      frames: tally.frames - this.#framesBefore,
      bytes: tally.bytes - this.#bytesBefore,
      ...optional('latency', this.#latencies),
      ...optional('lateness', this.#lateness),
      lost: this.#crowd.lost - this.#lostBefore,
    };
  }

  end(): void {
    this.#crowd.watch();
    this.#publisher.close();
    for (const client of this.#crowd.clients) client.count();
  }

  #createPublisher(): Publisher {
    const { via, pace, framesPerEvent } = this.#command;
    if (via === 'client-event') return new MemberPublisher(this.#crowd);
    return new TriggerPublisher(this.#crowd, 'inFlight' in pace ? pace.inFlight : openLoopConnections, {
      onAnswer: (milliseconds) => {
        this.#answered += 1;
        if (framesPerEvent === 0) this.#latencies.add(milliseconds);
        this.#onProgress();
      },
      onFault: (fault) => this.#onFault(fault),
    });
  }

  /** The last clients, because the sleeper is the first; evenly spread ones would only differ in their place within a fan-out. */
  #sample(): void {
    const { clients } = this.#crowd;
    const step = Math.max(1, Math.floor(clients.length / sampledClients));
    for (let at = clients.length - 1; at > 0; at -= step) clients[at]?.count((frame) => this.#onSampledFrame(frame));
  }

  #onSampledFrame(frame: Buffer): void {
    const index = messageIndex(frame);
    const dueAt = index === undefined ? undefined : this.#dueAt[index];
    if (dueAt !== undefined) this.#latencies.add(performance.now() - dueAt);
  }

  #start(done: () => void, failed: (fault: Error) => void): void {
    const { pace, events, hasSleeper } = this.#command;
    const loop = {
      events,
      publish: (nth: number, dueAt: number) => this.#publish(nth, dueAt),
      completed: () => this.#completed(),
      done,
    };
    this.#onFault = failed;
    this.#onProgress = 'inFlight' in pace ? closedLoop(loop, pace.inFlight) : openLoop(loop, pace.perSecond);
    this.#crowd.watch(() => this.#onProgress(), hasSleeper ? undefined : failed);
    this.#onProgress();
  }

  #publish(nth: number, dueAt: number): void {
    const index = nth % this.#messages.length;
    this.#dueAt[index] = dueAt;
    if ('perSecond' in this.#command.pace) this.#lateness.add(performance.now() - dueAt);
    const message = this.#messages[index];
    if (message !== undefined) this.#publisher.publish(message);
  }

  #completed(): number {
    const { framesPerEvent } = this.#command;
    return framesPerEvent === 0 ? this.#answered : Math.floor((this.#crowd.tally.frames - this.#framesBefore) / framesPerEvent);
  }

  /** Lets the sleeper notice that the server has closed it: it reads what is left in the kernel and then the end. */
  async #wake(): Promise<void> {
    const [sleeper] = this.#crowd.clients;
    const noticed = new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, 2000);
      this.#crowd.watch(undefined, () => {
        clearTimeout(timer);
        resolve();
      });
    });
    sleeper?.resume();
    await noticed;
  }
}

function optional<Name extends 'latency' | 'lateness'>(name: Name, samples: Samples): Partial<Pick<Outcome, Name>> {
  const summary = samples.summary();
  return (summary === undefined ? {} : { [name]: summary }) as Partial<Pick<Outcome, Name>>;
}
