import type { Address } from '../generator/client.ts';
import type { Credentials } from '../generator/sign.ts';

/** A server that is ready to be measured. */
export interface Target {
  readonly address: Address;
  readonly credentials: Credentials;
  /** Its process, when it runs on this machine and may be looked into. */
  readonly pid: number | undefined;
  /** Frees what is no longer used, so that resident memory shows what is; does nothing where that is not possible. */
  collectGarbage(): Promise<void>;
  stop(): Promise<void>;
}

/** Parts of a Clarion configuration that a scenario needs to be different. Other targets do not see it. */
export interface Tuning {
  readonly windowMilliseconds?: number;
}

/** What not every target can do: obey a `Tuning`, know the members of a channel. */
export type Ability = 'tuning' | 'presence';

/** Starts one kind of target, as often as it is asked to. */
export interface TargetKind {
  readonly name: string;
  readonly abilities: readonly Ability[];
  start(tuning: Tuning): Promise<Target>;
}
