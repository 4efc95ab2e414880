import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { temporaryFolder } from '../src/testing/temporary-folder.ts';
import { apps } from './support/apps.ts';
import { makeCertificate } from './support/certificate.ts';
import { runCli } from './support/cli.ts';
import { metricFaults } from './support/metric-faults.ts';
import { measuredServer } from './support/metrics.ts';
import { complaintsOf } from './support/promtool.ts';

interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly description: string; readonly runbook_url: string };
}

interface Rules {
  readonly groups: readonly { readonly name: string; readonly rules: readonly Alert[] }[];
}

const rules = parse(readFileSync('config/prometheus/alerts.yml', 'utf8')) as Rules;
const alerts = rules.groups.flatMap((group) => group.rules);
const runbook = readFileSync('docs/operations.md', 'utf8');

/** Headings as the places that links lead to. */
const anchors = [...runbook.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
  title
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-'),
);

it('are rules that Prometheus accepts, and do what their tests say', () => {
  expect(complaintsOf('promtool', 'check', 'config', 'config/prometheus/prometheus.yml')).toBe('');
  expect(complaintsOf('promtool', 'check', 'rules', 'config/prometheus/alerts.yml')).toBe('');
  expect(complaintsOf('promtool', 'test', 'rules', 'config/prometheus/alerts.test.yml')).toBe('');
});

it('all have a test', () => {
  const { tests } = parse(readFileSync('config/prometheus/alerts.test.yml', 'utf8')) as { tests: readonly { readonly name: string }[] };
  const tested = new Set(tests.map(({ name }) => name));
  expect(alerts.map(({ alert }) => alert).filter((name) => !tested.has(name))).toEqual([]);
});

it('are routed to e-mail, Slack and a webhook by a configuration that Alertmanager accepts', () => {
  expect(complaintsOf('amtool', 'check-config', 'config/alertmanager/alertmanager.yml')).toBe('');
  const route = (severity: string) => ['config', 'routes', 'test', '--config.file=config/alertmanager/alertmanager.yml', `severity=${severity}`];
  expect(complaintsOf('amtool', ...route('critical'), '--verify.receivers=critical')).toBe('');
  expect(complaintsOf('amtool', ...route('warning'), '--verify.receivers=slack')).toBe('');
});

it('fire after 2 minutes when they are critical, after 5 when they are warnings', () => {
  const waits = { critical: '2m', warning: '5m' };
  for (const { alert, labels, ...rule } of alerts) expect({ alert, for: rule.for }).toEqual({ alert, for: waits[labels.severity as 'critical'] });
});

it('lead to a section of the runbook, and every section to an alert', () => {
  const linked = alerts.map(({ annotations }) => annotations.runbook_url.replace('docs/operations.md#', ''));
  expect(linked).toEqual(alerts.map(({ alert }) => alert.toLowerCase()));
  expect(linked.filter((anchor) => !anchors.includes(anchor))).toEqual([]);
  const sections = anchors.filter((anchor) => /^clarion[a-z]+$/.test(anchor));
  expect(sections.toSorted()).toEqual(linked.toSorted());
});

it('read only what a running server shows', async (context) => {
  const tls = makeCertificate(temporaryFolder());
  const { scrape } = await measuredServer(context, { apps: [apps.plain], server: { tls } });
  const scraped = await scrape();
  expect(alerts.flatMap(({ alert, expr }) => metricFaults(expr, scraped).map((fault) => `${alert}: ${fault}`))).toEqual([]);
});

it('have a runbook whose commands exist', async () => {
  const { stdout } = await runCli(['--help']);
  const commands = [...stdout.matchAll(/^ {2}([a-z-]+(?: [a-z]+)?) {2,}/gm)].map(([, name = '']) => name);
  const used = [...runbook.matchAll(/`clarion ([^`]+)`|^clarion (.+)$/gm)].map(([, inline, line]) => (inline ?? line ?? '').trim());
  expect(used.length).toBeGreaterThan(5);
  const named = used.map((use) => ({ use, command: commands.find((name) => use === name || use.startsWith(`${name} `)) }));
  expect(named.filter(({ command }) => command === undefined)).toEqual([]);
  const withFlags = named.filter(({ use }) => use.includes(' --'));
  const helps = await Promise.all(withFlags.map(({ command = '' }) => runCli([...command.split(' '), '--help'])));
  for (const [index, { use }] of withFlags.entries()) {
    for (const [flag] of use.matchAll(/--[a-z-]+/g)) expect(helps[index]?.stdout).toContain(flag);
  }
});
