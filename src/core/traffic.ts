import { Histogram, latencySeconds } from './histogram.ts';

/** What an app's clients and backends have sent and were sent since the start. */
export interface AppTraffic {
  /** Events of backends, of clients, and of the server itself; one on three channels counts three times. */
  apiEvents: number;
  clientEvents: number;
  serverEvents: number;
  /** WebSocket messages, and the bytes in them without their heads. */
  sentFrames: number;
  sentBytes: number;
  receivedFrames: number;
  receivedBytes: number;
  /** Requests of the app's backends, and the bytes of their bodies and of what they were answered. */
  requests: number;
  requestBytes: number;
  responseBytes: number;
}

function createAppTraffic(): AppTraffic {
  return {
    apiEvents: 0,
    clientEvents: 0,
    serverEvents: 0,
    sentFrames: 0,
    sentBytes: 0,
    receivedFrames: 0,
    receivedBytes: 0,
    requests: 0,
    requestBytes: 0,
    responseBytes: 0,
  };
}

/** How much passes through this node. Plain numbers: they are added to in passing and read by whoever shows them. */
export class Traffic {
  /** From the publisher to the sockets: seconds between the broker's `publish` and the hand-over to the engine, on the node that published. */
  readonly deliverySeconds = new Histogram(latencySeconds);
  /** HTTP answers by the pattern of their path and by status. */
  readonly answers = new Map<string, Map<number, number>>();
  readonly #apps = new Map<string, AppTraffic>();

  /** Of the app; it must be one that the store knows, which is what bounds their number. */
  of(appId: string): AppTraffic {
    return this.#apps.get(appId) ?? this.#add(appId);
  }

  /** By the app's id. */
  get apps(): ReadonlyMap<string, AppTraffic> {
    return this.#apps;
  }

  /** Frames to so many sockets of the app, each of so many bytes. */
  sent(appId: string, frames: number, bytes: number): void {
    const traffic = this.of(appId);
    traffic.sentFrames += frames;
    traffic.sentBytes += frames * bytes;
  }

  /** A request was answered. `route` is a pattern, never the path itself: patterns are few. */
  answered(route: string, status: number): void {
    let statuses = this.answers.get(route);
    if (statuses === undefined) {
      statuses = new Map();
      this.answers.set(route, statuses);
    }
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
  }

  #add(appId: string): AppTraffic {
    const traffic = createAppTraffic();
    this.#apps.set(appId, traffic);
    return traffic;
  }
}
