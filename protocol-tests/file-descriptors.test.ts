import { connect } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { apps } from './support/apps.ts';
import { Client } from './support/client.ts';
import { measuredServer } from './support/metrics.ts';
import { ownServer } from './support/own-server.ts';
import { parseLog } from './support/server.ts';
import { targetAt } from './support/target.ts';

const maxOpenFiles = 200;

/** Connects over TCP, and says whether that succeeded. */
function tryConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
  });
}

it('stops accepting before the file descriptors are used up, serves who is there, and accepts again when some are free', async (context) => {
  const server = await ownServer(context, { apps: [apps.plain] }, { maxOpenFiles });
  const target = targetAt(server.httpUrl, apps.plain);
  const first = await Client.connect(target);
  const crowd = [];
  for (let number = 0; number < maxOpenFiles && (await tryConnect(server.port)); number += 1) {
    crowd.push(await Client.connect(target).catch(() => undefined));
  }
  await server.line((line) => parseLog(line)?.msg?.toString().startsWith('too few file descriptors') === true);
  expect(crowd.length).toBeLessThan(maxOpenFiles);
  expect(await tryConnect(server.port)).toBe(false);
  await first.subscribe('room');
  await first.quiet();
  await Promise.all(crowd.map((client) => client?.close()));
  await server.line((line) => parseLog(line)?.msg?.toString().startsWith('file descriptors are free again') === true);
  await expect.poll(() => tryConnect(server.port), { timeout: 5000 }).toBe(true);
  await (await Client.connect(target)).quiet();
  await first.quiet();
});

it('shows its metrics to the collector that is there even when none is left', async (context) => {
  const limits = { openFilesPercent: 100 };
  const { scrape, server, url } = await measuredServer(context, { apps: [apps.plain], limits }, { maxOpenFiles });
  const target = targetAt(server.httpUrl, apps.plain);
  await scrape(); // over a connection that stays
  const crowd = [];
  for (let number = 0; number < maxOpenFiles && (await tryConnect(server.port)); number += 1)
    crowd.push(Client.connect(target).catch(() => undefined));
  await server.line((line) => parseLog(line)?.msg?.toString().startsWith('too few file descriptors') === true);
  const full = await scrape();
  expect(full.value('process_resident_memory_bytes')).toBeGreaterThan(0);
  expect(full.value('clarion_open_files_exhausted_total')).toBe(1);
  expect((await fetch(`${url}/usage`)).status).toBe(200);
  await Promise.all(crowd.map(async (client) => (await client)?.close()));
});
