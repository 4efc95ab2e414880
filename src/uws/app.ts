import {
  App,
  LIBUS_LISTEN_EXCLUSIVE_PORT,
  SSLApp,
  type TemplatedApp,
  type us_listen_socket,
  us_listen_socket_close,
  us_socket_local_port,
} from 'uWebSockets.js';

/** Files in PEM form. */
export interface TlsFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

/** The engine's app, with the life of its listen socket. */
export class UwsApp {
  readonly #app: TemplatedApp;
  #listening: us_listen_socket | undefined;

  constructor(tls: TlsFiles | undefined) {
    this.#app = tls === undefined ? App() : SSLApp({ cert_file_name: tls.certFile, key_file_name: tls.keyFile });
  }

  /** To register routes on; only folder `uws` does. */
  get routes(): TemplatedApp {
    return this.#app;
  }

  /** Sends a frame to all subscribers of a topic. A WebSocket route must exist: without one the engine crashes. */
  publish(topic: string, frame: string): void {
    this.#app.publish(topic, frame);
  }

  /**
   * Resolves with the port, which 0 leaves to the system. Rejects when it is taken. Exclusive: by default two servers that listen on one port
   * would both start and split the users between them.
   */
  listen(host: string, port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      const done = (socket: us_listen_socket | false) => {
        if (socket === false) return reject(new Error(`cannot listen on ${host} port ${port}: it is taken by another program, or not allowed`));
        this.#listening = socket;
        resolve(us_socket_local_port(socket));
      };
      listenExclusively(this.#app, host, port, done);
    });
  }

  /** No new connections from now on; open ones stay. */
  stopListening(): void {
    if (this.#listening === undefined) return;
    us_listen_socket_close(this.#listening);
    this.#listening = undefined;
  }

  /** Cuts everything that is still open. */
  close(): void {
    this.#listening = undefined;
    this.#app.close();
  }
}

type Listen = (host: string, port: number, options: number, done: (socket: us_listen_socket | false) => void) => void;

/** The engine takes a host together with options; its declarations do not say so. */
function listenExclusively(app: TemplatedApp, host: string, port: number, done: (socket: us_listen_socket | false) => void): void {
  const listen = app.listen.bind(app) as unknown as Listen;
  listen(host, port, LIBUS_LISTEN_EXCLUSIVE_PORT, done);
}
