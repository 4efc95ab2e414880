/** Why something was refused, delayed or cut on this node. */
const limitReasons = [
  /** Messages above the rate of their connection. */
  'messages',
  /** Client events above the rate of their connection. */
  'clientEvents',
  /** Client events above the rate of their user. */
  'userClientEvents',
  /** Subscriptions that had to wait for their turn. */
  'subscriptionsDelayed',
  /** Subscriptions for which even the queue had no place. */
  'subscriptions',
  /** Connections that are ended because of a rate. */
  'terminated',
  /** HTTP events and reads above the rate of their app. */
  'backendEvents',
  'reads',
  /** Handshakes from an origin that the app does not allow. */
  'origin',
  /** Handshakes without TLS for an app that wants it. */
  'tlsOnly',
  /** Handshakes above the app's connections. */
  'appConnections',
  /** Handshakes above the rate, and above the connections, of their address. */
  'addressHandshakes',
  'addressConnections',
  /** Requests for authorisation above the rate of their address, and of their user. */
  'addressAuthRequests',
  'userAuthRequests',
  /** Handshakes that waited, and handshakes that found the queue full. */
  'handshakesDelayed',
  'handshakes',
  /** Readers that were too slow. */
  'slowReaders',
  /** Readers that were cut because all unsent bytes together were too many. */
  'unsentBytes',
  /** Requests that were refused because all bodies together were too large. */
  'requestBytes',
  /** Times the listen socket was closed for want of file descriptors. */
  'openFiles',
] as const;

export type LimitReason = (typeof limitReasons)[number];

/** How often each limit has acted since the start. Plain numbers: whoever shows them reads them. */
export type Counters = Record<LimitReason, number>;

export function createCounters(): Counters {
  return Object.fromEntries(limitReasons.map((reason) => [reason, 0])) as Counters;
}
