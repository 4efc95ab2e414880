import type { Events } from '../core/events.ts';
import type { MemoryUse } from '../core/memory-use.ts';
import type { Broker } from '../core/ports.ts';

const details = {
  draining: 'The server is stopping',
  broker: 'The broker is out of reach',
  memory: 'The server is low on memory',
} as const;

/** Why balancers shall send clients elsewhere. */
export type Obstacle = keyof typeof details;

export interface ReadinessOptions {
  readonly broker: Pick<Broker, 'outageMilliseconds'>;
  readonly memory: MemoryUse;
  readonly events: Pick<Events, 'emit'>;
  /** Shorter outages of the broker are lived through without sending clients elsewhere: all nodes would fail together. */
  readonly outageSeconds: number;
  /** Whether the server has begun to stop. */
  readonly isDraining: () => boolean;
}

/** Says an obstacle in a sentence. */
export function describeObstacle(obstacle: Obstacle): string {
  return details[obstacle];
}

/** Whether this node shall get more clients. Tells when that changes. */
export class Readiness {
  readonly #options: ReadinessOptions;
  #told = '';

  constructor(options: ReadinessOptions) {
    this.#options = options;
  }

  /** What speaks against it as of now; nothing as a rule. */
  get obstacles(): readonly Obstacle[] {
    const { broker, memory, isDraining, outageSeconds } = this.#options;
    const obstacles: Obstacle[] = [];
    if (isDraining()) obstacles.push('draining');
    if (broker.outageMilliseconds() > outageSeconds * 1000) obstacles.push('broker');
    if (memory.isHigh) obstacles.push('memory');
    return obstacles;
  }

  get memoryPercent(): number {
    return this.#options.memory.percent;
  }

  /** Called once a second. */
  tick(): void {
    this.#options.memory.tick();
    const reasons = this.obstacles;
    if (reasons.join() === this.#told) return;
    this.#told = reasons.join();
    this.#options.events.emit({ type: 'readiness_changed', isReady: reasons.length === 0, reasons });
  }
}
