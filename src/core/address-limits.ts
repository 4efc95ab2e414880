import type { ServerLimits } from '../protocol/limits.ts';
import type { LimitReason } from './counters.ts';
import type { Clock } from './ports.ts';
import { TokenBucket } from './token-bucket.ts';

interface AddressLimitsOptions {
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly limits: Pick<ServerLimits, 'handshakesPerSecondPerIp' | 'connectionsPerIp'>;
}

interface Entry {
  readonly handshakes: TokenBucket;
  connections: number;
}

/** Counts handshakes and connections per address. An address is forgotten when it has no connection and its last handshakes are a second old. */
export class AddressLimits {
  readonly #options: AddressLimitsOptions;
  readonly #entries = new Map<string, Entry>();
  /** Addresses without a connection. */
  readonly #idle = new Set<string>();

  constructor(options: AddressLimitsOptions) {
    this.#options = options;
  }

  /** Addresses that are known of. */
  get size(): number {
    return this.#entries.size;
  }

  /** Counts a connection in, which must be released. Returns the reason when the address may not have it; then nothing is counted. */
  take(address: string): Extract<LimitReason, 'addressHandshakes' | 'addressConnections'> | undefined {
    const { clock, limits } = this.#options;
    const now = clock.monotonic();
    const entry = this.#entries.get(address) ?? { handshakes: new TokenBucket(limits.handshakesPerSecondPerIp, now), connections: 0 };
    this.#entries.set(address, entry);
    const hasRate = entry.handshakes.take(now);
    if (entry.connections === 0) this.#idle.add(address);
    if (entry.connections >= limits.connectionsPerIp) return 'addressConnections';
    if (!hasRate) return 'addressHandshakes';
    this.#idle.delete(address);
    entry.connections += 1;
    return undefined;
  }

  release(address: string): void {
    const entry = this.#entries.get(address);
    if (entry === undefined) return;
    entry.connections -= 1;
    if (entry.connections === 0) this.#idle.add(address);
  }

  /** Called once a second: forgets who has gone. */
  tick(): void {
    const now = this.#options.clock.monotonic();
    for (const address of this.#idle) {
      if (this.#entries.get(address)?.handshakes.isFull(now) === false) continue;
      this.#idle.delete(address);
      this.#entries.delete(address);
    }
  }
}
