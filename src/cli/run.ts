import { ConfigError } from '../config/fault.ts';
import { suggestion } from '../config/nearest.ts';
import { type Command, UsageError } from './command.ts';
import { commands } from './commands.ts';
import { describeError } from './describe-error.ts';
import { type ExitCode, exitCodes } from './exit-code.ts';
import { describeCommand, describeProgram } from './help.ts';
import { helpFlag, parseInput } from './parse.ts';
import { complain, print, type Terminal } from './terminal.ts';

/** Runs a command line, without the names of program and script. Every error ends here, as a sentence and an exit code. */
export async function run(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  try {
    return await runCommand(args, terminal);
  } catch (error) {
    complain(terminal, describeError(error));
    if (error instanceof UsageError) return exitCodes.usage;
    return error instanceof ConfigError ? exitCodes.configuration : exitCodes.failure;
  }
}

async function runCommand(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const [first] = args;
  if (first === undefined) throw new UsageError(describeProgram(commands));
  if (first === '--help' || first === '-h') return showHelp([], terminal);
  if (first === 'help') return showHelp(args.slice(1), terminal);
  const { command, rest } = findCommand(first === '--version' || first === '-v' ? ['version'] : args);
  const input = parseInput(command, rest);
  return input.flags.has(helpFlag) ? showHelp([command.name], terminal) : command.run(input, terminal);
}

function showHelp(words: readonly string[], terminal: Terminal): ExitCode {
  print(terminal, words.length === 0 ? describeProgram(commands) : describeCommand(findCommand(words.flatMap((word) => word.split(' '))).command));
  return exitCodes.success;
}

/** The command that the first word, or the first two, name. */
function findCommand(args: readonly string[]): { readonly command: Command; readonly rest: readonly string[] } {
  for (const length of [2, 1]) {
    const command = commands.find(({ name }) => name === args.slice(0, length).join(' '));
    if (command !== undefined) return { command, rest: args.slice(length) };
  }
  const group = commands.filter(({ name }) => name.startsWith(`${args[0]} `)).map(({ name }) => name);
  const words = group.length > 0 ? args.slice(0, 2).join(' ') : (args[0] ?? '');
  const meant =
    suggestion(
      words,
      commands.map(({ name }) => name),
    ) || (group.length > 0 ? ` There are: ${group.join(', ')}.` : '');
  throw new UsageError(`Unknown command ${words}.${meant} \`clarion help\` lists all commands.`);
}
