import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openWorkerHost, settleLink, type WorkerHost } from '../../testing/worker-host.ts';
import type { Link } from './link.ts';

let parent: WorkerHost;

beforeEach(async () => {
  parent = await openWorkerHost();
});

afterEach(() => parent.close());

/** A worker that notes what it is told of the end of others, and of its own. */
async function startWorker(workerId: string, ids: readonly string[] = []): Promise<{ readonly link: Link; readonly told: readonly string[] }> {
  const told: string[] = [];
  const link = await parent.connect(workerId);
  link.on('ended', (ended) => told.push(`ended: ${ended.join()}`));
  link.on('end', () => told.push('end'));
  if (ids.length > 0) link.notify('knownAs', ids);
  await settleLink(link);
  return { link, told };
}

describe('the parent of workers that are known elsewhere', () => {
  it('tells one of the others when one has ended', async () => {
    const [a, b, c] = [await startWorker('0.1', ['a1', 'a2']), await startWorker('1.1', ['b1', 'b2']), await startWorker('2.1', ['c1', 'c2'])];
    a.link.close();
    await vi.waitFor(() => expect([...b.told, ...c.told]).toEqual(['ended: a1,a2']));
  });

  it('tells the next one that comes when there is no other', async () => {
    const [a, b] = [await startWorker('0.1', ['a1']), await startWorker('1.1', ['b1'])];
    b.link.close();
    await vi.waitFor(() => expect(a.told).toEqual(['ended: b1']));
    a.link.close();
    const unknown = await startWorker('0.2');
    await vi.waitFor(async () => expect((await startWorker('1.2', ['c1'])).told).toEqual(['ended: a1']));
    expect(unknown.told).toEqual([]);
  });

  it('has nothing to tell of one that took its leave', async () => {
    const [a, b] = [await startWorker('0.1', ['a1']), await startWorker('1.1', ['b1'])];
    a.link.notify('knownAs', []);
    await settleLink(a.link);
    a.link.close();
    const c = await startWorker('0.2', ['c1']);
    await settleLink(b.link);
    expect([...b.told, ...c.told]).toEqual([]);
  });
});

describe('workers that have drained', () => {
  it('may end at once when the others go on', async () => {
    const [a, b] = [await startWorker('0.1'), await startWorker('1.1')];
    a.link.notify('drained');
    await vi.waitFor(() => expect(a.told).toEqual(['end']));
    expect(b.told).toEqual([]);
  });

  it('wait for each other when all of them are to end', async () => {
    const [a, b, c] = [await startWorker('0.1'), await startWorker('1.1'), await startWorker('2.1')];
    parent.host.stop();
    a.link.notify('drained');
    c.link.close();
    await settleLink(a.link);
    expect(a.told).toEqual([]);
    b.link.notify('drained');
    await vi.waitFor(() => expect([...a.told, ...b.told]).toEqual(['end', 'end']));
  });

  it('do not wait for one that is gone', async () => {
    const [a, b] = [await startWorker('0.1'), await startWorker('1.1')];
    parent.host.stop();
    a.link.notify('drained');
    await settleLink(a.link);
    b.link.close();
    await vi.waitFor(() => expect(a.told).toEqual(['end']));
  });
});

it('hears why a worker cannot start before the worker ends', async () => {
  const { link } = await startWorker('0.1');
  await link.call('failed', 'no certificate');
  expect(parent.told).toEqual(['0.1 failed: no certificate']);
});
