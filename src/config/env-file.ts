/** What a `.env` file says. */
export interface EnvFile {
  readonly variables: ReadonlyMap<string, string>;
  /** Lines that say nothing understandable, each as a sentence with its number. Never holds a value. */
  readonly remarks: readonly string[];
}

/**
 * Reads a `.env` file by the rules of Laravel's own reader, so that both programs see the same values: quotes, comments behind values,
 * `export`, values over several lines in double quotes, and `${NAME}` outside single quotes. A name is replaced by its value in `environment`,
 * which wins over the file, else by its value further up in the file; unknown ones stay as they are. Never throws.
 */
export function parseEnvFile(text: string, environment: ReadonlyMap<string, string>): EnvFile {
  const variables = new Map<string, string>();
  const remarks: string[] = [];
  const lookUp = (name: string) => environment.get(name) ?? variables.get(name);
  let position = 0;
  let line = 1;
  const source = text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n');
  while (position < source.length) {
    const entry = readEntry(source, position);
    if (entry.name !== undefined) variables.set(entry.name, expand(entry.pieces, lookUp));
    if (entry.remark !== undefined) remarks.push(`line ${line}: ${entry.remark}`);
    line += source.slice(position, entry.end).split('\n').length - 1;
    position = entry.end;
  }
  return { variables, remarks };
}

/** A part of a value; only some parts have names in them that are replaced. */
interface Piece {
  readonly text: string;
  readonly expands: boolean;
}

interface Entry {
  readonly name?: string;
  readonly pieces: readonly Piece[];
  readonly remark?: string;
  /** Where the next entry starts. */
  readonly end: number;
}

const blankOrComment = /[^\S\n]*(#[^\n]*)?(\n|$)/y;
const assignment = /[^\S\n]*(?:export[^\S\n]+)?(["']?)([A-Za-z0-9_.]+)\1[^\S\n]*=[^\S\n]*/y;
const singleQuoted = /'([^']*)'/y;
const doubleQuoted = /"([^"\\]*(?:\\[\s\S][^"\\]*)*)"/y;
const unquoted = /[^\n#]*/y;
const restOfLine = /[^\n]*(\n|$)/y;

function readEntry(source: string, start: number): Entry {
  const blank = matchAt(blankOrComment, source, start);
  if (blank !== undefined) return { pieces: [], end: start + blank[0].length };
  const assigned = matchAt(assignment, source, start);
  if (assigned === undefined) return { pieces: [], remark: 'is not NAME=VALUE', end: endOfLine(source, start) };
  const [head, , name] = assigned;
  return { ...(name === undefined ? {} : { name }), ...readValue(source, start + head.length) };
}

function readValue(source: string, start: number): Omit<Entry, 'name'> {
  const quote = source[start];
  if (quote === "'" || quote === '"') {
    const quoted = matchAt(quote === '"' ? doubleQuoted : singleQuoted, source, start);
    if (quoted === undefined) return { pieces: [], remark: 'has no closing quote', end: endOfLine(source, start) };
    const end = endOfLine(source, start + quoted[0].length);
    return { pieces: quote === '"' ? readEscapes(quoted[1] ?? '') : [{ text: quoted[1] ?? '', expands: false }], end };
  }
  const value = matchAt(unquoted, source, start)?.[0] ?? '';
  return { pieces: [{ text: value.trim(), expands: true }], end: endOfLine(source, start + value.length) };
}

const escapes: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['f', '\f'],
  ['v', '\v'],
]);

/** Text between double quotes: an escaped `$` is not the start of a name. */
function readEscapes(text: string): readonly Piece[] {
  return text.split(/(\\[\s\S])/).map((part) => {
    const escaped = part.length === 2 && part.startsWith('\\') ? part[1] : undefined;
    return escaped === undefined ? { text: part, expands: true } : { text: escapes.get(escaped) ?? escaped, expands: false };
  });
}

function expand(pieces: readonly Piece[], lookUp: (name: string) => string | undefined): string {
  return pieces
    .map(({ text, expands }) => (expands ? text.replace(/\$\{([A-Za-z0-9_.]+)\}/g, (whole, name: string) => lookUp(name) ?? whole) : text))
    .join('');
}

function matchAt(pattern: RegExp, source: string, position: number): RegExpExecArray | undefined {
  pattern.lastIndex = position;
  return pattern.exec(source) ?? undefined;
}

function endOfLine(source: string, position: number): number {
  return position + (matchAt(restOfLine, source, position)?.[0].length ?? 0);
}
