import { PusherError } from '../protocol/error.ts';
import { end } from './close.ts';
import type { Connection } from './connection.ts';
import type { Hub } from './hub.ts';

const stepMilliseconds = 100;

/**
 * Closes all connections with 4200, in random order, spread evenly over the window, so that the clients' return and their authorisation
 * requests do not come as one wave. Resolves when none is left.
 */
export async function drain(hub: Pick<Hub, 'connections'>, windowSeconds: number): Promise<void> {
  const waiting = shuffle([...hub.connections.values()]);
  const steps = Math.max(1, Math.floor((windowSeconds * 1000) / stepMilliseconds));
  for (let step = 0; step < steps && hub.connections.size > 0; step += 1) {
    if (step > 0) await pause(stepMilliseconds);
    const due = waiting.slice(share(step), share(step + 1));
    endAll(due);
  }
  endAll([...hub.connections.values()]); // those that were admitted meanwhile

  function share(step: number): number {
    return Math.ceil((waiting.length * step) / steps);
  }
}

function endAll(connections: readonly Connection[]): void {
  for (const connection of connections) end(connection, new PusherError('SERVER_CLOSING'));
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}

/** Fisher and Yates. */
function shuffle<Item>(items: Item[]): Item[] {
  for (let last = items.length - 1; last > 0; last -= 1) {
    const other = Math.floor(Math.random() * (last + 1));
    const item = items[last] as Item;
    items[last] = items[other] as Item;
    items[other] = item;
  }
  return items;
}
