import type { Alias } from '../config/alias.ts';
import type { AliasFamily } from '../config/alias-families.ts';
import type { Finding } from './finding.ts';

/** One option of another server as it was found. */
export interface Entry {
  /** As it is written in the source. */
  readonly name: string;
  /** The variable of that server that means the same, or what it means where there is none. */
  readonly meaning: string | Alias;
  readonly text: string;
}

/** Options of a server's file by their path, each with the variable that means the same, or with its meaning. */
export type PathTable = Readonly<Record<string, string | Alias>>;

/** What a file of another server says, taken apart but not yet understood. */
export interface Source {
  readonly family: AliasFamily;
  readonly entries: readonly Entry[];
  /** The options of each app, where the file has a list of them. */
  readonly apps: readonly (readonly Entry[])[];
  /** What is left over. */
  readonly findings: readonly Finding[];
}

/** The family of a server by the name that people know it by. */
export const familyNames = ['soketi', 'reverb', 'laravel-websockets', 'pusher'] as const;

export type FamilyName = (typeof familyNames)[number];

/** laravel-websockets reads the variables of Laravel's Pusher driver. */
export function isFamily(name: FamilyName, { preset }: AliasFamily): boolean {
  return preset === (name === 'laravel-websockets' ? 'pusher' : name);
}
