import type { z } from 'zod';
import type { Fault } from './fault.ts';
import { faultAt, formatPath, type Path } from './fault-at.ts';
import type { Merged } from './merge.ts';
import { nearest } from './nearest.ts';
import type { Option } from './option.ts';
import { type Settings, settingsSchema } from './schema.ts';

/** Checks settings against the schema. Finds all faults at once. */
export function checkSettings(merged: Merged, options: Iterable<Option>): { readonly settings?: Settings; readonly faults: readonly Fault[] } {
  const result = settingsSchema.safeParse(merged.tree, { error: describeIssue });
  if (result.success) return { settings: result.data, faults: [] };
  const paths = [...options].map(({ path }) => path);
  return { faults: result.error.issues.flatMap((issue) => toFaults(issue, paths).map(({ path, message }) => faultAt(merged, path, message))) };
}

function toFaults(issue: z.core.$ZodIssue, paths: readonly string[]): { path: Path; message: string }[] {
  if (issue.code !== 'unrecognized_keys') return [{ path: issue.path, message: issue.message }];
  return issue.keys.map((key) => ({ path: [...issue.path, key], message: `is not an option.${suggestKey(issue.path, key, paths)}` }));
}

/** The most similar name at the same place, else the option of that name elsewhere. */
function suggestKey(place: Path, key: string, paths: readonly string[]): string {
  const prefix = place
    .map((step) => (typeof step === 'number' ? '[].' : `${String(step)}.`))
    .join('')
    .replaceAll('.[]', '[]');
  const siblings = new Set(paths.filter((path) => path.startsWith(prefix)).map((path) => path.slice(prefix.length).split(/[.[]/)[0] ?? ''));
  const sibling = nearest(key, siblings);
  if (sibling !== undefined) return ` Did you mean ${formatPath([...place, sibling])}?`;
  const elsewhere = paths.find((path) => path.split(/[.[]/)[0] === key || path.endsWith(`.${key}`));
  return elsewhere === undefined ? '' : ` Did you mean ${elsewhere}?`;
}

/** What is wrong, without the value: it may be a secret. `undefined` leaves the sentence to the schema. */
function describeIssue(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'is missing' : `must be ${nameOfType(issue.expected)}`;
    case 'invalid_value':
      return `must be ${issue.values.length > 1 ? 'one of ' : ''}${issue.values.map(String).join(', ')}`;
    case 'too_small':
      return issue.origin === 'number' ? `must be at least ${issue.minimum}` : 'must not be empty';
    case 'too_big':
      return `must be at most ${issue.maximum}${issue.origin === 'string' ? ' characters' : ''}${issue.origin === 'array' ? ' entries' : ''}`;
    case 'invalid_key':
      return `has a name that is not allowed: ${issue.issues.map(({ message }) => message).join(', ')}`;
    default:
      return undefined;
  }
}

const typeNames: Readonly<Record<string, string>> = {
  int: 'a whole number',
  number: 'a number',
  string: 'a text',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

function nameOfType(expected: string): string {
  return typeNames[expected] ?? expected;
}
