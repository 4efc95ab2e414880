type Row = readonly string[];

/** Columns aligned with spaces, for a terminal. Columns without a single entry are left out. */
export function textTable(heading: Row, rows: readonly Row[]): string {
  const [shownHeading, ...shownRows] = withoutEmptyColumns(heading, rows);
  const all = [shownHeading ?? [], ...shownRows];
  const widths = (shownHeading ?? []).map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  const line = (row: Row): string =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  ');
  return [line(shownHeading ?? []), widths.map((width) => '-'.repeat(width)).join('  '), ...shownRows.map(line)].join('\n');
}

/** The same for a README. */
export function markdownTable(heading: Row, rows: readonly Row[]): string {
  const [shownHeading, ...shownRows] = withoutEmptyColumns(heading, rows);
  const line = (row: Row): string => `| ${row.join(' | ')} |`;
  const rule = (shownHeading ?? []).map((_, column) => (column === 0 ? '---' : '---:'));
  return [line(shownHeading ?? []), line(rule), ...shownRows.map(line)].join('\n');
}

function withoutEmptyColumns(heading: Row, rows: readonly Row[]): readonly Row[] {
  const isUsed = heading.map((_, column) => column === 0 || rows.some((row) => (row[column] ?? '') !== ''));
  return [heading, ...rows].map((row) => row.filter((_, column) => isUsed[column]));
}
