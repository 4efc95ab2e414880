import type { Client, Frame } from './client.ts';

/** A presence channel as one client was told of it. */
export interface Members {
  /** `undefined` before the client was subscribed. */
  readonly ids: readonly string[] | undefined;
  /** Frames that contradict what the client had been told before. */
  readonly faults: readonly string[];
  /** The comings and goings since the client subscribed last: `+ann`, `-bob`. */
  readonly changes: readonly string[];
}

/** Reads the frames of a client as pusher-js does, but trusts none. */
export function membersSeen({ received }: Client, channel: string): Members {
  let ids: Set<string> | undefined;
  const faults: string[] = [];
  let changes: string[] = [];
  for (const text of received) {
    if (!text.includes(channel)) continue;
    const frame: Frame = JSON.parse(text);
    if (frame.channel !== channel) continue;
    if (frame.event === 'pusher_internal:subscription_succeeded') {
      ids = new Set(JSON.parse(String(frame.data)).presence.ids);
      changes = [];
    } else if (frame.event.startsWith('pusher_internal:member_')) {
      const { user_id: id } = JSON.parse(String(frame.data));
      const isAdded = frame.event === 'pusher_internal:member_added';
      if (ids === undefined) faults.push(`${text} before the subscription`);
      else if (isAdded === ids.has(id)) faults.push(`${text} while there were ${[...ids]}`);
      if (isAdded) ids?.add(id);
      else ids?.delete(id);
      changes.push(`${isAdded ? '+' : '-'}${id}`);
    }
  }
  return { ids: ids === undefined ? undefined : [...ids].sort(), faults, changes };
}
