/** Something that is done a number of times. */
interface Loop {
  readonly events: number;
  /** `dueAt` on the clock of `performance.now()`. */
  readonly publish: (nth: number, dueAt: number) => void;
  /** How many are complete by now. */
  readonly completed: () => number;
  readonly done: () => void;
}

/** A timer is late by up to this much, so that shorter waits have to spin. */
const timerMilliseconds = 2;

/** Holds so many events in flight. Returns what has to be called at every progress, and once to begin. */
export function closedLoop({ events, publish, completed, done }: Loop, inFlight: number): () => void {
  let sent = 0;
  return () => {
    const complete = completed();
    while (sent < events && sent - complete < inFlight) publish(sent++, performance.now());
    if (complete >= events) done();
  };
}

/** A loop that is late catches up at twice its rate, not at once. */
const catchUpFactor = 2;

/**
 * Sends at fixed times, evenly spaced: two events that left together would share system calls of the server and flatter it. Latencies count
 * from the time an event was due, so that a slow server cannot hide by slowing the loop down. Returns the same as `closedLoop`.
 */
export function openLoop({ events, publish, completed, done }: Loop, perSecond: number): () => void {
  const startedAt = performance.now();
  const interval = 1000 / perSecond;
  let sent = 0;
  let sentAt = 0;
  const tick = (): void => {
    const now = performance.now();
    const dueAt = startedAt + sent * interval;
    if (now >= Math.max(dueAt, sentAt + interval / catchUpFactor)) {
      sentAt = now;
      publish(sent++, dueAt);
    }
    if (sent === events) return;
    if (startedAt + sent * interval - performance.now() > timerMilliseconds) setTimeout(tick, 1);
    else setImmediate(tick);
  };
  tick();
  return () => {
    if (completed() >= events) done();
  };
}
