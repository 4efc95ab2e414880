import type { WebSocket } from 'uWebSockets.js';
import type { Socket } from '../core/ports.ts';
import type { AppTraffic } from '../core/traffic.ts';
import type { Reader } from './backlog.ts';
import type { Generation } from './generation.ts';

/** The engine allows 123 bytes. Only ASCII is sent, so characters are bytes. */
const maxReasonCharacters = 123;

/** The engine's WebSocket behind the port. The engine throws on a closed one; this does nothing then. */
export class UwsSocket<Data> implements Socket, Reader {
  #ws: WebSocket<Data> | undefined;
  readonly #generation: Generation;
  #isCut = false;
  /** Who is charged for what is sent to this socket alone; nobody before it belongs to an app. */
  traffic: AppTraffic | undefined = undefined;

  constructor(ws: WebSocket<Data>, generation: Generation) {
    this.#ws = ws;
    this.#generation = generation;
    generation.sockets += 1;
    generation.backlog.add(this);
  }

  get isGone(): boolean {
    return this.#ws === undefined;
  }

  get unsentBytes(): number {
    return this.#ws?.getBufferedAmount() ?? 0;
  }

  /** Called when the engine has closed it. */
  forget(): void {
    if (this.#ws === undefined) return;
    this.#ws = undefined;
    this.#generation.sockets -= 1;
    this.#generation.backlog.remove(this);
  }

  send(frame: string): void {
    this.#generation.backlog.expect(frame.length);
    if (this.#ws === undefined) return;
    if (this.traffic !== undefined) {
      this.traffic.sentFrames += 1;
      this.traffic.sentBytes += Buffer.byteLength(frame);
    }
    this.#ws.send(frame);
  }

  publish(topic: string, frame: string): void {
    if (this.#ws === undefined) return;
    this.#generation.backlog.expect(frame.length * this.#generation.routes.numSubscribers(topic));
    this.#ws.publish(topic, frame);
    this.#generation.publishBeside(topic, frame);
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

  /** Whether the backlog has closed it. */
  get isCut(): boolean {
    return this.#isCut;
  }

  cut(): void {
    this.#isCut = true;
    this.#ws?.close();
  }
}
