import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { temporaryFolder } from '../src/testing/temporary-folder.ts';
import { apps } from './support/apps.ts';
import { makeCertificate } from './support/certificate.ts';
import { metricFaults } from './support/metric-faults.ts';
import { measuredServer } from './support/metrics.ts';
import { substitute } from './support/promql.ts';
import { complaintsOf } from './support/promtool.ts';

interface Target {
  readonly refId: string;
  readonly expr: string;
  readonly datasource: { readonly type: string; readonly uid: string };
}

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly fieldConfig?: { readonly defaults: { readonly unit: string } };
  readonly targets?: readonly Target[];
}

interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly query: string | { readonly query: string } }[] };
  readonly panels: readonly Panel[];
}

const folder = 'config/grafana/dashboards';
const files = readdirSync(folder);
const dashboards = files.map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as Dashboard);
const shown = dashboards.flatMap(({ uid, panels }) => panels.filter(({ type }) => type !== 'row').map((panel) => ({ uid, ...panel })));
const targets = shown.flatMap(({ uid, title, targets: list = [] }) => list.map((target) => ({ where: `${uid}: ${title}`, ...target })));
const metrics = targets.filter(({ datasource }) => datasource.type === 'prometheus');

it('cover the overview, delivery, the cluster, security, webhooks and the runtime', () => {
  expect(files.toSorted()).toEqual(['cluster.json', 'delivery.json', 'overview.json', 'runtime.json', 'security.json', 'webhooks.json']);
  expect(new Set(dashboards.map(({ uid }) => uid)).size).toBe(files.length);
  for (const { description, tags } of dashboards)
    expect({ description, tags }).toEqual({ description: expect.stringMatching(/./), tags: ['clarion'] });
});

it('ask only what Prometheus can parse', () => {
  const file = join(temporaryFolder(), 'expressions.json'); // JSON is YAML
  const rules = metrics.map(({ expr }, index) => ({ record: `panel:${index}`, expr: substitute(expr) }));
  writeFileSync(file, JSON.stringify({ groups: [{ name: 'panels', rules }] }));
  expect(complaintsOf('promtool', 'check', 'rules', file)).toBe('');
});

it('ask only what a running server shows', async (context) => {
  const tls = makeCertificate(temporaryFolder());
  const { scrape } = await measuredServer(context, { apps: [apps.plain], server: { tls } });
  const scraped = await scrape();
  const named = dashboards.flatMap(({ uid, templating }) =>
    templating.list.map(({ name, query }) => ({ where: `${uid}: variable ${name}`, expr: typeof query === 'string' ? query : query.query })),
  );
  const faults = [...metrics, ...named].flatMap(({ where, expr }) =>
    metricFaults(substitute(expr).replaceAll('=~".*"', '!=""'), scraped).map((fault) => `${where}: ${fault}`),
  );
  expect(faults).toEqual([]);
});

it('use only variables that they have', () => {
  for (const { uid, templating, panels } of dashboards) {
    const known = new Set([...templating.list.map(({ name }) => name), '__rate_interval']);
    const used = [...JSON.stringify(panels).matchAll(/\$\{?(\w+)\}?/g)].map(([, name = '']) => name);
    expect({ uid, unknown: used.filter((name) => !known.has(name)) }).toEqual({ uid, unknown: [] });
  }
});

describe.each(dashboards)('$title', ({ panels }) => {
  it('has panels with ids, titles and queries of their own', () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    for (const { title, type, description, targets: list = [] } of panels) {
      expect(title).not.toBe('');
      if (type === 'row') continue;
      expect({ title, description }).toEqual({ title, description: expect.stringMatching(/\.$/) });
      expect({ title, queries: list.length > 0 && new Set(list.map(({ refId }) => refId)).size === list.length }).toEqual({ title, queries: true });
    }
  });

  it('has panels that lie beside each other', () => {
    const taken = new Map<string, string>();
    for (const { title, gridPos } of panels) {
      const { x, y, w, h } = gridPos;
      expect({ title, fits: x >= 0 && w > 0 && x + w <= 24 && h > 0 }).toEqual({ title, fits: true });
      for (let cell = 0; cell < w * h; cell += 1) {
        const place = `${x + (cell % w)}/${y + Math.floor(cell / w)}`;
        expect({ title, place, other: taken.get(place) }).toEqual({ title, place, other: undefined });
        taken.set(place, title);
      }
    }
  });
});

/** What a unit says must be what the expression gives. */
const units: ReadonlyMap<string, (expr: string) => boolean> = new Map([
  ['s', (expr) => /_seconds(_bucket|\b)/.test(expr)],
  ['bytes', (expr) => expr.includes('_bytes') && !expr.includes('rate(')],
  ['Bps', (expr) => expr.includes('rate(') && expr.includes('_bytes_total')],
  ['percentunit', (expr) => expr.includes('/') || expr.includes('seconds_')],
  ['cps', (expr) => expr.includes('rate(')],
  ['ops', (expr) => expr.includes('rate(')],
  ['reqps', (expr) => expr.includes('rate(')],
  ['short', (expr) => !/_seconds|_bytes/.test(expr)],
]);

it('have units that fit what they show', () => {
  for (const { uid, title, fieldConfig, targets: list = [] } of shown) {
    const unit = fieldConfig?.defaults.unit ?? '';
    for (const { expr } of list) expect({ uid, title, unit, fits: units.get(unit)?.(expr) ?? false }).toEqual({ uid, title, unit, fits: true });
  }
});

it('are where Grafana looks for them, with sources of their kinds', () => {
  const { providers } = parse(readFileSync('config/grafana/provisioning/dashboards/clarion.yml', 'utf8'));
  expect(providers).toMatchObject([{ type: 'file', options: { path: expect.any(String) } }]);
  const { datasources } = parse(readFileSync('config/grafana/provisioning/datasources/clarion.yml', 'utf8'));
  expect(datasources.map(({ type }: { type: string }) => type)).toEqual(['prometheus', 'loki']);
});

it('find logs that are kept for 744 hours', () => {
  const { limits_config: limits, compactor } = parse(readFileSync('config/loki/loki.yml', 'utf8'));
  expect({ ...limits, ...compactor }).toMatchObject({ retention_period: '744h', retention_enabled: true, delete_request_store: 'filesystem' });
});
