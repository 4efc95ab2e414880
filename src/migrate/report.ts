import type { Finding, Outcome } from './finding.ts';

const titles: Readonly<Record<Outcome, string>> = {
  'taken over': 'Taken over',
  needless: 'Needless here',
  'without counterpart': 'Without counterpart',
  'not known': 'Not known, and ignored',
};

/** What became of each option, for people. */
export function describeFindings(findings: readonly Finding[]): string {
  const width = Math.min(60, Math.max(...findings.map(({ name }) => name.length)));
  return Object.entries(titles)
    .map(([outcome, title]) => ({ title, found: findings.filter((finding) => finding.outcome === outcome) }))
    .filter(({ found }) => found.length > 0)
    .map(({ title, found }) => [`${title}:`, ...found.map((finding) => toLine(finding, width))].join('\n'))
    .join('\n\n');
}

function toLine({ name, options, remark }: Finding, width: number): string {
  const said = [options.join(', '), remark].filter((part) => part !== '').join('; ');
  return `  ${name.padEnd(width)}  ${said}`.trimEnd();
}
