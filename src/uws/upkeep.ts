import type { Counters } from '../core/counters.ts';
import type { Log } from '../core/ports.ts';
import type { UwsApp } from './app.ts';
import { OpenFiles, type OpenFilesSource, systemOpenFiles } from './open-files.ts';
import { type TlsFiles, TlsWatch } from './tls-files.ts';

interface UpkeepOptions {
  readonly app: Pick<UwsApp, 'stopListening' | 'listenAgain' | 'reload'>;
  readonly tls: TlsFiles | undefined;
  readonly openFilesPercent: number;
  readonly counters: Pick<Counters, 'openFiles'>;
  readonly log: Pick<Log, 'info' | 'warn' | 'error'>;
  /** For tests; the system's by default. */
  readonly source?: OpenFilesSource;
}

/** What the listening socket needs from second to second: file descriptors to accept with, and the certificate that is valid now. */
export class Upkeep {
  readonly #options: UpkeepOptions;
  readonly #openFiles: OpenFiles;
  readonly #watch: TlsWatch | undefined;
  #isScarce = false;

  constructor(options: UpkeepOptions) {
    this.#options = options;
    this.#openFiles = new OpenFiles({
      percent: options.openFilesPercent,
      source: options.source ?? systemOpenFiles,
      onChange: (isScarce) => this.#changeScarcity(isScarce),
    });
    this.#watch = options.tls && new TlsWatch(options.tls);
  }

  /** A TCP connection was opened (1) or closed (-1). */
  countSocket(by: number): void {
    this.#openFiles.change(by);
  }

  /** Called once a second while the server listens. */
  tick(): void {
    this.#openFiles.tick();
    if (this.#watch?.hasChanged() === true) this.reload();
    const { app, log } = this.#options;
    if (!this.#isScarce) app.listenAgain().catch((error: unknown) => log.error({ err: error }, 'cannot listen again'));
  }

  /** Takes the certificate from its files again; keeps the one it has when they cannot be used. */
  reload(): void {
    const { app, tls, log } = this.#options;
    if (tls === undefined) return log.info({}, 'nothing to reload: there is no server.tls');
    app.reload().then(
      () => log.info({ ...tls }, 'certificate reloaded'),
      (error: unknown) => log.error({ err: error }, 'the certificate could not be reloaded'),
    );
  }

  #changeScarcity(isScarce: boolean): void {
    const { app, counters, log, openFilesPercent } = this.#options;
    this.#isScarce = isScarce;
    if (!isScarce) return log.info({}, 'file descriptors are free again: accepting connections');
    counters.openFiles += 1;
    app.stopListening();
    log.warn({ openFilesPercent }, 'too few file descriptors are left: accepting no connections; raise the limit (ulimit -n, LimitNOFILE)');
  }
}
