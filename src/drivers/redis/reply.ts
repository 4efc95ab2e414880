import type { RosterSnapshot } from './kept-roster.ts';

/** Why a script did nothing: it does not know the node, it knows less than it did, or the call came too late. */
export type Refusal = 'UNREGISTERED' | 'LOST' | 'OLD';

const refusals: ReadonlySet<unknown> = new Set<Refusal>(['UNREGISTERED', 'LOST', 'OLD']);

/** The reason when the reply is a refusal. */
export function refusalOf(reply: unknown): Refusal | undefined {
  const [status] = listOf(reply);
  return refusals.has(status) ? (status as Refusal) : undefined;
}

/** A list; empty for anything else. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A number that came as such or as text; 0 for anything else. */
export function numberOf(value: unknown): number {
  const number = typeof value === 'string' || typeof value === 'number' ? Number(value) : 0;
  return Number.isFinite(number) ? number : 0;
}

/** A text; empty for anything else. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** A roster as the script `snapshot` in `prelude.lua` makes it: channel, version, users and their infos in turn. */
export function rosterOf(value: unknown, sequence: number): RosterSnapshot {
  const [, version, flat] = listOf(value);
  const fields = listOf(flat);
  const members = new Map<string, string>();
  for (let index = 0; index + 1 < fields.length; index += 2) members.set(textOf(fields[index]), textOf(fields[index + 1]));
  return { sequence, version: numberOf(version), members };
}
