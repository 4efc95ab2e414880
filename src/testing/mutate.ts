import type { Chance } from './fuzz.ts';

/** What has broken parsers before. */
const hostileTexts: readonly string[] = [
  '',
  '\u0000',
  '__proto__',
  'constructor',
  'toString',
  '\ud800',
  '\uffff',
  '😀'.repeat(50),
  '../..',
  '%00',
  '%zz',
  '%e2%82',
  '"',
  '\\',
  '\r\n',
  'null',
  '[]',
  '{}',
  '{"user_id":1}',
  '[['.repeat(3000),
  'x'.repeat(300),
  '-0',
  '1e999',
  '9007199254740993',
  'pusher:subscribe',
  '#server-to-user-ann',
];

const hostileValues: readonly unknown[] = [null, true, false, 0, -1, 1.5, 1e308, 2 ** 53, [], {}, [[]], { length: 1 }, ...hostileTexts];

/** Some values that are of any kind, and rather nasty. */
function hostileValue(chance: Chance): unknown {
  return chance.pick(hostileValues);
}

/** A copy in which some parts are left out, exchanged, doubled or made nasty. */
export function mutateValue(chance: Chance, value: unknown, depth = 0): unknown {
  if (chance.oneIn(8)) return hostileValue(chance);
  if (typeof value === 'string') return chance.oneIn(4) ? mutateText(chance, value) : value;
  if (typeof value !== 'object' || value === null || depth > 6) return value;
  if (Array.isArray(value)) return value.flatMap((item) => repeatSome(chance, mutateValue(chance, item, depth + 1)));
  const entries = Object.entries(value).flatMap(([name, item]): [string, unknown][] => {
    if (chance.oneIn(12)) return [];
    return [[chance.oneIn(12) ? chance.pick(hostileTexts) : name, mutateValue(chance, item, depth + 1)]];
  });
  if (chance.oneIn(6)) entries.push([chance.pick(hostileTexts), hostileValue(chance)]);
  return Object.fromEntries(entries);
}

/** A text with a few characters changed, cut out or put in. */
export function mutateText(chance: Chance, text: string): string {
  let mutated = text;
  for (let edits = 1 + chance.below(4); edits > 0; edits -= 1) {
    const at = chance.below(mutated.length + 1);
    const cut = chance.below(4);
    const put = chance.oneIn(2) ? chance.pick(hostileTexts) : String.fromCharCode(chance.below(chance.oneIn(4) ? 65_536 : 128));
    mutated = mutated.slice(0, at) + (chance.oneIn(3) ? '' : put) + mutated.slice(at + cut);
  }
  return mutated;
}

/** Bytes with a few of them changed, cut out or put in. */
export function mutateBytes(chance: Chance, bytes: Buffer): Buffer {
  let mutated = Buffer.from(bytes);
  for (let edits = 1 + chance.below(4); edits > 0; edits -= 1) {
    const at = chance.below(mutated.length + 1);
    const put = Buffer.from(Array.from({ length: chance.below(5) }, () => chance.below(256)));
    mutated = Buffer.concat([mutated.subarray(0, at), put, mutated.subarray(at + chance.below(5))]);
  }
  return mutated;
}

function repeatSome(chance: Chance, item: unknown): readonly unknown[] {
  return chance.oneIn(10) ? [] : chance.oneIn(10) ? [item, item] : [item];
}
