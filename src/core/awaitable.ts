/** A value that is there, or will be. What is there need not cost a promise and a turn of the microtask queue. */
export type Awaitable<T> = T | Promise<T>;

/** What `next` makes of the value: at once, if it is there. */
export function andThen<T, Next>(value: Awaitable<T>, next: (value: T) => Awaitable<Next>): Awaitable<Next> {
  return value instanceof Promise ? value.then(next) : next(value);
}
