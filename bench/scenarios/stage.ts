import { setTimeout as pause } from 'node:timers/promises';
import type { Outcome } from '../generator/command.ts';
import { Generator } from '../generator/generator.ts';
import type { Cores } from '../measure/cores.ts';
import type { Metrics } from '../measure/metrics.ts';
import { cpuMicroseconds, machineMicroseconds, wantedMicroseconds } from '../measure/usage.ts';
import type { Target } from '../targets/target.ts';

const quietShare = 0.02;
const quietMilliseconds = 100;
const quietAttempts = 100;
const unwatchedMilliseconds = 2000;

/** One contestant's server with the generators that work on it. */
export class Stage {
  readonly target: Target;
  readonly #cores: Cores;
  readonly #generators = new Set<Generator>();
  /** The generator that holds the connections of all repetitions. */
  readonly generator: Generator;

  constructor(target: Target, cores: Cores) {
    this.target = target;
    this.#cores = cores;
    this.generator = this.addGenerator();
  }

  /** A further generator process on this server, for what has to be told apart from the first one. */
  addGenerator(): Generator {
    const generator = new Generator(this.target, this.#cores.generator);
    this.#generators.add(generator);
    return generator;
  }

  /** Does the work and tells what it cost for each unit. */
  async metered(work: () => Promise<Outcome>, unitsOf: (outcome: Outcome) => number, generator = this.generator): Promise<Metrics> {
    const before = this.#usage(generator);
    const startedAt = performance.now();
    const outcome = await work();
    const after = this.#usage(generator);
    const microseconds = (performance.now() - startedAt) * 1000;
    const [server, generated, own, redis, parent, machine] = after.map((value, nth) => value - (before[nth] ?? 0)) as [...Usage];
    const units = unitsOf(outcome);
    return {
      ...(this.target.pids.length === 0 ? {} : { cpuMicroseconds: server / units, serverShare: server / microseconds }),
      perSecond: units / outcome.seconds,
      generatorShare: generated / microseconds,
      strangersShare: Math.max(0, machine - server - generated - own - redis) / microseconds,
      ...(this.target.parentPid === undefined ? {} : { parentMicroseconds: parent / units }),
      ...(this.target.redis === undefined ? {} : { redisMicroseconds: redis / units }),
      ...latencies(outcome),
      ...(outcome.frames === 0 ? {} : { bytesPerFrame: outcome.bytes / outcome.frames }),
      ...(outcome.lost === 0 ? {} : { lost: outcome.lost }),
    };
  }

  /** Resolves once the server has nothing left to do; after a fixed time when its process cannot be watched. */
  async quiet(): Promise<void> {
    const { pids } = this.target;
    if (pids.length === 0) return pause(unwatchedMilliseconds);
    for (let attempt = 0; attempt < quietAttempts; attempt++) {
      const before = wantedMicroseconds(pids);
      await pause(quietMilliseconds);
      if (wantedMicroseconds(pids) - before < quietMilliseconds * 1000 * quietShare * pids.length) return;
    }
    throw new Error('The server does not come to rest');
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#generators].map((generator) => generator.kill()));
    await this.target.stop();
  }

  #usage(generator: Generator): Usage {
    const { pids, parentPid, redis: between } = this.target;
    const groups = [pids, [generator.pid], [process.pid], between === undefined ? [] : [between.pid], parentPid === undefined ? [] : [parentPid]];
    const [server = 0, generated = 0, own = 0, redis = 0, parent = 0] = groups.map(cpuMicroseconds);
    return [server, generated, own, redis, parent, machineMicroseconds()];
  }
}

/** CPU time in microseconds. */
type Usage = readonly [server: number, generator: number, own: number, redis: number, parent: number, machine: number];

function latencies({ latency, lateness }: Outcome): Metrics {
  return {
    ...(latency === undefined ? {} : { p50Milliseconds: latency.p50, p99Milliseconds: latency.p99 }),
    ...(lateness === undefined ? {} : { lateMilliseconds: lateness.p99 }),
  };
}
