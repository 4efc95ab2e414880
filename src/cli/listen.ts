import { ChannelClient, type Ending, type ServerFrame } from './channel-client.ts';
import { type Command, flagValue, type Input, UsageError } from './command.ts';
import { exitCodes } from './exit-code.ts';
import { listenForStop } from './signals.ts';
import { findTarget, targetFlags } from './target.ts';
import { complain, print, type Terminal } from './terminal.ts';

/** `clarion listen`: prints what a client of the channels receives. */
export const listen: Command = {
  name: 'listen',
  summary: 'Subscribe to channels of a running server, as a signed client, and print their events.',
  positionals: { usage: 'CHANNEL…', least: 1, most: Number.POSITIVE_INFINITY },
  flags: {
    ...targetFlags,
    user: { value: 'ID', description: 'Sign in as this user, who is then also the member of presence channels.' },
    count: { value: 'N', description: 'Exit with 0 after so many events.' },
    json: { description: 'Print each event as one line of JSON.' },
  },
  details: 'Events go to standard output, remarks to standard error. Ends with 1 when the server refuses a channel or closes the connection.',
  async run(input, terminal) {
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

/** Resolves when nobody reads the output any more, as after `| head`. */
function readerLeft({ stdout }: Terminal): Promise<'EPIPE'> {
  return new Promise((resolve) => {
    stdout.on('error', () => resolve('EPIPE'));
  });
}

interface Receiver {
  onFrame(frame: ServerFrame): void;
  /** As many events as were asked for have come. */
  isComplete(): boolean;
  isRefused(): boolean;
}

function receiver(input: Input, terminal: Terminal, end: () => void): Receiver {
  const wanted = readCount(flagValue(input, 'count'));
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

function readCount(text: string | undefined): number {
  if (text === undefined) return Number.POSITIVE_INFINITY;
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new UsageError('--count must be a whole number of at least 1.');
  return Number(text);
}
