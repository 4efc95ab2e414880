import { readFileSync } from 'node:fs';

/** A fenced block of a page. */
export interface Block {
  /** Of the fence, from 1. */
  readonly line: number;
  /** Empty when the fence names none. */
  readonly language: string;
  readonly code: string;
  /** What the comments right above it say to the tests: `<!-- prints: hello -->` is `prints` -> `hello`. */
  readonly directives: ReadonlyMap<string, string>;
}

const fence = /^( *)```(\S*)/;
const comment = /^ *<!-- ([a-z ]+): (.+) -->$/;

/** The fenced blocks of a page, in order. Blocks inside of lists are told without their indentation. */
export function readBlocks(file: string): readonly Block[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  const blocks: Block[] = [];
  for (let index = 0; index < lines.length; index++) {
    const [, indent = '', language = ''] = fence.exec(lines[index] ?? '') ?? [undefined];
    if (!fence.test(lines[index] ?? '')) continue;
    const end = lines.indexOf(`${indent}\`\`\``, index + 1);
    if (end < 0) throw new Error(`${file}:${index + 1} opens a block that is not closed`);
    const code = lines.slice(index + 1, end).map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line));
    blocks.push({ line: index + 1, language, code: `${code.join('\n')}\n`, directives: directivesAbove(lines, index) });
    index = end;
  }
  return blocks;
}

function directivesAbove(lines: readonly string[], index: number): ReadonlyMap<string, string> {
  const directives = new Map<string, string>();
  for (let above = index - 1; above >= 0; above--) {
    const found = comment.exec(lines[above] ?? '');
    if (found === null) break;
    directives.set(found[1] ?? '', found[2] ?? '');
  }
  return directives;
}

/** The anchors of a page's headings, as GitHub makes them. */
export function anchorsOf(file: string): ReadonlySet<string> {
  const seen = new Map<string, number>();
  const anchors = proseOf(file)
    .split('\n')
    .flatMap((line) => /^#{1,6} +(.*?) *#*$/.exec(line)?.[1] ?? [])
    .map((heading) => {
      const slug = heading
        .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
        .replaceAll(' ', '-');
      const times = seen.get(slug) ?? 0;
      seen.set(slug, times + 1);
      return times === 0 ? slug : `${slug}-${times}`;
    });
  return new Set(anchors);
}

/** The links of a page that lead to other files of the project, or to other places of this one. */
export function relativeLinksOf(file: string): readonly string[] {
  const prose = proseOf(file).replace(/`[^`\n]*`/g, '');
  const inline = [...prose.matchAll(/\]\(<?([^)\s>]+)>?(?: "[^"]*")?\)/g)].map(([, target = '']) => target);
  const defined = [...prose.matchAll(/^\[[^\]]+\]: +(\S+)/gm)].map(([, target = '']) => target);
  return [...inline, ...defined].filter((target) => !/^[a-z][a-z0-9+.-]*:/i.test(target));
}

/** A page without its fenced blocks. */
function proseOf(file: string): string {
  return readFileSync(file, 'utf8').replace(/^( *)```[\s\S]*?^\1```$/gm, '');
}
