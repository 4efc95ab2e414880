import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A place in the source that writes a line to the log. */
export interface LogCall {
  readonly file: string;
  readonly level: string;
  /** `undefined` when it is not a constant. */
  readonly message: string | undefined;
  /** The names that are written there; others may come from elsewhere when `isOpen`. */
  readonly fields: readonly string[];
  readonly isOpen: boolean;
}

const callPattern = /(?:\blog|#log|#pino)\??\.(debug|info|warn|error)\(/g;

/** Every call of a log in the source of what is shipped. */
export function findLogCalls(folder: string): readonly LogCall[] {
  return sourceFiles(folder).flatMap((file) => {
    const source = readFileSync(file, 'utf8');
    return [...source.matchAll(callPattern)].flatMap((match) => {
      const args = splitArguments(source, match.index + match[0].length);
      return passesOn(args) ? [] : [describeCall(file, match[1] ?? '', args)];
    });
  });
}

/** No line of its own, but somebody else's. */
function passesOn([fields, message]: readonly string[]): boolean {
  return fields === 'fields' && message === 'message';
}

function describeCall(file: string, level: string, [fields = '', message = '']: readonly string[]): LogCall {
  const names = fields.startsWith('{') ? splitArguments(fields, 1) : ['...'];
  return {
    file,
    level,
    message: /^'([^'\\]*)'$/.exec(message)?.[1],
    fields: names.filter((name) => !name.startsWith('...')).map((name) => /^\w+/.exec(name)?.[0] ?? ''),
    isOpen: names.some((name) => name.startsWith('...')),
  };
}

const closing: ReadonlyMap<string, string> = new Map([
  ['(', ')'],
  ['{', '}'],
  ['[', ']'],
]);

/** What stands between commas from here to the bracket that closes. Knows brackets and texts, which is enough for formatted source. */
function splitArguments(source: string, start: number): readonly string[] {
  const parts: string[] = [];
  let open = 0;
  let from = start;
  for (let at = start; at < source.length; at += 1) {
    const character = source[at] ?? '';
    if (character === "'" || character === '"' || character === '`') at = source.indexOf(character, at + 1);
    else if (closing.has(character)) open += 1;
    else if (open === 0 && [...closing.values(), ','].includes(character)) {
      parts.push(source.slice(from, at).trim());
      from = at + 1;
      if (character !== ',') break;
    } else if ([...closing.values()].includes(character)) open -= 1;
  }
  return parts.filter((part) => part !== '');
}

function sourceFiles(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && !name.startsWith('testing'))
    .map((name) => join(folder, name));
}
