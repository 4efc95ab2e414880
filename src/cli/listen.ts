import { ChannelClient, type Ending, type ServerFrame } from './channel-client.ts';
import { type Command, flagValue, type Input, UsageError } from './command.ts';
import { readCount } from './count-flag.ts';
import { exitCodes } from './exit-code.ts';
import { feedFlags, listenToFeed } from './listen-feed.ts';
import { listenForStop } from './signals.ts';
import { findTarget, targetFlags } from './target.ts';
import { complain, print, readerLeft, type Terminal } from './terminal.ts';

/** `clarion listen`: prints what a client of the channels receives. */
export const listen: Command = {
  name: 'listen',
  summary: 'Print what happens in an app of a running server, or what a client of some channels receives.',
  positionals: { usage: '[CHANNEL…]', least: 0, most: Number.POSITIVE_INFINITY },
  flags: {
    ...targetFlags,
    ...feedFlags,
    user: { value: 'ID', description: 'Sign in as this user, who is then also the member of presence channels.' },
    count: { value: 'N', description: 'Exit with 0 after so many events.' },
    json: { description: 'Print each event as one line of JSON.' },
  },
  details: [
    'With channels: subscribes to them as a signed client. Without: reads the live feed of the app, on all nodes (connections, subscriptions, events,',
    'refusals). Events go to standard output, remarks to standard error. Ends with 1 when the server refuses something or ends the connection.',
  ].join('\n'),
  async run(input, terminal) {
    if (input.positionals.length === 0) return listenToFeed(input, terminal);
    const misplaced = Object.keys(feedFlags).find((name) => input.flags.has(name));
    if (misplaced !== undefined) throw new UsageError(`--${misplaced} is for the live feed, which has no channels as arguments.`);
    const target = findTarget(input, terminal);
    const userId = flagValue(input, 'user');
    const received = receiver(input, terminal, () => client.close());
    const client: ChannelClient = new ChannelClient({
      target,
      channels: input.positionals,
      onFrame: received.onFrame,
      ...(userId !== undefined && { userId }),
    });
    const stop = listenForStop(terminal.signals, () => terminal.exit(exitCodes.failure));
    const ending = await Promise.race([client.ended, stop.requested, readerLeft(terminal)]);
    stop.release();
    client.close();
    if (typeof ending === 'string' || received.isComplete()) return exitCodes.success;
    if (!received.isRefused()) complain(terminal, describeEnding(ending, target.url));
    return exitCodes.failure;
  },
};

function describeEnding({ code, reason, wasConnected }: Ending, url: string): string {
  return wasConnected ? `The connection ended: ${code} ${reason}`.trim() : `No connection to ${url} came about.`;
}

interface Receiver {
  onFrame(frame: ServerFrame): void;
  /** As many events as were asked for have come. */
  isComplete(): boolean;
  isRefused(): boolean;
}

function receiver(input: Input, terminal: Terminal, end: () => void): Receiver {
  const wanted = readCount(input);
  const format = input.flags.has('json') ? formatJson : formatLine;
  let events = 0;
  let isRefused = false;
  return {
    isComplete: () => events >= wanted,
    isRefused: () => isRefused,
    onFrame(frame) {
      if (events >= wanted || isRefused) return;
      const remark = describeControl(frame);
      if (remark === undefined) {
        print(terminal, format(frame));
        events += 1;
      } else if (remark !== '') {
        complain(terminal, remark);
      }
      isRefused = refusals.has(frame.event);
      if (events >= wanted || isRefused) end();
    },
  };
}

const refusals: ReadonlySet<string> = new Set(['pusher:subscription_error', 'pusher:error']);

/** What to say of a frame that is no event of a channel: a sentence, nothing, or `undefined` when it is an event. */
function describeControl({ event, channel, data }: ServerFrame): string | undefined {
  switch (event) {
    case 'pusher:connection_established':
      return `connected: ${JSON.stringify(data)}`;
    case 'pusher_internal:subscription_succeeded':
      return `subscribed to ${channel}: ${JSON.stringify(data)}`;
    case 'pusher:subscription_error':
      return `refused: ${channel}: ${JSON.stringify(data)}`;
    case 'pusher:error':
      return `error: ${JSON.stringify(data)}`;
    case 'pusher:signin_success':
      return 'signed in';
    case 'pusher:ping':
    case 'pusher:pong':
      return '';
    default:
      return undefined;
  }
}

function formatLine({ event, channel = '-', data, userId }: ServerFrame): string {
  return [channel, event, JSON.stringify(data), ...(userId === undefined ? [] : [`from ${userId}`])].join('  ');
}

function formatJson({ event, channel, data, userId }: ServerFrame): string {
  return JSON.stringify({ channel, event, data, user_id: userId });
}
