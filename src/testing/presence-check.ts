import { isDeepStrictEqual } from 'node:util';
import type { Redis } from 'ioredis';
import type { ModelNode } from './model-node.ts';
import { address } from './registry-node.ts';

/** What is not as it has to be once everything is quiet, in words. */
export async function presenceFaults(nodes: readonly ModelNode[], channels: readonly string[]): Promise<readonly string[]> {
  const faults: string[] = [];
  for (const channel of channels) {
    const clients = nodes.flatMap((node) => [...node.clients].filter((client) => client.channel === channel).map((client) => ({ node, client })));
    const truth = sorted(clients.map(({ client }) => client.userId));
    for (const { node, client } of clients) {
      const members = client.members === undefined ? 'nothing' : sorted(client.members);
      if (!isDeepStrictEqual(members, truth)) faults.push(`${node.name}: ${client.userId} in ${channel} sees ${members}, there are ${truth}`);
    }
    for (const { name, node } of nodes) {
      const users = sorted(await node.registry.users(address(channel)));
      if (!isDeepStrictEqual(users, truth)) faults.push(`${name} reads users ${users} of ${channel}, there are ${truth}`);
      const count = await node.registry.count(address(channel));
      const expected = { subscriptions: clients.length, users: truth.length };
      if (!isDeepStrictEqual(count, expected)) faults.push(`${name} counts ${JSON.stringify(count)} in ${channel}, not ${JSON.stringify(expected)}`);
    }
  }
  return faults;
}

/** What is wrong with the facts in the stream: comings and goings have to alternate and to end in the truth. */
export async function hookFaults(redis: Redis, stream: string, nodes: readonly ModelNode[]): Promise<readonly string[]> {
  const faults: string[] = [];
  const present = new Set<string>();
  for (const [, fields] of await redis.xrange(stream, '-', '+')) {
    const { type, channel, userId } = JSON.parse(fields[1] ?? '') as { type: string; channel: string; userId?: string };
    const key = userId === undefined ? channel : `${channel} ${userId}`;
    const isComing = type === 'channel_occupied' || type === 'member_added';
    if (isComing === present.has(key)) faults.push(`webhooks tell twice ${type} ${key}`);
    if (isComing) present.add(key);
    else present.delete(key);
  }
  const truth = new Set(nodes.flatMap(({ clients }) => [...clients].flatMap(({ channel, userId }) => [channel, `${channel} ${userId}`])));
  if (!isDeepStrictEqual(sorted(present), sorted(truth))) faults.push(`webhooks end with ${sorted(present)}, there are ${sorted(truth)}`);
  return faults;
}

function sorted(values: Iterable<string>): readonly string[] {
  return [...new Set(values)].sort();
}
