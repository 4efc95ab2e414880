/** One bar; `mark` draws a line across it, for a limit. */
interface Bar {
  readonly series: string;
  readonly value: number;
  readonly text: string;
  readonly mark?: number;
}

interface Group {
  readonly label: string;
  readonly bars: readonly Bar[];
}

export interface Chart {
  readonly title: string;
  readonly subtitle: string;
  /** In the order of their colours. */
  readonly series: readonly string[];
  readonly groups: readonly Group[];
}

const width = 900;
const labelWidth = 270;
const valueWidth = 90;
const barHeight = 15;
const groupGap = 10;
const headHeight = 84;
const footHeight = 16;
const colours = ['#2f6fde', '#9aa5b1'] as const;
const markColour = '#c0262d';

/** A chart of horizontal bars as an SVG document, legible on any background. */
export function barChart({ title, subtitle, series, groups }: Chart): string {
  const most = Math.max(...groups.flatMap((group) => group.bars.flatMap((bar) => [bar.value, bar.mark ?? 0])));
  const scale = (width - labelWidth - valueWidth) / most;
  let top = headHeight;
  const drawn = groups.map((group) => {
    const y = top;
    top += group.bars.length * barHeight + groupGap;
    return drawGroup(group, y, scale, series);
  });
  const height = top + footHeight;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="system-ui, sans-serif" font-size="12">`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    text(16, 26, title, 'font-size="16" font-weight="600"'),
    text(16, 45, subtitle, 'fill="#5b6670"'),
    ...series.map((name, nth) => legend(16 + nth * 200, colour(nth), name)),
    ...(groups.some((group) => group.bars.some((bar) => bar.mark !== undefined)) ? [legend(16 + series.length * 200, markColour, 'goal')] : []),
    ...drawn,
    '</svg>',
    '',
  ].join('\n');
}

function drawGroup({ label, bars }: Group, top: number, scale: number, series: readonly string[]): string {
  const middle = top + (bars.length * barHeight) / 2 + 4;
  return [
    text(labelWidth - 10, middle, label, 'text-anchor="end"'),
    ...bars.map((bar, nth) => drawBar(bar, top + nth * barHeight, scale, series)),
  ].join('\n');
}

function drawBar({ series, value, text: shown, mark }: Bar, y: number, scale: number, all: readonly string[]): string {
  const length = Math.max(0, value * scale);
  const bar = `<rect x="${labelWidth}" y="${y}" width="${length.toFixed(1)}" height="${barHeight - 3}" fill="${colour(all.indexOf(series))}"/>`;
  const end = Math.max(length, (mark ?? 0) * scale);
  const limit =
    mark === undefined
      ? ''
      : `<rect x="${(labelWidth + mark * scale).toFixed(1)}" y="${y - 2}" width="2" height="${barHeight + 1}" fill="${markColour}"/>`;
  return bar + limit + text(labelWidth + end + 7, y + barHeight - 5, shown, 'font-size="11"');
}

function legend(x: number, fill: string, name: string): string {
  return `<rect x="${x}" y="58" width="11" height="11" fill="${fill}"/>${text(x + 17, 68, name, '')}`;
}

function text(x: number, y: number, content: string, attributes: string): string {
  const escaped = content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return `<text x="${x}" y="${y}" ${attributes}>${escaped}</text>`;
}

function colour(nth: number): string {
  return colours[nth % colours.length] ?? colours[0];
}
