import type { Option } from './option.ts';

/** A value read from text, or what is wrong with the text. The fault never repeats the text: it may be a secret. */
export type TextReading = { readonly value: unknown } | { readonly fault: string };

/** Reads the value of an option from one line of text, as variables and flags hold it. */
export function readText(option: Pick<Option, 'kind' | 'words' | 'canBeUnlimited'>, text: string): TextReading {
  if (option.canBeUnlimited && unlimitedWords.has(text.toLowerCase())) return { value: null };
  switch (option.kind) {
    case 'boolean':
      return readBoolean(text);
    case 'integer':
    case 'number':
      return readNumber(text, option);
    case 'list':
      return text.trimStart().startsWith('[') ? readJson(text) : { value: splitList(text) };
    case 'json':
      return readJson(text);
    case 'text':
      return { value: text };
  }
}

/** `true` and `false` in the words that people use, else `undefined`. */
export function parseBoolean(text: string): boolean | undefined {
  return booleans.get(text.trim().toLowerCase());
}

/** A whole number that is not negative, else `undefined`. */
export function parseWhole(text: string): number | undefined {
  return /^\d{1,15}$/.test(text.trim()) ? Number(text) : undefined;
}

/** How "no limit" is written where there is no `null`; -1 is what other servers say. */
const unlimitedWords: ReadonlySet<string> = new Set(['unlimited', '-1']);

const booleans: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['1', true],
  ['yes', true],
  ['on', true],
  ['(true)', true], // Laravel's
  ['false', false],
  ['0', false],
  ['no', false],
  ['off', false],
  ['(false)', false],
]);

function readBoolean(text: string): TextReading {
  const value = parseBoolean(text);
  return value === undefined ? { fault: 'must be true or false' } : { value };
}

function readNumber(text: string, { kind, words }: Pick<Option, 'kind' | 'words'>): TextReading {
  const trimmed = text.trim();
  if (words.includes(trimmed)) return { value: trimmed };
  if (/^[+-]?\d{1,15}$/.test(trimmed)) return { value: Number(trimmed) };
  if (kind === 'number' && /^[+-]?\d{1,15}\.\d{1,15}$/.test(trimmed)) return { value: Number(trimmed) };
  const expected = kind === 'integer' ? 'a whole number' : 'a number';
  return { fault: ['must be', [expected, ...words].join(' or ')].join(' ') };
}

function splitList(text: string): readonly string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function readJson(text: string): TextReading {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return { fault: 'must be valid JSON' };
  }
}
