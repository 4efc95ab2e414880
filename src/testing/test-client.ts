import type { Connection } from '../core/connection.ts';
import type { Engine } from '../core/engine.ts';
import { receive } from '../core/receive.ts';
import { signChannel, signUser } from '../protocol/signature.ts';
import { settled } from './fake-clock.ts';
import type { FakeSocket } from './fake-socket.ts';

/** A frame from the server; `data` is decoded, once and once more, as clients do. */
export interface HeardFrame {
  readonly event: string;
  readonly channel?: string;
  readonly data?: unknown;
  readonly user_id?: string;
}

/** One client on a fake socket: it signs and speaks like a real one, and reads what it was sent. */
export class TestClient {
  readonly connection: Connection;
  readonly socket: FakeSocket;
  readonly #engine: Engine;
  #read = 0;

  constructor(engine: Engine, connection: Connection, socket: FakeSocket) {
    this.#engine = engine;
    this.connection = connection;
    this.socket = socket;
  }

  get socketId(): string {
    return this.connection.socketId;
  }

  /** Sends a message: text as it is, anything else as JSON. */
  say(message: unknown): void {
    receive(this.#engine, this.connection, typeof message === 'string' ? message : JSON.stringify(message));
  }

  /** Frames since the last call. */
  heard(): readonly HeardFrame[] {
    const frames = this.socket.frames.slice(this.#read).map(decodeFrame);
    this.#read = this.socket.frames.length;
    return frames;
  }

  /** What the app's backend would sign. */
  auth(channel: string, channelData?: string): string {
    const { key, secret } = this.#signer;
    return `${key}:${signChannel(secret, this.socketId, channel, channelData)}`;
  }

  /** Asks for a channel with a valid signature; `member` becomes `channel_data`. Whoever needs the answer awaits it. */
  async subscribe(channel: string, member?: object): Promise<void> {
    const channelData = member === undefined ? undefined : JSON.stringify(member);
    const needsAuth = channel.startsWith('private-') || channel.startsWith('presence-');
    const auth = needsAuth ? this.auth(channel, channelData) : '';
    this.say({ event: 'pusher:subscribe', data: { channel, auth, channel_data: channelData } });
    await settled();
  }

  async unsubscribe(channel: string): Promise<void> {
    this.say({ event: 'pusher:unsubscribe', data: { channel } });
    await settled();
  }

  async signIn(user: object): Promise<void> {
    const { key, secret } = this.#signer;
    const userData = JSON.stringify(user);
    this.say({ event: 'pusher:signin', data: { auth: `${key}:${signUser(secret, this.socketId, userData)}`, user_data: userData } });
    await settled();
  }

  /** Sends a client event. */
  async whisper(channel: string, event: string, data: unknown): Promise<void> {
    this.say({ event, channel, data });
    await settled();
  }

  async disconnect(code?: number): Promise<void> {
    this.socket.disconnect(code);
    await settled();
  }

  get #signer(): { readonly key: string; readonly secret: string } {
    const key = this.connection.app.keys[0];
    if (key === undefined) throw new Error('the app has no key');
    return key;
  }
}

/** Reads a frame as clients do: `data` is decoded where it is JSON text. */
function decodeFrame(text: string): HeardFrame {
  const frame = JSON.parse(text) as HeardFrame;
  if (typeof frame.data !== 'string') return frame;
  try {
    return { ...frame, data: JSON.parse(frame.data) as unknown };
  } catch {
    return frame;
  }
}
