import type { TemplatedApp } from 'uWebSockets.js';
import type { Backlog } from './backlog.ts';

/**
 * The sockets that were accepted with one certificate. The engine cannot change the certificate of an app, so each certificate has an app of its
 * own; and each app has its own topics, so what is published goes to all of them.
 */
export class Generation {
  readonly routes: TemplatedApp;
  /** Open WebSockets. */
  sockets = 0;
  readonly #all: readonly Generation[];
  readonly #backlog: Backlog;

  constructor(routes: TemplatedApp, all: readonly Generation[], backlog: Backlog) {
    this.routes = routes;
    this.#all = all;
    this.#backlog = backlog;
  }

  get backlog(): Backlog {
    return this.#backlog;
  }

  publish(topic: string, frame: string): void {
    this.#backlog.expect(frame.length * this.routes.numSubscribers(topic));
    this.routes.publish(topic, frame);
  }

  /** Publishes to the sockets of all other certificates. */
  publishBeside(topic: string, frame: string): void {
    if (this.#all.length === 1) return;
    for (const generation of this.#all) if (generation !== this) generation.publish(topic, frame);
  }
}
