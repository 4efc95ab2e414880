import type { TraceContext } from '../protocol/trace-context.ts';

/** One event on its way to the subscribers of one channel, encoded once for all nodes. */
export interface Envelope {
  readonly topic: string;
  readonly frame: string;
  /** The socket that shall not receive it. */
  readonly except?: string;
  /** Whose work its delivery is part of; where spans are collected. */
  readonly trace?: TraceContext;
}

/** An order to every node. */
export interface Control {
  readonly type: 'terminate';
  readonly appId: string;
  readonly userId: string;
  /** Whose work it is part of. */
  readonly trace?: TraceContext;
}

/** What an order that is part of a trace brings about on one node, for the node that makes webhooks of it. Who misses it tells them without a cause. */
export interface Consequence {
  readonly type: 'caused';
  readonly appId: string;
  readonly userId: string;
  /** Names of the channels that the user's connections have to leave. */
  readonly channels: readonly string[];
  readonly trace: TraceContext;
}

/** What nodes say to each other. */
export type BrokerMessage = Envelope | Control | Consequence;
