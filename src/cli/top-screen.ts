import type { ChannelStats } from '../feed/node-stats.ts';
import type { Stats } from '../feed/stats.ts';
import { printable, type Terminal } from './terminal.ts';

type Screen = Pick<Terminal, 'stdout'>;

const escapeCharacter = '\u001b';
const codes = {
  enter: `${escapeCharacter}[?1049h${escapeCharacter}[?25l`,
  leave: `${escapeCharacter}[?25h${escapeCharacter}[?1049l`,
  home: `${escapeCharacter}[H`,
  endOfLine: `${escapeCharacter}[K`,
  endOfScreen: `${escapeCharacter}[J`,
  bold: `${escapeCharacter}[1m`,
  plain: `${escapeCharacter}[0m`,
} as const;

/** Takes the terminal over, as an editor does: what was on it comes back afterwards. */
export function enterScreen({ stdout }: Screen): void {
  stdout.write(codes.enter);
}

export function leaveScreen({ stdout }: Screen): void {
  stdout.write(codes.leave);
}

/** Draws over what was drawn before, so that nothing flickers. */
export function drawScreen({ stdout }: Screen, stats: Stats): void {
  const { columns, rows } = sizeOf(stdout);
  const lines = describeScreen(stats, rows - 1).map(({ text, isHead }) => {
    const cut = printable(text).slice(0, columns);
    return `${isHead ? codes.bold + cut + codes.plain : cut}${codes.endOfLine}`;
  });
  stdout.write(codes.home + lines.join('\r\n') + codes.endOfScreen);
}

/** A pipe has no size. */
function sizeOf(stdout: NodeJS.WritableStream): { readonly columns: number; readonly rows: number } {
  const { columns = 80, rows = 24 } = stdout as Partial<Pick<NodeJS.WriteStream, 'columns' | 'rows'>>;
  return { columns, rows };
}

interface ScreenLine {
  readonly text: string;
  readonly isHead: boolean;
}

interface Table {
  readonly heads: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** As many lines as there are rows: what the sums leave is shared among the lists. */
export function describeScreen(stats: Stats, rows: number): readonly ScreenLine[] {
  const { nodes, per_second: rates } = stats;
  const lines = [
    head(`clarion top   app ${stats.app}   ${stats.time.slice(11, 19)} UTC   ${nodes.length} node${nodes.length === 1 ? '' : 's'}`),
    line(`connections ${number(stats.connections)}   subscriptions ${number(stats.subscriptions)}   unsent ${bytes(stats.unsent_bytes)}`),
    line(rates === null ? 'per second: counting…' : `per second: ${Object.entries(rates).map(nameAndValue).join('   ')}`),
  ];
  const tables = tablesOf(stats);
  const shares = share(
    tables.map((table) => Math.max(1, table.rows.length)),
    rows - lines.length - 2 * tables.length, // a blank line and the heads
  );
  for (const [index, table] of tables.entries()) lines.push(line(''), ...describeTable(table, shares[index] ?? 0));
  return lines.slice(0, rows);
}

/** One row after the other to whoever still wants one. */
function share(wanted: readonly number[], available: number): readonly number[] {
  const shares = wanted.map(() => 0);
  let left = available;
  for (let round = 1; left > 0 && wanted.some((rows) => rows >= round); round += 1) {
    for (const [index, rows] of wanted.entries()) {
      if (rows < round || left <= 0) continue;
      shares[index] = round;
      left -= 1;
    }
  }
  return shares;
}

function tablesOf({ nodes, busiest_channels, largest_channels, slowest_sockets }: Stats): readonly Table[] {
  return [
    {
      heads: ['NODE', 'CONNECTIONS', 'CHANNELS', 'SUBSCRIPTIONS', 'UNSENT', 'MESSAGES/S'],
      rows: nodes.map(({ node, connections, channels, subscriptions, unsent_bytes, per_second: rates }) => [
        node,
        number(connections),
        number(channels),
        number(subscriptions),
        bytes(unsent_bytes),
        rates === null ? '-' : number(rates.messages + rates.client_events),
      ]),
    },
    { heads: ['BUSIEST CHANNEL', 'SUBSCRIPTIONS', 'MESSAGES/S'], rows: channelRows(busiest_channels) },
    { heads: ['LARGEST CHANNEL', 'SUBSCRIPTIONS', 'MESSAGES/S'], rows: channelRows(largest_channels) },
    {
      heads: ['SLOWEST SOCKET', 'USER', 'UNSENT', 'SUBSCRIPTIONS', 'NODE'],
      rows: slowest_sockets.map(({ socket_id, user_id = '-', unsent_bytes, subscriptions, node }) => [
        socket_id,
        user_id,
        bytes(unsent_bytes),
        number(subscriptions),
        node,
      ]),
    },
  ];
}

function nameAndValue([name, value]: readonly [string, number]): string {
  return `${name.replace('_', ' ')} ${number(value)}`;
}

function channelRows(channels: readonly ChannelStats[]): readonly (readonly string[])[] {
  return channels.map(({ name, subscriptions, messages_per_second }) => [name, number(subscriptions), number(messages_per_second)]);
}

const maxCellCharacters = 48;

/** Columns as wide as they must be. */
function describeTable({ heads, rows }: Table, maxRows: number): readonly ScreenLine[] {
  const shown = rows.slice(0, maxRows).map((row) => row.map((cell) => cell.slice(0, maxCellCharacters)));
  const widths = heads.map((title, column) => Math.max(title.length, ...shown.map((row) => row[column]?.length ?? 0)));
  const write = (row: readonly string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return [head(write(heads)), ...(shown.length === 0 ? [line('-')] : shown.map((row) => line(write(row))))];
}

function head(text: string): ScreenLine {
  return { text, isHead: true };
}

function line(text: string): ScreenLine {
  return { text, isHead: false };
}

function number(value: number): string {
  return value.toLocaleString('en');
}

function bytes(value: number): string {
  if (value < 10_000) return `${value} B`;
  return value < 10_000_000 ? `${Math.round(value / 1000)} kB` : `${Math.round(value / 1_000_000)} MB`;
}
