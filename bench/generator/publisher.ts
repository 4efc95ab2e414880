import type { Crowd } from './crowd.ts';
import { TriggerConnection } from './trigger-connection.ts';

/** Sends messages of one kind. */
export interface Publisher {
  /** Sends as soon as a connection is free. */
  publish(message: Buffer): void;
  close(): void;
}

interface Answers {
  /** Called after each answered request, with the time since it was sent. */
  readonly onAnswer: (milliseconds: number) => void;
  readonly onFault: (fault: Error) => void;
}

/** Publishes through kept-alive HTTP connections, one request at a time on each. */
export class TriggerPublisher implements Publisher {
  readonly #connections: readonly TriggerConnection[];
  readonly #idle: TriggerConnection[];
  readonly #sentAt = new Map<TriggerConnection, number>();
  readonly #waiting: Buffer[] = [];

  constructor(crowd: Crowd, connections: number, { onAnswer, onFault }: Answers) {
    const settle = (connection: TriggerConnection): void => {
      const sentAt = this.#sentAt.get(connection) ?? 0;
      const message = this.#waiting.shift();
      if (message === undefined) this.#idle.push(connection);
      else this.#send(connection, message);
      onAnswer(performance.now() - sentAt);
    };
    this.#connections = Array.from({ length: connections }, () => new TriggerConnection(crowd.settings.address, settle, onFault));
    this.#idle = [...this.#connections];
  }

  publish(message: Buffer): void {
    const connection = this.#idle.shift(); // in turn, because servers close connections that idle
    if (connection === undefined) this.#waiting.push(message);
    else this.#send(connection, message);
  }

  close(): void {
    for (const connection of this.#connections) connection.close();
  }

  #send(connection: TriggerConnection, message: Buffer): void {
    this.#sentAt.set(connection, performance.now());
    connection.post(message);
  }
}

/** Publishes client events, from each connection in turn. */
export class MemberPublisher implements Publisher {
  readonly #crowd: Crowd;
  #next = 0;

  constructor(crowd: Crowd) {
    this.#crowd = crowd;
  }

  publish(message: Buffer): void {
    this.#crowd.clients[this.#next]?.send(message);
    this.#next = (this.#next + 1) % this.#crowd.clients.length;
  }

  close(): void {}
}
