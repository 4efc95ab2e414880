import { readText } from './env-value.ts';
import type { Option } from './option.ts';
import type { Variables } from './variables.ts';

/** One option and the value that a variable gives it. */
export interface Setting {
  readonly path: string;
  readonly value: unknown;
  /** The variable that the value is taken from, when it is another one than the one being read. */
  readonly variable?: string;
}

/** What a variable comes to. Sentences never repeat a value: it may be a secret. */
interface Meaning {
  readonly settings?: readonly Setting[];
  readonly warning?: string;
  readonly fault?: string;
}

export interface AliasContext {
  readonly options: ReadonlyMap<string, Option>;
  readonly variables: Variables;
}

/** Tells what a variable of another server means here. */
export type Alias = (text: string, context: AliasContext) => Meaning;

/** Variables in the order in which they are read: of two that set the same option the later one wins. */
export type AliasTable = Readonly<Record<string, Alias>>;

/** The same as one of our options, in the same unit. */
export function sameAs(path: string): Alias {
  return (text, { options }) => {
    const option = options.get(path);
    const reading = readText(option ?? { kind: 'text', words: [], canBeUnlimited: false }, text);
    return 'fault' in reading ? reading : { settings: [{ path, value: reading.value }] };
  };
}

/** The same as one of our options, which counts in another unit: ours is theirs times `factor`. */
export function scaled(path: string, factor: number): Alias {
  return (text, { options }) => {
    const reading = readText({ kind: 'number', words: [], canBeUnlimited: options.get(path)?.canBeUnlimited ?? false }, text);
    if ('fault' in reading) return reading;
    return { settings: [{ path, value: typeof reading.value === 'number' ? reading.value * factor : reading.value }] };
  };
}

/** Understood, but of no concern to a server: how publishers and browsers reach it, or a part of what another variable switches on. */
export const noConcern: Alias = () => ({});

/** Known, but without a counterpart; the variable makes no difference. */
export const unsupported: Alias = () => ({ warning: 'has no counterpart and is ignored' });
