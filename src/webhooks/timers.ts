/** Runs something later. An argument of everything that waits, so that tests decide when later is. */
export interface Timers {
  /** Returns the function that calls it off; calling that twice, or too late, does nothing. */
  after(milliseconds: number, run: () => void): () => void;
}

export const systemTimers: Timers = {
  after(milliseconds, run) {
    const timer = setTimeout(run, milliseconds);
    return () => clearTimeout(timer);
  },
};
