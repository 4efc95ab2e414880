/** One instruction of a Dockerfile. */
export interface Instruction {
  /** Upper case. */
  readonly name: string;
  /** Words and `--flags` of a plain line; the elements of one that is written as a JSON array. */
  readonly words: readonly string[];
  readonly flags: Readonly<Record<string, string>>;
  /** Whether the words were a JSON array, so that no shell reads them. */
  readonly isExec: boolean;
  /** All behind the name, as written. */
  readonly text: string;
}

/** What follows a FROM. */
export interface Stage {
  readonly name: string;
  /** An image, or the name of an earlier stage. */
  readonly from: string;
  readonly instructions: readonly Instruction[];
}

/** Reads a Dockerfile: comments, continued lines, flags and JSON arrays. Variables and here-documents are not understood; ours has none. */
export function parseDockerfile(text: string): readonly Stage[] {
  const stages: { name: string; from: string; instructions: Instruction[] }[] = [];
  for (const instruction of joinLines(text).map(parseInstruction)) {
    if (instruction.name === 'FROM') {
      const [from = '', as, name = String(stages.length)] = instruction.words;
      if (as !== undefined && as.toUpperCase() !== 'AS') throw new Error(`FROM ${instruction.text}`);
      stages.push({ name, from, instructions: [] });
      continue;
    }
    const stage = stages.at(-1);
    if (stage === undefined) throw new Error(`${instruction.name} before FROM`);
    stage.instructions.push(instruction);
  }
  return stages;
}

/** The instructions of this name in a stage. */
export function instructionsOf(stage: Stage, name: string): readonly Instruction[] {
  return stage.instructions.filter((instruction) => instruction.name === name);
}

/** Whether a path of the build context, with `/`, is sent to the builder: the last line of .dockerignore that matches it, or a folder above it, decides. */
export function isSent(dockerignore: string, path: string): boolean {
  const lines = dockerignore.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const decisive = lines.findLast((line) => patternOf(line.replace(/^!/, '')).test(path));
  return decisive === undefined || decisive.startsWith('!');
}

function patternOf(glob: string): RegExp {
  const pattern = glob
    .split(/(\*\*\/|\*)/)
    .map((part) => ({ '**/': '(?:.*/)?', '*': '[^/]*' })[part] ?? part.replace(/[.+^${}()|[\]\\]/g, '\\$&'))
    .join('');
  return new RegExp(`^${pattern}(?:/|$)`);
}

function joinLines(text: string): readonly string[] {
  const lines = text.split('\n').filter((line) => !/^\s*#/.test(line));
  return lines
    .join('\n')
    .replace(/\\\n\s*/g, '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

function parseInstruction(line: string): Instruction {
  const [, name = '', text = ''] = /^(\S+)\s*(.*)$/.exec(line) ?? [];
  const flags: Record<string, string> = {};
  let rest = text;
  for (let flag = /^--([\w-]+)=(\S+)\s*/.exec(rest); flag !== null; flag = /^--([\w-]+)=(\S+)\s*/.exec(rest)) {
    flags[flag[1] ?? ''] = flag[2] ?? '';
    rest = rest.slice(flag[0].length);
  }
  // HEALTHCHECK has another instruction inside.
  const inner = name === 'HEALTHCHECK' ? rest.replace(/^CMD\s+/, '') : rest;
  const isExec = inner.startsWith('[');
  const words: readonly string[] = isExec ? JSON.parse(inner) : inner.split(/\s+/);
  return { name: name.toUpperCase(), words, flags, isExec, text };
}
