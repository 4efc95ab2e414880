import { describe, expect, it } from 'vitest';
import { parseArguments } from './arguments.ts';

const refused: readonly (readonly [args: string, reason: RegExp])[] = [
  ['--repetitions none', /--repetitions none/],
  ['--repetitions 0', /positive/],
  ['--pid 12a', /--pid 12a/],
  ['soak', /--only/],
  ['--compare one.json', /two files/],
  ['--compare 1.json 2.json 3.json', /two files/],
  ['--publish --quick', /whole runs/],
  ['--publish --only soak', /whole runs/],
  ['--publish --subject floor', /whole runs/],
  ['--unknown', /--unknown/],
];

describe('arguments', () => {
  it.each(refused)('refuses %s with a sentence that says why', (args, reason) => {
    expect(() => parseArguments(args.split(' '))).toThrow(reason);
  });

  it('reads numbers', () => {
    expect(parseArguments(['--repetitions', '5', '--pid', '4711'])).toMatchObject({ repetitions: 5, pid: 4711 });
  });

  it('leaves to the scenarios what is not said', () => {
    const { repetitions, pid } = parseArguments([]);
    expect([repetitions, pid]).toEqual([undefined, undefined]);
  });
});
