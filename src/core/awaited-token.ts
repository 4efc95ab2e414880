import { type ClientMessage, parseClientMessage } from '../protocol/client-message.ts';
import { PusherError } from '../protocol/error.ts';
import { subscriptionError } from '../protocol/server-message.ts';
import type { Connection } from './connection.ts';

/** A token of 8 KB with what is around it. */
const maxMessageCharacters = 9216;
/** What may come behind a token before it is verified. */
const maxHeldCharacters = 16_384;
const maxHeldMessages = 1000;
const messageTooBig = 1009;

/** What a connection may say whose token has not come yet, or is not verified yet: little, and not for long. */
export class AwaitedToken {
  /** From `connection_established`; `Infinity` where none is needed. */
  readonly timeoutSeconds: number;
  #isVerifying: boolean;
  #held: string[] = [];
  #heldCharacters = 0;

  constructor(timeoutSeconds: number, isVerifying = false) {
    this.timeoutSeconds = timeoutSeconds;
    this.#isVerifying = isVerifying;
  }

  /** Whether it has come and nothing is known of it yet: that is not the client's delay. */
  get isVerifying(): boolean {
    return this.#isVerifying;
  }

  /**
   * The message if it may pass now. What comes behind the token waits for it: stock clients subscribe without looking at the answer. Throws a
   * PusherError for everything else.
   */
  sift(connection: Connection, text: string): ClientMessage | undefined {
    if (text.length > maxMessageCharacters) {
      connection.socket.end(messageTooBig, `Messages have at most ${maxMessageCharacters} characters before the token`);
      return undefined;
    }
    if (this.#isVerifying) return this.#hold(text);
    const message = parseClientMessage(text);
    if (message.type === 'ping' || message.type === 'pong') return message;
    if (message.type === 'subscribe') return refuseSubscription(connection, message.channel);
    if (message.type !== 'token') throw new PusherError('REFUSED', 'The token of this connection has to come first');
    this.#isVerifying = true;
    return message;
  }

  /** What has come behind the token. */
  release(): readonly string[] {
    return this.#held.splice(0);
  }

  #hold(text: string): undefined {
    if (this.#heldCharacters + text.length > maxHeldCharacters || this.#held.length >= maxHeldMessages) {
      throw new PusherError('REFUSED', 'Too much was said before the token was verified');
    }
    this.#heldCharacters += text.length;
    this.#held.push(text);
  }
}

function refuseSubscription({ app, socket }: Connection, channel: string): undefined {
  const name = channel.slice(0, app.limits.channelNameCharacters);
  socket.send(subscriptionError(name, { type: 'AuthError', error: 'The token of this connection has to come first', status: 401 }));
}
