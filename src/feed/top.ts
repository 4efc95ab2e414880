/** Keeps the highest of what it is offered, so many of them. */
export class Top<Item> {
  readonly #size: number;
  readonly #kept: { readonly score: number; readonly item: Item }[] = [];

  constructor(size: number) {
    this.#size = size;
  }

  /** Whether an item of this score would be kept: spares the making of those that would not. */
  wants(score: number): boolean {
    return score > 0 && (this.#kept.length < this.#size || score > (this.#kept.at(-1)?.score ?? 0));
  }

  offer(score: number, item: Item): void {
    if (!this.wants(score)) return;
    const place = this.#kept.findIndex((kept) => kept.score < score);
    this.#kept.splice(place < 0 ? this.#kept.length : place, 0, { score, item });
    if (this.#kept.length > this.#size) this.#kept.pop();
  }

  /** The highest first. */
  get items(): readonly Item[] {
    return this.#kept.map(({ item }) => item);
  }
}
