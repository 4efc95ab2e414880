import type { Address } from './client.ts';
import type { Credentials } from './sign.ts';

/** What a generator process is started with. */
export interface GeneratorSettings {
  /** Where events are published. */
  readonly address: Address;
  /** Where clients connect, in turn. */
  readonly clientAddresses: readonly Address[];
  readonly credentials: Credentials;
}

/** `distinct` channels named `prefix` and a number; connections and events take them in turn. */
export interface ChannelPlan {
  readonly prefix: string;
  readonly distinct: number;
}

/** Opens connections until there are `connections` of them; each subscribes to one channel of the plan, if there is one. */
export interface OpenCommand {
  readonly verb: 'open';
  readonly connections: number;
  /** Connections that are being opened at the same time. */
  readonly inFlight: number;
  readonly channels?: ChannelPlan;
}

/** A closed loop holds so many events in flight; an open loop sends so many per second, whatever happens. */
export type Pace = { readonly inFlight: number } | { readonly perSecond: number };

/** Publishes events and counts what arrives. */
export interface PublishCommand {
  readonly verb: 'publish';
  /** `batch` sends ten events per request, `client-event` goes from one open connection to the others. */
  readonly via: 'trigger' | 'batch' | 'client-event';
  readonly channels: ChannelPlan;
  readonly payloadBytes: number;
  /** Requests or client events. */
  readonly events: number;
  /** Frames that each of them causes; with 0 it is complete when it is answered. */
  readonly framesPerEvent: number;
  readonly pace: Pace;
  /** The first connection does not read until all is sent, and may be closed by the server for it. */
  readonly hasSleeper?: boolean;
}

/** All open connections subscribe to one presence channel. */
export interface JoinCommand {
  readonly verb: 'join';
  readonly channel: string;
  readonly inFlight: number;
}

/** All open connections subscribe to one channel. */
interface SubscribeCommand {
  readonly verb: 'subscribe';
  readonly channel: string;
  readonly inFlight: number;
}

/** Closes all connections at once. */
interface DropCommand {
  readonly verb: 'drop';
}

/** Opens connections that send `pusher:ping` in turn, one at each interval. */
interface ProbeCommand {
  readonly verb: 'probe';
  readonly connections: number;
  readonly intervalMilliseconds: number;
}

/** Ends the probe and tells how long its pings waited. */
interface ProbeReportCommand {
  readonly verb: 'probe report';
}

export type Command = OpenCommand | PublishCommand | JoinCommand | SubscribeCommand | DropCommand | ProbeCommand | ProbeReportCommand;

export interface Latency {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** What a command did. */
export interface Outcome {
  readonly seconds: number;
  /** Connections, events, joins or pings: what the command is about. */
  readonly units: number;
  readonly frames: number;
  readonly bytes: number;
  /** Milliseconds until an event arrived at the sampled connections, or was answered, or a ping came back. */
  readonly latency?: Latency;
  /** Open loop: milliseconds by which events were sent too late. */
  readonly lateness?: Latency;
  /** The longest time in which a probe waited and heard nothing. */
  readonly silenceMilliseconds?: number;
  /** Connections that the server closed. */
  readonly lost: number;
}

export type Reply = { readonly outcome: Outcome } | { readonly fault: string };
