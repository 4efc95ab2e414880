import { totalmem } from 'node:os';
import { getHeapStatistics } from 'node:v8';

export interface MemoryUseOptions {
  /** Share of what this process may have, from which on it shall get no more clients; infinite for no limit. */
  readonly memoryPercent: number;
  /** The same as a size; whichever comes first counts. */
  readonly memoryBytes: number;
  /** Processes that share the memory of the machine or the container. */
  readonly processes: number;
}

/** How much of the memory a process may have. */
export interface MemoryReading {
  /** Of the machine or the container: everything that the process holds, sockets included. */
  readonly usedBytes: number;
  readonly availableBytes: number;
  /** Of the JavaScript heap, which has a limit of its own. */
  readonly heapUsedBytes: number;
  readonly heapLimitBytes: number;
}

/** Watches how much memory this process uses. What it says is as of the last tick. */
export class MemoryUse {
  readonly #options: MemoryUseOptions;
  readonly #read: () => MemoryReading;
  #reading: MemoryReading;

  constructor(options: MemoryUseOptions, read: () => MemoryReading = () => readMemory(options.processes)) {
    this.#options = options;
    this.#read = read;
    this.#reading = read();
  }

  /** Of the two shares that can run out the larger one, with one decimal. */
  get percent(): number {
    const { usedBytes, availableBytes, heapUsedBytes, heapLimitBytes } = this.#reading;
    return Math.round(1000 * Math.max(usedBytes / availableBytes, heapUsedBytes / heapLimitBytes)) / 10;
  }

  get isHigh(): boolean {
    return this.percent >= this.#options.memoryPercent || this.#reading.usedBytes >= this.#options.memoryBytes;
  }

  /** Called once a second. Keeps what was read before when the system refuses, as it does while file descriptors are used up. */
  tick(): void {
    try {
      this.#reading = this.#read();
    } catch {}
  }
}

function readMemory(processes: number): MemoryReading {
  const { used_heap_size: heapUsedBytes, heap_size_limit: heapLimitBytes } = getHeapStatistics();
  return { usedBytes: process.memoryUsage.rss(), availableBytes: memoryLimit() / processes, heapUsedBytes, heapLimitBytes };
}

/** The container's limit; without one the machine's memory. Where there is no limit the system says 0, nothing, or more than there is. */
function memoryLimit(): number {
  const machine = totalmem();
  const container = process.constrainedMemory() ?? 0;
  return container > 0 && container < machine ? container : machine;
}
