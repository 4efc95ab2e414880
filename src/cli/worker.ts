import { Link } from '../drivers/workers/link.ts';
import type { WorkerStart } from '../drivers/workers/supervisor.ts';
import { parseLevel } from '../logs/level.ts';
import type { Server } from '../server.ts';
import { createServer } from './create-server.ts';
import { describeError } from './describe-error.ts';
import { type ExitCode, exitCodes } from './exit-code.ts';
import type { Surroundings } from './serve.ts';
import { listenForStop } from './signals.ts';
import { driversOfWorker } from './worker-drivers.ts';

/** From the parent's end to this worker's: for all that is still to be sent. */
const farewellMilliseconds = 700;

/** A worker: serves until its parent says otherwise, or is gone. What makes it fail at its start its parent tells the world. */
export async function serveAsWorker(start: WorkerStart, surroundings: Surroundings): Promise<ExitCode> {
  const { log, terminal } = surroundings;
  let server: Server | undefined;
  const reload = () => server?.reload();
  const lost = () => {
    log.error({}, 'the parent of this worker is gone: closing all connections');
    setTimeout(() => terminal.exit(exitCodes.failure), farewellMilliseconds);
    server?.abandon();
  };
  // Who stops a service may signal all of its processes, and its parent does so too. Those that do not stop are killed by the parent.
  const stop = listenForStop(terminal.signals, () => undefined);
  terminal.signals.on('SIGHUP', reload);
  // Its parent says at which level it logs; a service manager may signal all processes of a service.
  terminal.signals.on('SIGUSR2', ignore);
  const link = new Link({ ...start, lost });
  link.on('logLevel', (text) => {
    log.level = parseLevel(text) ?? log.level;
    server?.setLogLevel(log.level);
  });
  try {
    await link.open();
    server = await startServer(start, link, surroundings);
    if (server === undefined) return exitCodes.failure;
    await stop.requested;
    await server.stop();
    return exitCodes.success;
  } finally {
    link.close();
    terminal.signals.off('SIGHUP', reload);
    terminal.signals.off('SIGUSR2', ignore);
    stop.release();
  }
}

function ignore(): void {}

async function startServer(start: WorkerStart, link: Link, { lines, loaded, log }: Surroundings): Promise<Server | undefined> {
  const config = { ...loaded.config, server: { ...loaded.config.server, port: start.port } };
  try {
    const server = await createServer(config, { lines, log, sharesPort: true, createDrivers: driversOfWorker(link, config.redis) });
    const { host, port } = await server.start();
    server.setLogLevel(log.level); // which may have changed since it was created
    link.notify('listening', host, port);
    const { readMetrics } = server;
    if (readMetrics !== undefined) link.on('report', (number) => void readMetrics().then((readings) => link.notify('report', number, readings)));
    return server;
  } catch (error) {
    await link.call('failed', describeError(error));
    return undefined;
  }
}
