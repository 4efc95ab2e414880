import { type ChildProcess, spawn } from 'node:child_process';
import type { WorkerStart } from '../drivers/workers/supervisor.ts';

/** How a worker process behaves: serves, ends before it listens, ends after a while, falls silent, or reads nothing. */
export type WorkerBehaviour = 'serve' | 'fail' | 'silent' | 'deaf';

/**
 * A small worker that knows only how to talk to its parent: it listens on the shared port in name alone, holds a seat in `presence-room` as the
 * user of its id, and ends at SIGTERM or when its parent is gone.
 */
const source = `
const net = require('node:net');
const [socketPath, workerId, port, behaviour] = process.argv.slice(1);
if (behaviour === 'fail') process.exit(3);
const socket = net.connect(socketPath);
const send = (...messages) => {
  const body = Buffer.from(JSON.stringify(messages));
  const header = Buffer.alloc(4);
  header.writeUInt32BE(body.length);
  socket.write(Buffer.concat([header, body]));
};
const room = ['app', 'presence-room'];
send([0, 'hello', workerId], [0, 'hold', room, 1], [1, 'take', room, { userId: workerId, userInfo: 'null' }, null]);
send([0, 'listening', '127.0.0.1', Number(port)]);
if (behaviour === 'deaf') socket.pause();
else socket.resume();
if (behaviour !== 'silent') setInterval(() => send([0, 'heartbeat']), 20);
socket.on('close', () => process.exit(1));
socket.on('error', () => process.exit(1));
process.on('SIGTERM', () => process.exit(0));
`;

/** Starts such a process. */
export function spawnTestWorker({ socketPath, workerId, port }: WorkerStart, behaviour: WorkerBehaviour = 'serve'): ChildProcess {
  return spawn(process.execPath, ['-e', source, socketPath, workerId, String(port), behaviour], { detached: true, stdio: 'ignore' });
}
