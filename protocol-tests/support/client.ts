import { onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { channelAuth, userAuth } from './signature.ts';
import type { Query, Target } from './target.ts';

/** A frame from the server, as it was parsed. */
export interface Frame {
  readonly event: string;
  readonly channel?: string;
  readonly data?: unknown;
  readonly user_id?: unknown;
}

export interface Closing {
  readonly code: number;
  readonly reason: string;
}

export interface ConnectOptions {
  /** Instead of the query of pusher-js. */
  readonly query?: Query;
  readonly headers?: Readonly<Record<string, string>>;
  /** Subprotocols to offer. */
  readonly protocols?: readonly string[];
  /** Whether WebSocket pings are answered, as every library does; true by default. `pusher:ping` is never answered by itself. */
  readonly autoPong?: boolean;
  /** Whether permessage-deflate is offered; false by default. */
  readonly compress?: boolean;
  /** The certificate that a server with TLS must have, as PEM. */
  readonly certificate?: string;
  /** Which of this machine's addresses it connects from, such as 127.0.0.2. */
  readonly localAddress?: string;
}

interface Waiter {
  readonly matches: (frame: Frame) => boolean;
  readonly done: (frame: Frame) => void;
  readonly failed: (error: Error) => void;
}

const waitMilliseconds = 8000;
const kindsWithAuth = /^(private|presence)-/;

/** A raw client: it sends what it is told, and keeps every frame until a test has read it. Ends with the test that opened it. */
export class Client {
  /** Resolves with what the server's close frame said; 1006 when there was none. */
  readonly closed: Promise<Closing>;
  /** Every frame so far as text, read or not. */
  readonly received: string[] = [];
  readonly #socket: WebSocket;
  readonly #target: Target;
  readonly #unread: Frame[] = [];
  readonly #waiters = new Set<Waiter>();
  #socketId = '';
  #closing: Closing | undefined;
  #pings = 0;

  private constructor(target: Target, socket: WebSocket) {
    this.#target = target;
    this.#socket = socket;
    socket.on('message', (data, isBinary) => this.#receive(isBinary ? `binary ${data}` : String(data)));
    socket.on('ping', () => {
      this.#pings += 1;
    });
    this.closed = new Promise((done) => {
      socket.once('close', (code, reason) => {
        this.#closing = { code, reason: String(reason) };
        for (const waiter of this.#waiters) waiter.failed(new Error(this.#report('The connection was closed')));
        done(this.#closing);
      });
    });
    onTestFinished(() => socket.terminate());
  }

  /** Connects and reads `pusher:connection_established`, which must be the first frame. */
  static async connect(target: Target, options: ConnectOptions = {}): Promise<Client> {
    const client = await Client.open(target, options);
    const first = await client.next();
    if (first.event !== 'pusher:connection_established') throw new Error(client.#report('The first frame is not connection_established'));
    client.#socketId = String(dataOf(first).socket_id);
    return client;
  }

  /** Resolves after the HTTP upgrade, without reading any frame. */
  static async open(target: Target, options: ConnectOptions = {}): Promise<Client> {
    const { query, protocols = [], compress: perMessageDeflate = false, certificate: ca, ...others } = options;
    const socket = new WebSocket(target.wsUrl(query), [...protocols], { autoPong: true, perMessageDeflate, ca, ...others });
    const client = new Client(target, socket);
    await new Promise<void>((done, failed) => {
      socket.once('open', done);
      socket.on('error', failed);
    });
    return client;
  }

  get socketId(): string {
    return this.#socketId;
  }

  /** WebSocket pings received so far. */
  get pings(): number {
    return this.#pings;
  }

  /** An object is sent as JSON, a string as it is, a buffer as a binary frame. */
  send(message: object | string | Buffer): void {
    this.#socket.send(typeof message === 'string' || Buffer.isBuffer(message) ? message : JSON.stringify(message));
  }

  /** Sends a text frame whose bytes need not be UTF-8. */
  sendText(bytes: Buffer): void {
    this.#socket.send(bytes, { binary: false });
  }

  /** Sends one message in several WebSocket frames. */
  sendFragments(parts: readonly string[]): void {
    for (const [index, part] of parts.entries()) this.#socket.send(part, { fin: index === parts.length - 1 });
  }

  /** Sends a WebSocket ping and resolves with the payload of the pong. */
  ping(payload: string): Promise<string> {
    return new Promise((done) => {
      this.#socket.once('pong', (data) => done(String(data)));
      this.#socket.ping(payload);
    });
  }

  /** Answers a WebSocket ping by hand, for clients without `autoPong`. */
  pong(): void {
    this.#socket.pong();
  }

  /** Resolves with the next WebSocket ping. */
  nextPing(): Promise<void> {
    return new Promise((done) => this.#socket.once('ping', () => done()));
  }

  /** Closes like a client that leaves, and resolves when the server has answered. */
  async close(code = 1000): Promise<Closing> {
    this.#socket.close(code);
    return this.closed;
  }

  /** Stops to read, so that whatever the server sends piles up on its way. */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  /** Drops the TCP connection without a close frame. */
  drop(): void {
    this.#socket.terminate();
  }

  /**
   * The next unread frame, or the first unread one with this event name or for which the predicate holds; the others stay unread. Rejects after
   * a bounded time, or when the connection closes, with all frames so far.
   */
  next(wanted?: string | ((frame: Frame) => boolean)): Promise<Frame> {
    const matches = typeof wanted === 'string' ? (frame: Frame) => frame.event === wanted : (wanted ?? (() => true));
    const index = this.#unread.findIndex(matches);
    const [frame] = index === -1 ? [] : this.#unread.splice(index, 1);
    if (frame !== undefined) return Promise.resolve(frame);
    if (this.#closing !== undefined) return Promise.reject(new Error(this.#report(`No frame ${wanted ?? ''}, and the connection is closed`)));
    return this.#wait(matches, `No frame ${wanted ?? ''} in time`);
  }

  /** A round trip after which everything that was sent has been processed. Resolves with all unread frames, which are read thereby. */
  async flush(): Promise<Frame[]> {
    this.send({ event: 'pusher:ping', data: {} });
    await this.next('pusher:pong');
    return this.#unread.splice(0);
  }

  /** A round trip that proves that no frame is unread and none was on its way. */
  async quiet(): Promise<void> {
    const frames = await this.flush();
    if (frames.length > 0) throw new Error(this.#report(`${frames.length} frames were not expected: ${JSON.stringify(frames)}`));
  }

  /** Sends `pusher:subscribe`, signed when the name says so. `member` becomes the `channel_data`; a string is taken as it is. */
  requestSubscription(channel: string, member?: object | string): void {
    const channelData = member === undefined || typeof member === 'string' ? member : JSON.stringify(member);
    const auth = kindsWithAuth.test(channel) ? channelAuth(this.#target, this.#socketId, channel, channelData) : '';
    this.send({ event: 'pusher:subscribe', data: { channel, auth, channel_data: channelData } });
  }

  /** Subscribes and resolves with the frame of success. */
  async subscribe(channel: string, member?: object | string): Promise<Frame> {
    this.requestSubscription(channel, member);
    return this.next((frame) => frame.event === 'pusher_internal:subscription_succeeded' && frame.channel === channel);
  }

  unsubscribe(channel: string): void {
    this.send({ event: 'pusher:unsubscribe', data: { channel } });
  }

  /** Sends a signed `pusher:signin`; a string is taken as the `user_data` as it is. */
  requestSignIn(user: object | string): void {
    const userData = typeof user === 'string' ? user : JSON.stringify(user);
    this.send({ event: 'pusher:signin', data: { auth: userAuth(this.#target, this.#socketId, userData), user_data: userData } });
  }

  /** Signs in and resolves with the frame of success. */
  async signIn(user: object | string): Promise<Frame> {
    this.requestSignIn(user);
    return this.next('pusher:signin_success');
  }

  #wait(matches: (frame: Frame) => boolean, failure: string): Promise<Frame> {
    let waiter: Waiter | undefined;
    let timer: NodeJS.Timeout | undefined;
    const frame = new Promise<Frame>((done, failed) => {
      timer = setTimeout(() => failed(new Error(this.#report(failure))), waitMilliseconds);
      waiter = { matches, done, failed };
      this.#waiters.add(waiter);
    });
    return frame.finally(() => {
      clearTimeout(timer);
      if (waiter !== undefined) this.#waiters.delete(waiter);
    });
  }

  #receive(text: string): void {
    this.received.push(text);
    const frame: Frame = text.startsWith('{') ? JSON.parse(text) : { event: text };
    const waiter = [...this.#waiters].find(({ matches }) => matches(frame));
    if (waiter === undefined) this.#unread.push(frame);
    else {
      this.#waiters.delete(waiter); // now, because several frames may arrive before its promise settles
      waiter.done(frame);
    }
  }

  #report(failure: string): string {
    const closing = this.#closing === undefined ? '' : ` Closed with ${this.#closing.code} ${this.#closing.reason}.`;
    return `${failure}.${closing} Frames so far:\n${this.received.join('\n')}`;
  }
}

/** The data of a frame whose data is a string that holds a JSON object (clause 2). */
export function dataOf(frame: Frame): Record<string, unknown> {
  if (typeof frame.data !== 'string') throw new Error(`The data of ${JSON.stringify(frame)} is not a string`);
  return JSON.parse(frame.data);
}
