import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createRecordedLog } from '../testing/recorded-log.ts';
import { MetricsPort } from './port.ts';
import type { Readings } from './readings.ts';

const empty: Readings = { metrics: [], usage: { used: 1, total: 4 } };

async function openPort(read: () => Promise<readonly Readings[]>, port = 0) {
  const log = createRecordedLog();
  const metrics = new MetricsPort({ settings: { host: '127.0.0.1', port }, log, read, retryMilliseconds: 20 });
  onTestFinished(() => metrics.close());
  await metrics.open();
  const url = () => `http://127.0.0.1:${log.lines.find(({ message }) => message === 'metrics listening')?.fields.port}`;
  return { metrics, log, url };
}

describe('the port of metrics', () => {
  it('reads once for all who ask at the same time', async () => {
    let reads = 0;
    let go: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      go = resolve;
    });
    const { url } = await openPort(async () => {
      reads += 1;
      await gate;
      return [empty];
    });
    const asked = [1, 2, 3].map(() => fetch(`${url()}/usage`));
    await expect.poll(() => reads).toBe(1);
    go();
    for (const response of await Promise.all(asked)) expect(await response.json()).toEqual({ memory: { free: 3, used: 1, total: 4, percent: 25 } });
    expect(reads).toBeLessThanOrEqual(3);
  });

  it('answers 500, says why in the log, and goes on when reading fails', async () => {
    let isBroken = true;
    const { url, log } = await openPort(async () => {
      if (isBroken) throw new Error('broken');
      return [empty];
    });
    expect((await fetch(`${url()}/metrics`)).status).toBe(500);
    expect(log.lines.at(-1)).toMatchObject({ level: 'error', message: 'metrics could not be collected' });
    isBroken = false;
    expect((await fetch(`${url()}/metrics`)).status).toBe(200);
  });

  it('warns once of a port that is taken, and opens it when it is free', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const { port } = holder.address() as AddressInfo;
    const { log } = await openPort(async () => [empty], port);
    expect(log.lines).toMatchObject([{ level: 'warn', fields: { port } }]);
    holder.close();
    await expect.poll(() => log.lines.at(-1)?.message).toBe('metrics listening');
    expect(log.lines.filter(({ level }) => level === 'warn')).toHaveLength(1);
  });

  it('does not open any more once it was closed', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const { metrics, log } = await openPort(async () => [empty], (holder.address() as AddressInfo).port);
    metrics.close();
    holder.close();
    await once(holder, 'close');
    await metrics.open();
    expect(log.lines.map(({ message }) => message)).not.toContain('metrics listening');
  });
});
