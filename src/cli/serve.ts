import type { Log } from '../core/ports.ts';
import type { LogLevel } from '../logs/level.ts';
import type { ProcessLog } from '../logs/process-log.ts';
import type { LineCounts } from '../metrics/line-counts.ts';
import { localUrl } from './address.ts';
import { describeDevelopmentApp } from './banner.ts';
import { type ExitCode, exitCodes } from './exit-code.ts';
import { listenForLevels } from './level-control.ts';
import { listenForStop } from './signals.ts';
import { complain, type Terminal } from './terminal.ts';
import type { Loaded } from './worker-start.ts';

/** What serves: a server in this process, or workers. */
export interface Service {
  /** How many processes serve. */
  readonly workers: number;
  /** Resolves when connections are accepted, with the port that was bound. */
  start(): Promise<{ readonly host: string; readonly port: number }>;
  /** Resolves when everything is closed in order. */
  stop(): Promise<void>;
  /** Reads certificates again. */
  reload(): void;
  /** Prepares lines of this level for the log, and none below. */
  setLogLevel(level: LogLevel): void;
  /** Ends what this process started, at once; the process itself ends afterwards. */
  kill(): Promise<void>;
}

/** What the process has. */
export interface Surroundings {
  readonly loaded: Loaded;
  readonly log: ProcessLog;
  /** The log's warnings and errors, for whoever shows them. */
  readonly lines: LineCounts;
  readonly terminal: Terminal;
}

/** Serves until a signal, then drains. A second signal ends the process. */
export async function serve(service: Service, { loaded, log, terminal }: Surroundings): Promise<ExitCode> {
  const { config, usesDevelopmentApp } = loaded;
  const stop = listenForStop(terminal.signals, (signal) => {
    log.warn({ signal }, 'stopping at once');
    void service.kill().finally(() => terminal.exit(exitCodes.failure));
  });
  const endLevels = listenForLevels({ signals: terminal.signals, log, changed: (level) => service.setLogLevel(level) });
  const reload = () => service.reload();
  try {
    const bound = await service.start();
    terminal.signals.on('SIGHUP', reload);
    log.info({ ...bound, ...describe(loaded, service) }, 'listening');
    if (usesDevelopmentApp) announceDevelopmentApp(loaded, bound.port, log, terminal);
    const signal = await stop.requested;
    log.info({ signal, windowSeconds: config.drain.windowSeconds }, 'stopping');
    await service.stop();
    log.info({}, 'stopped');
    return exitCodes.success;
  } finally {
    terminal.signals.off('SIGHUP', reload);
    endLevels();
    stop.release();
  }
}

function describe({ config: { server, preset, apps } }: Loaded, { workers }: Service): object {
  return { ...(server.path !== '' && { path: server.path }), preset: preset ?? 'none', apps: apps.length, ...(workers > 1 && { workers }) };
}

function announceDevelopmentApp({ config }: Loaded, port: number, log: Log, terminal: Terminal): void {
  const [app] = config.apps;
  if (app === undefined) return;
  log.warn({ appId: app.id, key: app.keys[0]?.key }, 'no app is configured: serving the development app');
  const text = describeDevelopmentApp(app, localUrl({ ...config.server, port }), Date.now());
  // Standard output belongs to the log; what is not JSON must not get between its lines.
  if (config.log.pretty) terminal.stdout.write(text);
  else complain(terminal, text);
}
