import { plannedRemark } from './json-schema.ts';
import { acceptsFile, nativeName } from './native-variables.ts';
import type { Option } from './option.ts';

const introduction = `# Options

Generated from the schema in \`src/config/\`; the check, the JSON Schema (\`clarion.schema.json\`) and this page are one source.

The file is JSON: \`clarion start --config clarion.json\`, or its name in \`CLARION_CONFIG\`. Precedence: defaults < preset < file < environment <
flags. Unknown names are errors. \`null\` means no limit; variables say \`unlimited\` or \`-1\`. An empty variable is as good as none. A variable
marked with \\* may also end in \`_FILE\` and then names a file that holds the value. \`CLARION_APP_…\` describes one app: the one of that id in the
file, or one more. \`apps[].limits\` takes precedence over \`limits\`. \`clarion config print --sources\` shows what is in force and why.
`;

/** The reference page of all options, as Markdown. */
export function describeOptions(options: readonly Option[]): string {
  const shown = options.filter(({ path }) => !path.startsWith('$') && !path.startsWith('apps[].limits.'));
  const groups = new Set(shown.map(groupOf));
  return (
    introduction +
    [...groups]
      .map((group) =>
        toSection(
          group,
          shown.filter((option) => groupOf(option) === group),
        ),
      )
      .join('')
  );
}

function groupOf({ path }: Option): string {
  return path.split(/[.[]/)[0] ?? path;
}

function toSection(group: string, options: readonly Option[]): string {
  return `\n## ${group}\n\n| option | default | variable | meaning |\n|---|---|---|---|\n${options.map(toRow).join('\n')}\n`;
}

function toRow(option: Option): string {
  const name = nativeName(option.path);
  const variable = name === undefined ? '' : `\`${name}\`${acceptsFile(option) ? ' \\*' : ''}`;
  const meaning = [option.description, describeRange(option), option.isPlanned ? plannedRemark : ''].filter((sentence) => sentence !== '');
  return `| \`${option.path}\` | ${describeDefault(option)} | ${variable} | ${meaning.join(' ').replaceAll('|', '\\|')} |`;
}

function describeDefault({ byDefault, isRequired, canBeUnlimited }: Option): string {
  if (byDefault === undefined) return isRequired ? 'required' : '';
  if (byDefault === null && canBeUnlimited) return 'no limit';
  if (Array.isArray(byDefault) && byDefault.length > 0) return byDefault.map((item) => `\`${item}\``).join(', ');
  return `\`${JSON.stringify(byDefault)}\``;
}

function describeRange({ kind, words, minimum, maximum, canBeUnlimited }: Option): string {
  const parts: string[] = [];
  if (kind === 'integer' || kind === 'number') {
    if (minimum !== undefined) parts.push(maximum === undefined ? `at least ${minimum}` : `${minimum} to ${maximum}`);
    if (canBeUnlimited) parts.push('`null` for no limit');
  }
  if (words.length > 0) parts.push(words.map((word) => `\`${word}\``).join(', '));
  return parts.length === 0 ? '' : `(${parts.join('; ')})`;
}
