import { expect, it } from 'vitest';
import { commands } from './commands.ts';
import { describeCommand, describeProgram } from './help.ts';

const introduction = `# Command line

What \`clarion help\` and \`clarion COMMAND --help\` print. Options of the configuration that flags do not set are in
[config/reference.md](../config/reference.md).
`;

function fenced(text: string): string {
  return `\n\`\`\`text\n${text}\n\`\`\`\n`;
}

// `npx vitest run --update src/cli/command-line.test.ts` writes it anew.
it('is what docs/command-line.md holds', async () => {
  const sections = commands.map((command) => `\n## ${command.name}\n${fenced(describeCommand(command))}`);
  await expect([introduction, fenced(describeProgram(commands)), ...sections].join('')).toMatchFileSnapshot('../../docs/command-line.md');
});
