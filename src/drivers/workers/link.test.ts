import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createClusterCounters } from '../../core/cluster-counters.ts';
import type { BrokerMessage } from '../../core/ports.ts';
import { systemClock } from '../system-clock.ts';
import { WorkerBroker } from './broker.ts';
import { Link } from './link.ts';

let directory: string;
let socketPath: string;
let server: Server;
const sockets: Socket[] = [];
const links: Link[] = [];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'clarion-link-'));
  socketPath = join(directory, 'parent.sock');
  server = createServer((socket) => sockets.push(socket.on('error', () => undefined))).listen(socketPath);
  await once(server, 'listening');
});

afterEach(async () => {
  for (const link of links.splice(0)) link.close();
  for (const socket of sockets.splice(0)) socket.destroy();
  server.close();
  await rm(directory, { recursive: true });
});

async function openLink(lost: () => void = () => undefined): Promise<Link> {
  const link = new Link({ socketPath, workerId: '0.1', lost });
  links.push(link);
  await link.open();
  return link;
}

describe('the link of a worker', () => {
  it('hands on to its own subscribers what clients say while the parent does not answer', async () => {
    const link = await openLink();
    const received: (readonly BrokerMessage[])[] = [];
    const receive = (batch: readonly BrokerMessage[]) => received.push(batch);
    const broker = new WorkerBroker({ link, receive, clock: systemClock, counters: createClusterCounters() });
    await broker.relay({ topic: 'app/room', frame: '1' }); // was sent, and may still reach all
    await broker.relay({ topic: 'app/room', frame: '2' });
    expect(received).toEqual([[{ topic: 'app/room', frame: '2' }]]);
  });

  it('gives a parent up that leaves 128 MB of notices unread', async () => {
    const lost = vi.fn();
    const link = await openLink(lost);
    const fact = { type: 'cache_miss', appId: 'app', channel: 'x'.repeat(8 * 1024 * 1024), at: 0 } as const;
    for (let index = 0; index < 20; index += 1) link.notify('addFact', fact);
    await vi.waitFor(() => expect(lost).toHaveBeenCalledOnce());
  });

  it('rejects a call that the parent does not answer within two seconds, and is not up then', async () => {
    const link = await openLink();
    expect(link.isUp).toBe(true);
    await expect(link.call('publish', [], 0)).rejects.toMatchObject({ name: 'BrokerUnavailable' });
    expect(link.isUp).toBe(false);
  });

  it('rejects calls at once when the parent leaves 64 MB unread', async () => {
    const link = await openLink();
    const batch = [{ topic: 'app/room', frame: 'x'.repeat(1024 * 1024) }];
    for (let index = 0; index < 80; index += 1) link.call('publish', batch, 0).catch(() => undefined);
    const failed = vi.fn();
    link.call('publish', batch, 0).catch(failed);
    await new Promise((resolve) => setImmediate(resolve));
    expect(failed).toHaveBeenCalledWith(expect.objectContaining({ name: 'BrokerUnavailable' }));
    expect(link.isUp).toBe(false);
  });

  it('tells once that the parent is gone, and rejects what waits', async () => {
    const lost = vi.fn();
    const link = await openLink(lost);
    const waiting = link.call('publish', [], 0).catch((error: unknown) => error);
    await vi.waitFor(() => expect(sockets).toHaveLength(1));
    sockets[0]?.destroy();
    expect(await waiting).toMatchObject({ name: 'BrokerUnavailable' });
    expect(lost).toHaveBeenCalledOnce();
    await expect(link.call('publish', [], 0)).rejects.toMatchObject({ name: 'BrokerUnavailable' });
  });

  it('does not call its own end a loss', async () => {
    const lost = vi.fn();
    const link = await openLink(lost);
    await vi.waitFor(() => expect(sockets).toHaveLength(1));
    const ended = once(sockets[0]?.resume() as Socket, 'end');
    link.close();
    await ended;
    expect(lost).not.toHaveBeenCalled();
  });
});
