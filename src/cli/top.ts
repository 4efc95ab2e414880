import { setTimeout as pause } from 'node:timers/promises';
import type { Stats } from '../feed/stats.ts';
import { type Command, flagValue, type Input, UsageError } from './command.ts';
import { readCount } from './count-flag.ts';
import { type ExitCode, exitCodes } from './exit-code.ts';
import { getOnce } from './feed-client.ts';
import type { Target } from './sign-request.ts';
import { listenForStop } from './signals.ts';
import { findTarget, targetFlags } from './target.ts';
import { print, readerLeft, type Terminal } from './terminal.ts';
import { describeLine } from './top-line.ts';
import { drawScreen, enterScreen, leaveScreen } from './top-screen.ts';
import { readStats } from './top-stats.ts';

const defaultIntervalSeconds = 2;

/** `clarion top`: what an app does right now. */
export const top: Command = {
  name: 'top',
  summary: 'Show connections, rates, the slowest sockets and the busiest channels of an app of a running server.',
  flags: {
    ...targetFlags,
    interval: { value: 'SECONDS', description: 'Between two looks. 2 by default; at least 1.' },
    once: { description: 'Look once, with rates of one second, and exit.' },
    count: { value: 'N', description: 'Exit with 0 after so many looks.' },
    json: { description: 'Print each look as one line of JSON.' },
  },
  details: 'On a terminal the screen is drawn again and again; otherwise each look is one line. Covers all nodes that answer. Ends with Ctrl-C.',
  async run(input, terminal) {
    const target = findTarget(input, terminal);
    const show = viewOf(input, terminal);
    const abort = new AbortController();
    const stop = listenForStop(terminal.signals, () => terminal.exit(exitCodes.failure));
    const isOver = Promise.race([stop.requested, readerLeft(terminal)]).then((): ExitCode => exitCodes.success);
    try {
      return await Promise.race([look(input, target, show.draw, abort.signal), isOver]);
    } finally {
      stop.release();
      abort.abort();
      show.end();
    }
  },
};

interface View {
  draw(text: string, stats: Stats): void;
  end(): void;
}

function viewOf(input: Input, terminal: Terminal): View {
  if (input.flags.has('json')) return { draw: (text) => print(terminal, text), end: () => {} };
  if (!terminal.isInteractive || input.flags.has('once')) return { draw: (_text, stats) => print(terminal, describeLine(stats)), end: () => {} };
  enterScreen(terminal);
  return { draw: (_text, stats) => drawScreen(terminal, stats), end: () => leaveScreen(terminal) };
}

/** Looks again and again. Rates begin to be counted with the first question, so a single look asks twice. */
async function look(input: Input, target: Target, draw: View['draw'], signal: AbortSignal): Promise<ExitCode> {
  const once = input.flags.has('once');
  const intervalSeconds = once ? 1 : readInterval(input);
  const wanted = once ? 1 : readCount(input);
  if (once) {
    await getOnce(target, '/stats');
    await pause(intervalSeconds * 1000, undefined, { signal });
  }
  for (let count = 1; ; count += 1) {
    const text = await getOnce(target, '/stats');
    draw(text, readStats(text));
    if (count >= wanted) return exitCodes.success;
    await pause(intervalSeconds * 1000, undefined, { signal });
  }
}

function readInterval(input: Input): number {
  const text = flagValue(input, 'interval');
  if (text === undefined) return defaultIntervalSeconds;
  if (!/^\d{1,4}(\.\d+)?$/.test(text) || Number(text) < 1) throw new UsageError('--interval must be a number of seconds of at least 1.');
  return Number(text);
}
