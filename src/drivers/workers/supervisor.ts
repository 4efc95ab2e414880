import type { ChildProcess } from 'node:child_process';
import { availableParallelism } from 'node:os';
import type { Clock, Log } from '../../core/ports.ts';
import { MemoryConnectionQuota } from '../memory/connection-quota.ts';
import { MemoryEventCache } from '../memory/event-cache.ts';
import { MemoryIdempotencyStore } from '../memory/idempotency-store.ts';
import { Host } from './host.ts';
import type { HostLimits } from './host-options.ts';
import { reservePort } from './reserve-port.ts';

/** Where the workers accept connections. As a wish, port 0 is any. */
export interface WorkersAddress {
  readonly host: string;
  readonly port: number;
}

/** What a worker process has to be told. */
export interface WorkerStart {
  /** Which of the workers it is, from 0; one that takes the place of another has its index. */
  readonly index: number;
  /** Another one for each process. */
  readonly workerId: string;
  /** For its `Link`. */
  readonly socketPath: string;
  /** To be shared with the other workers, so not opened exclusively. */
  readonly port: number;
}

export interface SupervisorOptions extends WorkersAddress {
  readonly workers: number;
  readonly clock: Clock;
  readonly log: Log;
  /** For tests: when a worker is taken for dead. */
  readonly limits?: HostLimits;
  /** Starts a process that opens a link, listens, and says so. It should be `detached`: the terminal's Ctrl-C is the parent's to hand on. */
  readonly spawn: (start: WorkerStart) => ChildProcess;
}

/** One of the places that a process fills; when the process ends another one does. */
interface Place {
  readonly index: number;
  generation: number;
  child: ChildProcess | undefined;
  startedAt: number;
  failures: number;
  timer: NodeJS.Timeout | undefined;
}

/** What is waited for after a worker's start. */
interface Starting {
  readonly listening: (address: WorkersAddress) => void;
  readonly failed: (reason: Error) => void;
}

/** A worker that does not listen by then never will. */
const startMilliseconds = 30_000;
const minBackoffMilliseconds = 100;
const maxBackoffMilliseconds = 5000;
/** A worker that lived for so long was not broken from the start. */
const soundMilliseconds = 30_000;

/** How many processes `auto` means: one per processor that this program may use. */
export function workerCount(workers: number | 'auto'): number {
  return workers === 'auto' ? availableParallelism() : workers;
}

