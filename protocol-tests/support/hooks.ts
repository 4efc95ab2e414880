import type { HttpReceiver } from '../../src/testing/http-receiver.ts';
import { hooked, readWithSdk, type Told } from './webhooks.ts';

/** Every webhook event so far, in the order of its first arrival. What came again under its id, as may happen, is left out. */
export function hooksOf(receiver: HttpReceiver): readonly Told[] {
  const byId = new Map<string, Told>();
  for (const request of receiver.requests) {
    for (const event of readWithSdk(request, hooked)) if (!byId.has(event.id)) byId.set(event.id, event);
  }
  return [...byId.values()];
}

/** The same in short: `member_removed presence-room ann`. */
export function hookLines(receiver: HttpReceiver): readonly string[] {
  return hooksOf(receiver).map(lineOf);
}

function lineOf(event: Told): string {
  const user = 'user_id' in event ? [event.user_id] : [];
  return [event.name, event.channel, ...user].join(' ');
}

const opposites: ReadonlyMap<string, string> = new Map([
  ['channel_occupied', 'channel_vacated'],
  ['member_added', 'member_removed'],
]);

/** Occupied channels and present members as the webhooks tell it; throws when a transition is told twice in a row. */
export function stateByHooks(receiver: HttpReceiver): readonly string[] {
  const present = new Set<string>();
  for (const line of hookLines(receiver)) {
    const [name = '', ...rest] = line.split(' ');
    const key = rest.join(' ');
    const isComing = opposites.has(name);
    if (!isComing && ![...opposites.values()].includes(name)) continue;
    if (isComing === present.has(key)) throw new Error(`${line} was told twice in:\n${hookLines(receiver).join('\n')}`);
    if (isComing) present.add(key);
    else present.delete(key);
  }
  return [...present].sort();
}
