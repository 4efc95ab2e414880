import type { WebSocket } from 'uWebSockets.js';
import type { Socket } from '../core/ports.ts';

/** The engine allows 123 bytes. Only ASCII is sent, so characters are bytes. */
const maxReasonCharacters = 123;

/** The engine's WebSocket behind the port. The engine throws on a closed one; this does nothing then. */
export class UwsSocket<Data> implements Socket {
  #ws: WebSocket<Data> | undefined;

  constructor(ws: WebSocket<Data>) {
    this.#ws = ws;
  }

  get isGone(): boolean {
    return this.#ws === undefined;
  }

  /** Called when the engine has closed it. */
  forget(): void {
    this.#ws = undefined;
  }

  send(frame: string): void {
    this.#ws?.send(frame);
  }

  publish(topic: string, frame: string): void {
    this.#ws?.publish(topic, frame);
  }

  subscribe(topic: string): void {
    this.#ws?.subscribe(topic);
  }

  unsubscribe(topic: string): void {
    this.#ws?.unsubscribe(topic);
  }

  ping(): void {
    this.#ws?.ping();
  }

  end(code: number, reason: string): void {
    this.#ws?.end(code, reason.replace(/[^\x20-\x7e]/g, '?').slice(0, maxReasonCharacters));
  }
}
