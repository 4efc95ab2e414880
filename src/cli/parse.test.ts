import { describe, expect, it } from 'vitest';
import { type Command, flagValue } from './command.ts';
import { parseInput } from './parse.ts';

const command: Command = {
  name: 'send',
  summary: 'Send.',
  positionals: { usage: 'WHAT [WHERE]', least: 1, most: 2 },
  flags: { port: { value: 'PORT', description: '' }, to: { value: 'NAME', repeats: true, description: '' }, debug: { description: '' } },
  run: async () => 0,
};

describe('a command line', () => {
  it('has flags in both notations, switches and arguments in any order', () => {
    const input = parseInput(command, ['--port=1', 'a', '--to', 'x', '--debug', 'b', '--to', 'y']);
    expect(input.positionals).toEqual(['a', 'b']);
    expect(input.flags.get('to')).toEqual(['x', 'y']);
    expect(flagValue(input, 'port')).toBe('1');
    expect(input.flags.has('debug')).toBe(true);
    expect(flagValue(input, 'host')).toBeUndefined();
  });

  it('takes everything behind two dashes for arguments', () => {
    expect(parseInput(command, ['--', '--port', '-x']).positionals).toEqual(['--port', '-x']);
  });

  it.each([
    [['a', '--prot', '1'], 'Unknown option --prot. Did you mean --port?'],
    [['a', '-x'], 'Unknown option -x.'],
    [['a', '--constructor'], 'Unknown option --constructor.'],
    [['a', '--port'], '--port needs a value: --port PORT.'],
    [['a', '--debug=1'], '--debug takes no value.'],
    [[], 'Too few arguments: clarion send WHAT [WHERE]'],
    [['a', 'b', 'c'], 'Unexpected argument c.'],
  ])('%j is refused', (args, message) => {
    expect(() => parseInput(command, args)).toThrow(expect.objectContaining({ name: 'UsageError', message }));
  });

  it.each(['--help', '-h'])('may ask for help with %s and nothing else', (flag) => {
    expect(parseInput(command, [flag]).flags.has('help')).toBe(true);
  });
});
