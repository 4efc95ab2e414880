import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { type Instruction, instructionsOf, isSent, parseDockerfile, type Stage } from './dockerfile.ts';
import { inheritedEnvironment } from './server.ts';

/** What the builder has to work with. */
export interface ImageContext {
  /** The folder with the sources. */
  readonly folder: string;
  readonly dockerfile: string;
  readonly dockerignore: string;
}

/** A stage after all of its instructions: a folder that stands for the root of its file system. */
interface Built {
  readonly stage: Stage;
  readonly root: string;
  readonly workdir: string;
}

/**
 * Does what the builder of an image does with COPY, WORKDIR and RUN, in folders under `target` instead of layers above a base image: commands run with this
 * machine's Node.js and npm, in the folder of their WORKDIR. So they must not name absolute paths. Returns the last stage.
 */
export function buildImage(context: ImageContext, target: string): Built {
  const built = new Map<string, Built>();
  for (const stage of parseDockerfile(context.dockerfile)) built.set(stage.name, buildStage(stage, context, built, join(target, stage.name)));
  const last = [...built.values()].at(-1);
  if (last === undefined) throw new Error('The Dockerfile has no stage');
  return last;
}

function buildStage(stage: Stage, context: ImageContext, built: ReadonlyMap<string, Built>, root: string): Built {
  mkdirSync(root, { recursive: true });
  let workdir = built.get(stage.from)?.workdir ?? '/';
  for (const instruction of stage.instructions) {
    if (instruction.name === 'WORKDIR') {
      workdir = instruction.text;
      mkdirSync(join(root, workdir), { recursive: true });
    }
    if (instruction.name === 'COPY') copy(instruction, context, built, join(root, workdir));
    if (instruction.name === 'RUN') run(instruction, join(root, workdir));
  }
  return { stage, root, workdir };
}

function copy({ words, flags }: Instruction, context: ImageContext, built: ReadonlyMap<string, Built>, workdir: string): void {
  const [sources, target] = [words.slice(0, -1), words.at(-1) ?? ''];
  const origin = flags.from === undefined ? undefined : built.get(flags.from);
  if (flags.from !== undefined && origin === undefined) throw new Error(`COPY --from=${flags.from}: there is no such stage`);
  for (const source of sources) {
    const from = join(origin?.root ?? context.folder, source);
    const isFolder = statSync(from).isDirectory();
    // A file keeps its name, of a folder the content is copied.
    const to = join(workdir, target, !isFolder && target.endsWith('/') ? (source.split('/').at(-1) ?? '') : '');
    const filter = (path: string): boolean => origin !== undefined || isWanted(context, path);
    if (!filter(from)) throw new Error(`COPY ${source}: .dockerignore leaves it out`);
    mkdirSync(dirname(to), { recursive: true });
    cpSync(from, to, { recursive: true, filter, verbatimSymlinks: true });
  }
}

function isWanted({ folder, dockerignore }: ImageContext, path: string): boolean {
  return isSent(dockerignore, relative(folder, path).replaceAll('\\', '/'));
}

function run({ isExec, words, text }: Instruction, folder: string): void {
  if (!isExec) throw new Error(`RUN ${text}: write it as a JSON array, so that no shell reads it`);
  const [program = '', ...args] = words;
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: folder, env: inheritedEnvironment(), encoding: 'utf8' });
  if (status !== 0) throw new Error(`RUN ${text} ended with ${status}:\n${stdout}\n${stderr}`);
}

/** Size of all files of a folder, in bytes. */
export function bytesIn(folder: string): number {
  return filesIn(folder).reduce((sum, file) => sum + statSync(join(folder, file)).size, 0);
}

/** All files of a folder, relative to it. */
export function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}

/** The words of the last ENTRYPOINT, CMD or HEALTHCHECK, to be run in the built folder. */
export function commandOf({ stage, root, workdir }: Built, name: string): readonly string[] {
  const words = instructionsOf(stage, name).at(-1)?.words ?? [];
  return words.map((word) => (word.startsWith(`${workdir}/`) ? join(root, word) : word));
}
