interface Link<T> {
  readonly value: T;
  previous: Link<T> | undefined;
  next: Link<T> | undefined;
}

/**
 * A set in the order of insertion that serves as a queue: finding the first element and removing any takes the same time however many were
 * removed before. The built-in set walks over all of them.
 */
export class OrderedSet<T> {
  readonly #links = new Map<T, Link<T>>();
  #first: Link<T> | undefined;
  #last: Link<T> | undefined;

  get size(): number {
    return this.#links.size;
  }

  get first(): T | undefined {
    return this.#first?.value;
  }

  /** Adds at the end what is not in it yet. */
  add(value: T): void {
    if (this.#links.has(value)) return;
    const link: Link<T> = { value, previous: this.#last, next: undefined };
    this.#links.set(value, link);
    if (this.#last === undefined) this.#first = link;
    else this.#last.next = link;
    this.#last = link;
  }

  delete(value: T): void {
    const link = this.#links.get(value);
    if (link === undefined) return;
    this.#links.delete(value);
    if (link.previous === undefined) this.#first = link.next;
    else link.previous.next = link.next;
    if (link.next === undefined) this.#last = link.previous;
    else link.next.previous = link.previous;
  }

  /** In order. The element at hand may be removed meanwhile. */
  *[Symbol.iterator](): Generator<T> {
    for (let link = this.#first; link !== undefined; link = link.next) yield link.value;
  }
}
