interface HealthOptions {
  /** Whether the connection for commands stands. */
  readonly isConnected: () => boolean;
  readonly monotonic: () => number;
  /** Called when a command fails for want of Redis, the first time since one was answered. */
  readonly failed: () => void;
}

/** Whether a partition can be reached in both directions. Either one missing is an outage: what is published would not come back. */
export class PartitionHealth {
  readonly #options: HealthOptions;
  #isSubscribed = false;
  #isFailing = false;
  #answeredAt: number;
  #downAt: number | undefined;

  constructor(options: HealthOptions) {
    this.#options = options;
    this.#answeredAt = options.monotonic();
    this.#downAt = this.#answeredAt;
  }

  get isUp(): boolean {
    const isUp = this.#isSubscribed && !this.#isFailing && this.#options.isConnected();
    if (isUp) this.#downAt = undefined;
    else this.#downAt ??= this.#isFailing ? this.#answeredAt : this.#options.monotonic();
    return isUp;
  }

  /** Whether the last command failed for want of Redis. */
  get isFailing(): boolean {
    return this.#isFailing;
  }

  /** Milliseconds since Redis last answered before the outage, or the subscription was lost; 0 without an outage. */
  get outageMilliseconds(): number {
    return this.isUp || this.#downAt === undefined ? 0 : this.#options.monotonic() - this.#downAt;
  }

  subscribed(isSubscribed: boolean): void {
    this.#isSubscribed = isSubscribed;
    void this.isUp; // notes when an outage begins
  }

  answered(): void {
    this.#answeredAt = this.#options.monotonic();
    if (!this.#isFailing) return;
    this.#isFailing = false;
    void this.isUp;
  }

  failed(): void {
    const isNews = !this.#isFailing;
    this.#isFailing = true;
    // That the subscription is lost may have been noticed before, and late as well.
    if (isNews && this.#downAt !== undefined) this.#downAt = Math.min(this.#downAt, this.#answeredAt);
    void this.isUp;
    if (isNews) this.#options.failed();
  }
}
