import type { FeedWishes } from '../core/live-feed.ts';
import { type FeedLine, readLine } from './line.ts';
import { type NodeStats, readNodeStats } from './node-stats.ts';

/** What nodes tell each other for the feed. `from` is the sender's id; a reader's and a survey's ids are of whoever made them. */
export type Note =
  /** A reader wants lines from everybody. Said again before it is forgotten. */
  | { readonly type: 'watch'; readonly from: string; readonly reader: string; readonly appId: string; readonly wishes: FeedWishes }
  | { readonly type: 'leave'; readonly from: string; readonly reader: string }
  | { readonly type: 'lines'; readonly from: string; readonly reader: string; readonly lines: readonly FeedLine[]; readonly leftOut: number }
  /** Everybody is asked for numbers. */
  | { readonly type: 'survey'; readonly from: string; readonly survey: string; readonly appId: string }
  | { readonly type: 'surveyed'; readonly from: string; readonly survey: string; readonly stats: NodeStats };

type Fields = Readonly<Record<string, unknown>>;

/** Reads a note of another node; what it holds is checked like any other input. `undefined` when it is none. */
export function readNote(text: string): Note | undefined {
  const value = parseJson(text);
  if (typeof value !== 'object' || value === null) return undefined;
  const fields: Fields = { ...value };
  return isId(fields.from) ? readers.get(String(fields.type))?.(fields, fields.from) : undefined;
}

const readers: ReadonlyMap<string, (fields: Fields, from: string) => Note | undefined> = new Map([
  [
    'watch',
    ({ reader, appId, wishes }: Fields, from: string): Note | undefined =>
      isId(reader) && isId(appId) ? { type: 'watch', from, reader, appId, wishes: readWishes(wishes) } : undefined,
  ],
  ['leave', ({ reader }: Fields, from: string): Note | undefined => (isId(reader) ? { type: 'leave', from, reader } : undefined)],
  ['lines', readLines],
  [
    'survey',
    ({ survey, appId }: Fields, from: string): Note | undefined =>
      isId(survey) && isId(appId) ? { type: 'survey', from, survey, appId } : undefined,
  ],
  [
    'surveyed',
    ({ survey, stats: value }: Fields, from: string): Note | undefined => {
      const stats = readNodeStats(value);
      return isId(survey) && stats !== undefined ? { type: 'surveyed', from, survey, stats } : undefined;
    },
  ],
]);

function readLines({ reader, lines, leftOut }: Fields, from: string): Note | undefined {
  if (!isId(reader) || !Array.isArray(lines) || typeof leftOut !== 'number') return undefined;
  return { type: 'lines', from, reader, lines: lines.flatMap((line) => readLine(line) ?? []), leftOut };
}

function readWishes(value: unknown): FeedWishes {
  const fields: Fields = { ...(typeof value === 'object' ? value : null) };
  const text = (name: keyof FeedWishes) => (typeof fields[name] === 'string' ? fields[name] : undefined);
  return { channel: text('channel'), event: text('event'), kinds: text('kinds'), data: text('data') };
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= 64;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
