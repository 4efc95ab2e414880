import type { Terminal } from './terminal.ts';

const stopSignals = ['SIGTERM', 'SIGINT'] as const;

/** npm hands a Ctrl-C on that the terminal has already delivered: two within this time are one. */
const echoMilliseconds = 100;

/** The wish that the process stops. */
export interface StopRequest {
  /** Resolves with the name of the first signal. */
  readonly requested: Promise<string>;
  /** Gives the signals back. */
  release(): void;
}

/** Listens for signals: the first one asks for an orderly end, a second one calls `force`. */
export function listenForStop(signals: Terminal['signals'], force: (signal: string) => void): StopRequest {
  let resolve: (signal: string) => void = () => {};
  const requested = new Promise<string>((resolved) => {
    resolve = resolved;
  });
  let first: { readonly signal: string; readonly at: number } | undefined;
  const listener = (signal: string) => {
    const now = performance.now();
    if (first === undefined) {
      first = { signal, at: now };
      resolve(signal);
    } else if (!(signal === 'SIGINT' && first.signal === 'SIGINT' && now - first.at < echoMilliseconds)) {
      force(signal);
    }
  };
  for (const signal of stopSignals) signals.on(signal, listener);
  return {
    requested,
    release: () => {
      for (const signal of stopSignals) signals.off(signal, listener);
    },
  };
}
