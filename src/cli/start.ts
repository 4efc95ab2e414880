import type { LoadedConfig } from '../config/load.ts';
import type { Log } from '../core/ports.ts';
import type { Server } from '../server.ts';
import { localUrl } from './address.ts';
import { describeDevelopmentApp } from './banner.ts';
import type { Command } from './command.ts';
import { configFlags, loadFrom, optionFlags } from './config-flags.ts';
import { type ExitCode, exitCodes } from './exit-code.ts';
import { createLog } from './log.ts';
import { listenForStop } from './signals.ts';
import { complain, type Terminal } from './terminal.ts';

/** `clarion start`: serves until a signal, then drains. */
export const start: Command = {
  name: 'start',
  summary: 'Start the server.',
  flags: { ...configFlags, ...optionFlags },
  details:
    'SIGTERM and SIGINT close all connections over `drain.windowSeconds` and exit with 0; a second signal exits at once with 1.\n' +
    'SIGHUP reads the certificate and its key again.\n' +
    'The log goes to standard output: lines of JSON, or lines for people on a terminal. The line "listening" has host and port.\n' +
    'How to use the development app is told on standard error, or on standard output when the log is for people.',
  async run(input, terminal) {
    const loaded = loadFrom(input, terminal);
    const { config, warnings } = loaded;
    const log = createLog(config.log, terminal.stdout, terminal.isInteractive);
    surviveLostReaders(terminal);
    for (const warning of warnings) log.warn({ warning }, 'configuration');
    const server = await createServer(loaded, log);
    const endSurvival = surviveErrors(log);
    try {
      return await serve(server, { loaded, log, terminal });
    } finally {
      endSurvival();
    }
  },
};

/** The engine reads its limit of request heads when it is loaded, so it is loaded after the configuration. */
async function createServer({ config }: LoadedConfig, log: Log): Promise<Server> {
  process.env.UWS_HTTP_MAX_HEADERS_SIZE = String(config.limits.requestHeaderBytes);
  const module = await import('../server.ts');
  return module.createServer(config, { log });
}

interface Surroundings {
  readonly loaded: LoadedConfig;
  readonly log: Log;
  readonly terminal: Terminal;
}

async function serve(server: Server, { loaded, log, terminal }: Surroundings): Promise<ExitCode> {
  const { config, usesDevelopmentApp } = loaded;
  const stop = listenForStop(terminal.signals, (signal) => {
    log.warn({ signal }, 'stopping at once');
    terminal.exit(exitCodes.failure);
  });
  const reload = () => server.reload();
  try {
    const bound = await server.start();
    terminal.signals.on('SIGHUP', reload);
    const { path } = config.server;
    log.info({ ...bound, ...(path !== '' && { path }), preset: config.preset ?? 'none', apps: config.apps.length }, 'listening');
    if (usesDevelopmentApp) announceDevelopmentApp(loaded, bound.port, log, terminal);
    const signal = await stop.requested;
    log.info({ signal, windowSeconds: config.drain.windowSeconds }, 'stopping');
    await server.stop();
    log.info({}, 'stopped');
    return exitCodes.success;
  } finally {
    terminal.signals.off('SIGHUP', reload);
    stop.release();
  }
}

function announceDevelopmentApp({ config }: LoadedConfig, port: number, log: Log, terminal: Terminal): void {
  const [app] = config.apps;
  if (app === undefined) return;
  log.warn({ appId: app.id, key: app.keys[0]?.key }, 'no app is configured: serving the development app');
  const text = describeDevelopmentApp(app, localUrl({ ...config.server, port }), Date.now());
  // Standard output belongs to the log; what is not JSON must not get between its lines.
  if (config.log.pretty) terminal.stdout.write(text);
  else complain(terminal, text);
}

/** When whoever reads the output goes away, the server stays. To the end of the process: the error of a write comes after the write. */
function surviveLostReaders({ stdout, stderr }: Terminal): void {
  stdout.on('error', () => {});
  stderr.on('error', () => {});
}

/** An error that nobody caught is a bug in one place, no reason to drop every connection. Returns the function that ends this. */
function surviveErrors(log: Log): () => void {
  const onError = (error: unknown) => log.error({ err: error }, 'unhandled error');
  process.on('uncaughtException', onError);
  return () => process.off('uncaughtException', onError);
}
