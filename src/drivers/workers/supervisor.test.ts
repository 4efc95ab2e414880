import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { FakeClock } from '../../testing/fake-clock.ts';
import { createRecordedLog } from '../../testing/recorded-log.ts';
import { spawnTestWorker, type WorkerBehaviour } from '../../testing/worker-process.ts';
import { Link } from './link.ts';
import { Supervisor, type WorkerStart, workerCount } from './supervisor.ts';

const supervisors: Supervisor[] = [];
const links: Link[] = [];

afterEach(async () => {
  for (const link of links.splice(0)) link.close();
  for (const supervisor of supervisors.splice(0)) await supervisor.kill();
});

/** `behaviours` of the processes in the order in which they are started; the last one goes for all others. */
function supervise(workers: number, behaviours: readonly (WorkerBehaviour | 'refused')[] = ['serve'], port = 0) {
  const log = createRecordedLog();
  const starts: WorkerStart[] = [];
  const children: ChildProcess[] = [];
  const supervisor = new Supervisor({
    workers,
    host: '127.0.0.1',
    port,
    log,
    clock: new FakeClock(),
    limits: { tickMilliseconds: 200, maxUnreadBytes: 16 * 1024 * 1024 },
    spawn: (start) => {
      const behaviour = behaviours[Math.min(starts.length, behaviours.length - 1)];
      starts.push(start);
      if (behaviour === 'refused') throw new Error('spawn ENOMEM');
      const child = spawnTestWorker(start, behaviour);
      children.push(child);
      return child;
    },
  });
  supervisors.push(supervisor);
  return { supervisor, log, starts, children };
}

/** A link of the test's own, to look at what the workers share. */
async function lookIn(start: WorkerStart | undefined): Promise<Link> {
  const link = new Link({ socketPath: start?.socketPath ?? '', workerId: 'test', lost: () => undefined });
  links.push(link);
  await link.open();
  return link;
}

const room = ['app', 'presence-room'] as const;

describe('the supervisor', { timeout: 20_000 }, () => {
  it('starts all workers on one free port', async () => {
    const { supervisor, starts } = supervise(3);
    const { port } = await supervisor.start();
    expect(port).toBeGreaterThan(0);
    expect(starts.map((start) => start.port)).toEqual([port, port, port]);
    const link = await lookIn(starts[0]);
    expect((await link.call('users', room)).toSorted()).toEqual(['0.1', '1.1', '2.1']);
  });

  it('replaces a worker that is killed, and its members are gone', async () => {
    const { supervisor, starts, children, log } = supervise(2);
    await supervisor.start();
    const link = await lookIn(starts[0]);
    children[1]?.kill('SIGKILL');
    await vi.waitFor(async () => expect((await link.call('users', room)).toSorted()).toEqual(['0.1', '1.2']), 5000);
    expect(await link.call('count', room)).toEqual({ subscriptions: 2, users: 2 });
    expect(log.lines.map(({ message }) => message)).toContain('a worker ended');
    expect(starts.at(-1)).toMatchObject({ workerId: '1.2', port: starts[0]?.port });
  });

  it('waits longer each time before it starts a worker that keeps failing', async () => {
    const { supervisor, children, log } = supervise(1, ['serve', 'fail', 'fail', 'fail', 'serve']);
    await supervisor.start();
    children[0]?.kill('SIGKILL');
    await vi.waitFor(() => expect(log.lines.at(-1)?.message).toBe('a worker was replaced'), 10_000);
    const waits = log.lines.filter(({ message }) => message === 'a worker ended').map(({ fields }) => fields.restartMilliseconds);
    expect(waits).toEqual([100, 200, 400, 800]);
  });

  it('tries again when the system has no room for another process', async () => {
    const { supervisor, children, log } = supervise(1, ['serve', 'refused', 'refused', 'serve']);
    await supervisor.start();
    children[0]?.kill('SIGKILL');
    await vi.waitFor(() => expect(log.lines.at(-1)?.message).toBe('a worker was replaced'), 10_000);
    expect(children).toHaveLength(2);
  });

  it('does not start, and leaves no process behind, when a worker cannot listen', async () => {
    const { supervisor, children } = supervise(2, ['serve', 'fail']);
    await expect(supervisor.start()).rejects.toThrow('worker 1 ended before it listened: exit code 3');
    await vi.waitFor(() => expect(children.every(({ exitCode, signalCode }) => exitCode !== null || signalCode !== null)).toBe(true));
  });

  it('does not start when another server listens on the port', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const { supervisor, children } = supervise(1, ['serve'], port);
    await expect(supervisor.start()).rejects.toThrow(`cannot listen on 127.0.0.1 port ${port}`);
    expect(children).toEqual([]);
    other.close();
  });

  it.each(['silent', 'deaf'] as const)('kills a worker that is %s, and replaces it', async (behaviour) => {
    const { supervisor, starts, children, log } = supervise(2, ['serve', behaviour, 'serve']);
    await supervisor.start();
    const link = await lookIn(starts[0]);
    const batch = [{ topic: 'app/room', frame: 'x'.repeat(1024 * 1024) }];
    for (let index = 0; behaviour === 'deaf' && index < 32; index += 1) await link.call('publish', batch, 0);
    link.close();
    await vi.waitFor(() => expect(log.lines.map(({ message }) => message)).toContain('a worker was replaced'), 10_000);
    expect(children[1]?.signalCode).toBe('SIGKILL');
    const later = await lookIn(starts[0]);
    await vi.waitFor(async () => expect((await later.call('users', room)).toSorted()).toEqual(['0.1', '1.2']));
  });

  it('asks all workers to stop, and resolves when they have', async () => {
    const { supervisor, children } = supervise(2);
    await supervisor.start();
    await supervisor.stop();
    expect(children.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
    expect(children).toHaveLength(2);
  });

  it('hands a signal on to all workers', async () => {
    const { supervisor, children } = supervise(2, ['serve']);
    await supervisor.start();
    const ended = Promise.all(children.map((child) => once(child, 'exit')));
    supervisor.signal('SIGHUP');
    expect(await ended).toEqual([
      [null, 'SIGHUP'],
      [null, 'SIGHUP'],
    ]);
  });

  it('leaves no worker behind that outlives it', async () => {
    const { supervisor, children } = supervise(1);
    await supervisor.start();
    const [child] = children;
    if (child === undefined) throw new Error('no worker was started');
    const ended = once(child, 'exit');
    await supervisor.kill();
    await ended;
  });

  it('takes "auto" for the number of processors', () => {
    expect(workerCount(3)).toBe(3);
    expect(workerCount('auto')).toBeGreaterThanOrEqual(1);
  });
});
