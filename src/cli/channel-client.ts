import { WebSocket } from 'undici';
import { signChannel, signUser } from '../protocol/signature.ts';
import type { Target } from './sign-request.ts';

/** A frame that a server sent. */
export interface ServerFrame {
  readonly event: string;
  readonly channel?: string;
  /** Parsed, when it was JSON in a string. */
  readonly data: unknown;
  readonly userId?: string;
}

export interface ChannelClientOptions {
  readonly target: Target;
  readonly channels: readonly string[];
  /** Signs in as this user, who is then also the member of presence channels. */
  readonly userId?: string;
  readonly onFrame: (frame: ServerFrame) => void;
}

/** How a connection ended. */
export interface Ending {
  readonly code: number;
  readonly reason: string;
  /** Whether the server had accepted the client. */
  readonly wasConnected: boolean;
}

/** Frames that the client answers or acts upon, beside handing them on. */
type Reaction = (frame: ServerFrame) => readonly object[];

/** A client of the protocol that signs its subscriptions itself, because it has the secret. */
export class ChannelClient {
  readonly #socket: WebSocket;
  readonly #options: ChannelClientOptions;
  readonly #reactions: ReadonlyMap<string, Reaction> = new Map([
    ['pusher:ping', () => [{ event: 'pusher:pong', data: {} }]],
    ['pusher:connection_established', (frame: ServerFrame) => this.#greet(frame)],
    ['pusher:signin_success', () => this.#subscribe()],
  ]);
  #socketId = '';
  /** Resolves when the connection is over; never rejects. */
  readonly ended: Promise<Ending>;

  /** Connects at once. */
  constructor(options: ChannelClientOptions) {
    this.#options = options;
    const { url, key } = options.target;
    this.#socket = new WebSocket(`${url.replace(/^http/, 'ws')}/app/${encodeURIComponent(key)}?protocol=7&client=clarion`);
    this.#socket.addEventListener('message', ({ data }) => this.#receive(String(data)));
    this.ended = new Promise((resolve) => {
      this.#socket.addEventListener('close', ({ code, reason }) => resolve({ code, reason, wasConnected: this.#socketId !== '' }));
    });
  }

  close(): void {
    this.#socket.close(1000);
  }

  #receive(text: string): void {
    const frame = parseFrame(text);
    if (frame === undefined) return;
    for (const answer of this.#reactions.get(frame.event)?.(frame) ?? []) this.#socket.send(JSON.stringify(answer));
    this.#options.onFrame(frame);
  }

  #greet({ data }: ServerFrame): readonly object[] {
    this.#socketId = String(memberOf(data, 'socket_id'));
    const { userId, target } = this.#options;
    if (userId === undefined) return this.#subscribe();
    const userData = JSON.stringify({ id: userId });
    return [{ event: 'pusher:signin', data: { auth: `${target.key}:${signUser(target.secret, this.#socketId, userData)}`, user_data: userData } }];
  }

  #subscribe(): readonly object[] {
    return this.#options.channels.map((channel) => ({ event: 'pusher:subscribe', data: { channel, ...this.#authorise(channel) } }));
  }

  #authorise(channel: string): object {
    const { target, userId = 'clarion' } = this.#options;
    if (!/^(private|presence)-/.test(channel)) return {};
    const channelData = channel.startsWith('presence-') ? JSON.stringify({ user_id: userId }) : undefined;
    return {
      auth: `${target.key}:${signChannel(target.secret, this.#socketId, channel, channelData)}`,
      ...(channelData !== undefined && { channel_data: channelData }),
    };
  }
}

function parseFrame(text: string): ServerFrame | undefined {
  const value = parse(text);
  const event = memberOf(value, 'event');
  if (typeof event !== 'string') return undefined;
  const channel = memberOf(value, 'channel');
  const data = memberOf(value, 'data');
  const userId = memberOf(value, 'user_id');
  return {
    event,
    data: typeof data === 'string' ? parse(data) : data,
    ...(typeof channel === 'string' && { channel }),
    ...(typeof userId === 'string' && { userId }),
  };
}

/** JSON, or the text itself when it is none. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
}
