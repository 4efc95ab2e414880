import { describe, expect, it } from 'vitest';
import { findLogCalls, type LogCall } from '../testing/log-calls.ts';
import { readLogCatalogue } from '../testing/log-catalogue.ts';
import { eventLines, type LineLevel } from './event-lines.ts';

const catalogue = readLogCatalogue();
const calls = findLogCalls('src');
const events = Object.values(eventLines);
const order: readonly LineLevel[] = ['debug', 'info', 'warn', 'error'];

/** Written with a level that is not a word in the source. */
const summary = 'lines were left out';

/** What is wrong with the documentation of a call, if anything is. */
function complaint({ file, level, message, fields, isOpen }: LogCall): string | undefined {
  if (message === undefined) return `${file}: the message is not a constant`;
  const entry = catalogue.get(message);
  if (entry === undefined) return `${file}: docs/logs.md lacks ${message}`;
  if (!entry.levels.includes(level)) return `${file}: ${message} is at level ${level}`;
  const missing = fields.filter((name) => !entry.fields.includes(name));
  if (missing.length > 0) return `${file}: ${message} has the fields ${missing.join(', ')}`;
  const isSame = isOpen || entry.fields.length === fields.length || calls.filter((call) => call.message === message).length > 1;
  return isSame ? undefined : `${file}: ${message} has fewer fields than docs/logs.md says`;
}

describe('docs/logs.md', () => {
  it('has every message that the source writes, with its level and fields', () => {
    expect(calls.length).toBeGreaterThan(50);
    expect(calls.map(complaint).filter((text) => text !== undefined)).toEqual([]);
  });

  it('has every message that an event is written with', () => {
    expect(events.length).toBeGreaterThan(10);
    for (const { message, level, levelOf } of events) {
      const { levels = [] } = catalogue.get(message) ?? {};
      expect({ message, highest: levels.at(-1), count: levels.length > 1 }).toEqual({ message, highest: level, count: levelOf !== undefined });
      expect([...levels].sort((a, b) => order.indexOf(a as LineLevel) - order.indexOf(b as LineLevel))).toEqual(levels);
    }
  });

  it('has no message that nobody writes', () => {
    const written = new Set([summary, ...calls.map(({ message }) => message), ...events.map(({ message }) => message)]);
    expect([...catalogue.keys()].filter((message) => !written.has(message))).toEqual([]);
  });
});
