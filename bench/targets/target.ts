import type { Address } from '../generator/client.ts';
import type { Credentials } from '../generator/sign.ts';
import type { RedisTarget } from './redis.ts';

/** A server that is ready to be measured. */
export interface Target {
  /** Where events are published. */
  readonly address: Address;
  /** Where clients connect, in turn: the same, unless there are several nodes. */
  readonly clientAddresses: readonly Address[];
  readonly credentials: Credentials;
  /** Its processes; none when they do not run on this machine or may not be looked into. */
  readonly pids: readonly number[];
  /** The one of them through which the others talk to each other, if there is one. */
  readonly parentPid?: number | undefined;
  /** Where it shows its metrics, if it does. */
  readonly metricsPort?: number;
  /** What its nodes meet in, when they do. */
  readonly redis?: Pick<RedisTarget, 'url' | 'pid'>;
  /** Frees what is no longer used, so that resident memory shows what is; does nothing where that is not possible. */
  collectGarbage(): Promise<void>;
  stop(): Promise<void>;
}

/** Parts of a Clarion configuration that a scenario needs to be different. Other targets do not see it. */
export interface Tuning {
  readonly windowMilliseconds?: number;
  /** With a certificate of its own. */
  readonly hasTls?: boolean;
  /** Processes that share the port, on all cores but the generator's. */
  readonly workers?: number;
  /** Whether metrics are counted and shown; true by default. */
  readonly hasMetrics?: boolean;
  /** Nodes that meet in a Redis of their own. Events are published on the first, clients connect to the others. */
  readonly nodes?: number;
}

/** What not every target can do: obey a `Tuning`, know the members of a channel, be taken apart. */
export type Ability = 'tuning' | 'presence' | 'drivers';

/** Starts one kind of target, as often as it is asked to. */
export interface TargetKind {
  readonly name: string;
  readonly abilities: readonly Ability[];
  /** With the ability `drivers`: the folder of the compiled sources. */
  readonly sources?: string;
  start(tuning: Tuning): Promise<Target>;
}
