import { readText } from './env-value.ts';
import type { Option } from './option.ts';
import type { Variables } from './variables.ts';

/** One option and the value that a variable gives it. */
export interface Setting {
  readonly path: string;
  readonly value: unknown;
  /** The variable that the value is taken from, when it is another one than the one being read. */
  readonly variable?: string;
  /** Others that the value is made of as well. */
  readonly besides?: readonly string[];
}

/** Whether the value comes from the variable, which need not be the one that was read. */
export function isFrom({ variable, besides }: Setting, name: string): boolean {
  return variable === name || besides?.includes(name) === true;
}

/** What a variable comes to. Sentences never repeat a value: it may be a secret. */
export interface Meaning {
  readonly settings?: readonly Setting[];
  readonly warning?: string;
  readonly fault?: string;
  /** Why it makes no difference to a server, and that nothing is lost by that. */
  readonly remark?: string;
  /** The variable that it is read together with. */
  readonly partOf?: string;
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

/** Understood, but of no concern to a server, for a reason such as `is for publishers`. */
export function needless(remark: string): Alias {
  return () => ({ remark });
}

/** A part of what another variable switches on; it is read there. */
export function partOf(name: string): Alias {
  return () => ({ partOf: name });
}

/** Known, but without a counterpart; the variable makes no difference. The advice says what to do about it. */
export function unsupported(advice: string): Alias {
  return () => ({ warning: `has no counterpart and is ignored: ${advice}` });
}