/** Keeps a number of worker processes running on one port, and hosts what they share. */
export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #host: Host;
  readonly #places: readonly Place[];
  /** Workers that do not listen yet. */
  readonly #starting = new Map<string, Starting>();
  #port = 0;
  #isStopping = false;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#places = Array.from({ length: options.workers }, (_, index) => ({
      index,
      generation: 0,
      child: undefined,
      startedAt: 0,
      failures: 0,
      timer: undefined,
    }));
    const { clock } = options;
    this.#host = new Host({
      ...options,
      cache: new MemoryEventCache(clock),
      idempotency: new MemoryIdempotencyStore(clock),
      quota: new MemoryConnectionQuota(),
      listener: {
        listening: (workerId, address) => this.#starting.get(workerId)?.listening(address),
        failed: (workerId, reason) => this.#starting.get(workerId)?.failed(new Error(reason)),
        stuck: (workerId, reason) => this.#kill(workerId, reason),
      },
    });
  }

  /** Resolves when all workers accept connections. Rejects, and leaves nothing running, when the port is taken or one of them ends before. */
  async start(): Promise<WorkersAddress> {
    try {
      await this.#host.open();
      this.#port = await reservePort(this.#options.host, this.#options.port);
      const [address] = await Promise.all(this.#places.map((place) => this.#launch(place)));
      if (address === undefined) throw new Error('at least one worker is needed');
      for (const place of this.#places) this.#watch(place);
      return address;
    } catch (cause) {
      await this.kill();
      throw cause;
    }
  }

  /** Hands a signal on to all workers that listen, such as the one to read certificates again; others read them yet. */
  signal(signal: NodeJS.Signals): void {
    for (const place of this.#places) if (!this.#starting.has(idOf(place))) place.child?.kill(signal);
  }

  /** Has all workers log at this level, those too that start later. */
  setLogLevel(level: string): void {
    this.#host.setLogLevel(level);
  }

  /** What the workers that live report, by an id that each process has for itself; `undefined` for one that did not in time. */
  survey(): Promise<ReadonlyMap<string, unknown>> {
    return this.#host.survey.ask();
  }

  /** Asks all workers to drain. Resolves when all have ended. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#host.stop();
    await this.#endAll('SIGTERM');
  }

  /** Ends all workers at once. */
  async kill(): Promise<void> {
    this.#isStopping = true;
    await this.#endAll('SIGKILL');
  }

  async #endAll(signal: NodeJS.Signals): Promise<void> {
    await Promise.all(
      this.#places.map(async (place) => {
        clearTimeout(place.timer);
        const { child } = place;
        if (child === undefined || hasEnded(child)) return;
        const ended = new Promise((resolve) => child.once('exit', resolve));
        child.kill(signal);
        await ended;
      }),
    );
    await this.#host.close();
  }

  /** Starts a process in a place. Resolves when it accepts connections; rejects when it ends before. */
  async #launch(place: Place): Promise<WorkersAddress> {
    place.generation += 1;
    place.startedAt = performance.now();
    const workerId = idOf(place);
    const child = this.#options.spawn({ index: place.index, workerId, socketPath: this.#host.socketPath, port: this.#port });
    place.child = child;
    const tooLate = setTimeout(() => this.#kill(workerId, 'it does not listen'), startMilliseconds);
    return new Promise<WorkersAddress>((resolve, reject) => {
      this.#starting.set(workerId, { listening: resolve, failed: reject });
      child.on('error', reject);
      child.once('exit', (code, signal) => reject(new Error(`worker ${place.index} ended before it listened: ${signal ?? `exit code ${code}`}`)));
    }).finally(() => {
      clearTimeout(tooLate);
      this.#starting.delete(workerId);
    });
  }

  /** Replaces the process of a place when it ends. */
  #watch(place: Place): void {
    const { child } = place;
    if (child === undefined) return;
    const replace = (): void => {
      if (this.#isStopping || place.child !== child) return;
      const lived = performance.now() - place.startedAt;
      place.failures = lived >= soundMilliseconds ? 0 : place.failures + 1;
      const wait = Math.min(maxBackoffMilliseconds, minBackoffMilliseconds * 2 ** Math.max(0, place.failures - 1));
      const { exitCode, signalCode } = child;
      this.#options.log.error({ worker: place.index, pid: child.pid, exitCode, signal: signalCode, restartMilliseconds: wait }, 'a worker ended');
      place.timer = setTimeout(() => this.#relaunch(place), wait);
    };
    if (hasEnded(child)) replace();
    else child.once('exit', replace);
  }

  #relaunch(place: Place): void {
    this.#launch(place).then(
      () => this.#options.log.info({ worker: place.index, pid: place.child?.pid }, 'a worker was replaced'),
      (err: unknown) => {
        if (!this.#isStopping) this.#options.log.error({ err, worker: place.index }, 'a worker could not be started');
      },
    );
    this.#watch(place);
  }

  #kill(workerId: string, reason: string): void {
    const place = this.#places.find((candidate) => idOf(candidate) === workerId);
    if (place?.child === undefined) return;
    this.#options.log.error({ worker: place.index, pid: place.child.pid, reason }, 'a worker is killed');
    place.child.kill('SIGKILL');
  }
}

/** Another one for each process, so that nothing from an earlier one is taken for its successor's. */
function idOf({ index, generation }: Place): string {
  return `${index}.${generation}`;
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null || child.pid === undefined;
}
