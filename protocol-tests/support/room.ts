import { expect } from 'vitest';
import { Client } from './client.ts';
import { type Cluster, deadline } from './cluster.ts';
import { membersSeen } from './members.ts';
import { listUsers } from './queries.ts';
import type { Target } from './target.ts';

/** The presence channel that tests of a cluster share; each test has a cluster of its own. */
export const room = 'presence-room';

export async function member(target: Target, userId: string): Promise<Client> {
  const client = await Client.connect(target);
  await client.subscribe(room, { user_id: userId });
  return client;
}

/** One member on each node, in the order of the nodes: `user-0`, `user-1`, … */
export async function joinEach(cluster: Cluster): Promise<readonly Client[]> {
  const clients: Client[] = [];
  for (const [index, target] of cluster.targets.entries()) clients.push(await member(target, `user-${index}`));
  return clients;
}

/** Resolves when all of these clients and all nodes know exactly these members; nobody may have been told anything that contradicts itself. */
export async function expectMembers(cluster: Cluster, clients: readonly Client[], ids: readonly string[], seconds: number): Promise<void> {
  const left = deadline(seconds);
  for (const client of clients) await expect.poll(() => membersSeen(client, room), left()).toMatchObject({ ids, faults: [] });
  for (const target of cluster.targets) await expect.poll(() => listUsers(target, room), left()).toEqual(ids);
}
