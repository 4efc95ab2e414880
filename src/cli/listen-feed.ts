import { type FlagSpec, flagValue, type Input, UsageError } from './command.ts';
import { readCount } from './count-flag.ts';
import { describeError } from './describe-error.ts';
import { type ExitCode, exitCodes } from './exit-code.ts';
import { readFeed } from './feed-client.ts';
import { listenForStop } from './signals.ts';
import { findTarget } from './target.ts';
import { complain, print, printable, readerLeft, type Terminal } from './terminal.ts';

/** What the live feed is asked for. */
export const feedFlags = {
  channel: { value: 'PATTERN', description: 'Live feed: of this channel only; * stands for any text.' },
  event: { value: 'PATTERN', description: 'Live feed: of events with this name only; * stands for any text.' },
  kind: {
    value: 'KIND',
    repeats: true,
    description: 'Live feed: connected, subscribed, triggered, client_event, member_added, refused … only. A wrong one makes the server name all.',
  },
  data: { description: "Live feed: show the start of each event's data." },
} as const satisfies Readonly<Record<string, FlagSpec>>;

type Line = Readonly<Record<string, unknown>>;

/** `clarion listen` without a channel. */
export async function listenToFeed(input: Input, terminal: Terminal): Promise<ExitCode> {
  if (input.flags.has('user')) throw new UsageError('--user is for channels as arguments.');
  const target = findTarget(input, terminal);
  const abort = new AbortController();
  const stop = listenForStop(terminal.signals, () => terminal.exit(exitCodes.failure));
  const isOver = Promise.race([stop.requested, readerLeft(terminal)]).then((): ExitCode => exitCodes.success);
  const onOpen = () => complain(terminal, `listening to app ${target.appId} at ${target.url}`);
  const shown = show(readFeed({ target, wishes: wishesOf(input), signal: abort.signal, onOpen }), input, terminal);
  const code = await Promise.race([shown, isOver]);
  stop.release();
  abort.abort();
  await shown;
  return code;
}

/** Prints lines until there are enough. Never rejects. */
async function show(lines: AsyncIterable<Line>, input: Input, terminal: Terminal): Promise<ExitCode> {
  const wanted = readCount(input);
  const format = input.flags.has('json') ? JSON.stringify : formatLine;
  let count = 0;
  try {
    for await (const line of lines) {
      const remark = remarkOf(line);
      if (remark !== undefined) {
        complain(terminal, remark);
        continue;
      }
      print(terminal, format(line));
      count += 1;
      if (count >= wanted) return exitCodes.success;
    }
    complain(terminal, 'The feed has ended.');
  } catch (error) {
    if (!(error instanceof Error && error.name === 'AbortError')) complain(terminal, describeError(error));
  }
  return exitCodes.failure;
}

function wishesOf(input: Input): ReadonlyMap<string, string> {
  const wishes = new Map<string, string>();
  for (const name of ['channel', 'event'] as const) {
    const pattern = flagValue(input, name);
    if (pattern !== undefined) wishes.set(name, pattern);
  }
  const kinds = input.flags.get('kind');
  if (kinds !== undefined) wishes.set('kinds', kinds.join(','));
  if (input.flags.has('data')) wishes.set('data', 'true');
  return wishes;
}

/** What a line that is no event says. */
function remarkOf({ kind, count, reason }: Line): string | undefined {
  if (kind === 'left_out') return `left out: ${String(count)}`;
  return kind === 'ended' ? `ended: ${printable(String(reason))}` : undefined;
}

/** Time, node and kind; then what the kind has to say. */
function formatLine({ time, node, kind, channel, channels, event, ...rest }: Line): string {
  const place = Array.isArray(channels) ? channels.join(',') : channel;
  const facts = Object.entries(rest).map(([name, value]) => `${name}=${typeof value === 'string' ? quote(value) : JSON.stringify(value)}`);
  const head = [String(time).slice(11, 23), node, kind, place, event].filter((part) => part !== undefined).map(String);
  return printable([...head, ...facts].join('  '));
}

function quote(text: string): string {
  return /^[\w.:@/-]+$/.test(text) ? text : JSON.stringify(text);
}
