import { readFileSync } from 'node:fs';

/** What the documentation says of a message. */
export interface CatalogueEntry {
  readonly levels: readonly string[];
  readonly fields: readonly string[];
}

/** The messages of `docs/logs.md`. */
export function readLogCatalogue(): ReadonlyMap<string, CatalogueEntry> {
  const rows = readFileSync('docs/logs.md', 'utf8').matchAll(/^\| `([^`]+)` \| ([a-z, ]+) \|([^|]*)\|[^|]*\|$/gm);
  return new Map([...rows].map(([, message = '', levels = '', fields = '']) => [message, { levels: levels.split(', '), fields: namesIn(fields) }]));
}

function namesIn(fields: string): readonly string[] {
  return [...fields.matchAll(/`(\w+)`/g)].map(([, name = '']) => name);
}
