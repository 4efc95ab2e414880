import { expect, type TestContext } from 'vitest';
import { ownServer } from './own-server.ts';
import { parseLog, type StartOptions, type TestServer } from './server.ts';

type Labels = Readonly<Record<string, string>>;

interface Series {
  readonly name: string;
  readonly labels: Labels;
  readonly value: number;
}

/** What a collector read at one moment. */
export interface Scrape {
  readonly text: string;
  readonly series: readonly Series[];
  /** The sum of all series of this name that have these labels; `undefined` when there is none. */
  value(name: string, labels?: Labels): number | undefined;
}

export interface MeasuredServer {
  readonly server: TestServer;
  /** Where metrics are served. */
  readonly url: string;
  readonly port: number;
  readonly scrape: () => Promise<Scrape>;
  /** Waits until a series has the value: what clients do is counted a moment later. */
  readonly expectValue: (name: string, labels: Labels, value: number) => Promise<void>;
}

/** A server of this test's own that shows its metrics on a free port. */
export async function measuredServer(context: TestContext, config: object, options?: StartOptions): Promise<MeasuredServer> {
  const server = await ownServer(context, { metrics: { port: 0 }, ...config }, options);
  const port = await metricsPort(server);
  const url = `http://127.0.0.1:${port}`;
  const scrape = () => scrapeAt(`${url}/metrics`);
  const expectValue = async (name: string, labels: Labels, value: number) => {
    await expect.poll(async () => (await scrape()).value(name, labels), { timeout: 6000 }).toBe(value);
  };
  return { server, url, port, scrape, expectValue };
}

export async function metricsPort(server: TestServer): Promise<number> {
  const line = await server.line((text) => parseLog(text)?.msg === 'metrics listening');
  return Number(parseLog(line)?.port);
}

export async function scrapeAt(url: string): Promise<Scrape> {
  const text = await (await fetch(url)).text();
  const series = text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map(parseSeries);
  return {
    text,
    series,
    value(name, labels = {}) {
      const found = series.filter((one) => one.name === name && Object.entries(labels).every(([label, value]) => one.labels[label] === value));
      return found.length === 0 ? undefined : found.reduce((sum, one) => sum + one.value, 0);
    },
  };
}

function parseSeries(line: string): Series {
  const [, name = '', labels = '', value = ''] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
  if (name === '') throw new Error(`This is no series: ${line}`);
  const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, label = '', text = '']) => [label, text]);
  return { name, labels: Object.fromEntries(pairs), value: Number(value) };
}
