// biome-ignore-all lint/suspicious/noTemplateCurlyInString: names in such braces are what this file is about

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseEnvFile } from './env-file.ts';

function parse(text: string, environment: Readonly<Record<string, string>> = {}): Record<string, string> {
  return Object.fromEntries(parseEnvFile(text, new Map(Object.entries(environment))).variables);
}

describe('parseEnvFile', () => {
  it.each<[what: string, text: string, value: string]>([
    ['a plain value', 'A=b', 'b'],
    ['spaces around the equals sign', 'A = b ', 'b'],
    ['an empty value', 'A=', ''],
    ['a comment behind a value', 'A=b # c', 'b'],
    ['a hash inside of a plain value as the start of a comment, as Laravel does', 'A=b#c', 'b'],
    ['a hash in quotes', 'A="b#c"', 'b#c'],
    ['a comment behind quotes', "A='b' # c", 'b'],
    ['single quotes as they are', "A='b\\n${B}'", 'b\\n${B}'],
    ['escapes in double quotes', 'A="b\\n\\"c\\"\\\\"', 'b\n"c"\\'],
    ['an escaped dollar sign', 'A="\\${B}"', '${B}'],
    ['several lines in double quotes', 'A="b\nc"', 'b\nc'],
    ['the word export', 'export A=b', 'b'],
    ['a quoted name', '"A"=b', 'b'],
    ['an equals sign in the value', 'A=b=c', 'b=c'],
    ['a value with spaces', 'A=b c', 'b c'],
    ['Windows line ends', 'A=b\r\nC=d\r\n', 'b'],
    ['a byte order mark', '\uFEFFA=b', 'b'],
    ['the last of two values', 'A=x\nA=b', 'b'],
  ])('reads %s', (_what, text, value) => {
    expect(parse(text).A).toBe(value);
  });

  it('replaces names by what stands further up', () => {
    expect(parse('A=b\nC=${A}\nD="x-${A}-${C}"')).toEqual({ A: 'b', C: 'b', D: 'x-b-b' });
  });

  it('replaces names by the environment first, and leaves unknown names as they are', () => {
    expect(parse('A=b\nC=${A}\nD=${E}', { A: 'real' })).toEqual({ A: 'b', C: 'real', D: '${E}' });
  });

  it('does not replace names in what was put in for a name', () => {
    expect(parse("A='${B}'\nB=c\nD=${A}").D).toBe('${B}');
  });

  it('remarks lines that it does not understand, without their content', () => {
    const { variables, remarks } = parseEnvFile('# fine\n\nA=1\nnonsense\nB="open\nC=2\n', new Map());
    expect(Object.fromEntries(variables)).toEqual({ A: '1', B: '', C: '2' });
    expect(remarks).toEqual(['line 4: is not NAME=VALUE', 'line 5: has no closing quote']);
  });

  it('keeps a variable called __proto__ as a variable', () => {
    expect([...parseEnvFile('__proto__=x', new Map()).variables]).toEqual([['__proto__', 'x']]);
  });

  it('never throws, whatever the text', () => {
    const fragment = fc.constantFrom('A', '=', '"', "'", '\\', '$', '${', '}', '#', '\n', '\r', ' ', 'export ', '\u2028');
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(fragment, { maxLength: 60 }).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(text, (source) => {
        const { variables, remarks } = parseEnvFile(source, new Map());
        expect(variables).toBeInstanceOf(Map);
        expect(remarks.length).toBeLessThanOrEqual(source.split(/\r\n?|\n/).length);
      }),
      { seed: 7, numRuns: 2000 },
    );
  });

  it('reads a value of a megabyte', () => {
    expect(parse(`A="${'x\\n'.repeat(300_000)}"`).A).toHaveLength(600_000);
  });
});
