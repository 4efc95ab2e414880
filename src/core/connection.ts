import type { UserData } from '../protocol/user-data.ts';
import type { App } from './app.ts';
import type { AwaitedToken } from './awaited-token.ts';
import type { Channel } from './channel.ts';
import type { Identity } from './identity.ts';
import type { Socket } from './ports.ts';
import { Subscriptions } from './subscriptions.ts';

/** One connection's part in one channel. */
export interface Subscription {
  readonly channel: Channel;
  /** Presence: the member that this subscription seats. */
  readonly userId: string | undefined;
  /** Whether the signature lets it listen only; a token of the connection says more. */
  readonly isListenOnly: boolean;
  /** Whether `subscription_succeeded` has been sent: from then on the client takes itself for subscribed. */
  isAnswered: boolean;
  /** Whether the channel's frames go to it: once everything from before its answer has been sent to the others. */
  isLive: boolean;
}

/** Milliseconds of a clock that never goes back. */
interface RateTimes {
  messages: number;
  clientEvents: number;
  subscribes: number;
}

/** One client of one app, from `connection_established` to the close. */
export class Connection {
  readonly socketId: string;
  readonly app: App;
  readonly socket: Socket;
  readonly subscriptions = new Subscriptions();
  /** Who signed in, if somebody did. */
  user: UserData | undefined = undefined;
  /** Whom its token stands for, if it has one; then `user` is the same. */
  identity: Identity | undefined = undefined;
  /** There as long as nothing but a token may come. */
  awaited: AwaitedToken | undefined = undefined;
  isOpen = true;
  /** Whether it has signed in or subscribed to a channel that needs a signature. */
  isAuthorized = false;
  /** Seconds of the heartbeat's clock. */
  readonly openedAt: number;
  seenAt: number;
  /** When a ping was sent that nothing has answered yet; 0 for none. */
  pingedAt = 0;
  /** The heartbeat's next look at this connection. */
  dueAt = 0;
  /** Journeys of this connection that wait for a driver. */
  pendingJourneys = 0;
  /** When the token buckets of its rates are full again. */
  readonly fullAt: RateTimes = { messages: 0, clientEvents: 0, subscribes: 0 };
  /** Whether it is to be closed after a while; what it says meanwhile is not heard. Ends with the hold or with the connection. */
  condemned: (() => void) | undefined = undefined;

  constructor(app: App, socket: Socket, socketId: string, now: number) {
    this.app = app;
    this.socket = socket;
    this.socketId = socketId;
    this.openedAt = now;
    this.seenAt = now;
  }
}
