import type { DeadLetter } from '../webhooks/dead-letter.ts';
import type { Command } from './command.ts';
import { loadFrom } from './config-flags.ts';
import { exitCodes } from './exit-code.ts';
import { print, printable } from './terminal.ts';
import { deadLetterFlags, openDeadLetters } from './webhooks-file.ts';

/** `clarion webhooks list`: what was given up and is still on the dead-letter list. */
export const webhooksList: Command = {
  name: 'webhooks list',
  summary: 'List the webhooks that were given up.',
  flags: { ...deadLetterFlags, json: { description: 'One line of JSON per event, as in the file, instead of a table.' } },
  details: 'Needs `webhooks.deadLetterFile`; the list of a server without it is in its memory only.',
  async run(input, terminal) {
    const letters = await openDeadLetters(input, loadFrom(input, terminal).config).read();
    for (const line of input.flags.has('json') ? letters.map((letter) => JSON.stringify(letter)) : table(letters)) print(terminal, line);
    return exitCodes.success;
  },
};

function table(letters: readonly DeadLetter[]): readonly string[] {
  if (letters.length === 0) return ['No webhook is on the dead-letter list.'];
  const rows = [['ID', 'TIME', 'APP', 'ENDPOINT', 'EVENT', 'CHANNEL', 'REASON'], ...letters.map(row)];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0))) ?? [];
  return rows.map((cells) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

function row({ id, at, appId, endpoint, event, reason }: DeadLetter): readonly string[] {
  return [id, new Date(at).toISOString(), appId, endpoint.origin, String(event.name), String(event.channel), reason].map(printable);
}
