import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { RevocationList } from '../../core/revocation-list.ts';
import { createRecordedLog } from '../../testing/recorded-log.ts';
import { describeRevocations, type RevocationsNode, soon, userRevocation } from '../../testing/revocations-contract.ts';
import { testRedis } from '../../testing/test-redis.ts';
import { RedisRevocations } from './revocations.ts';

const redis = testRedis();

interface Node extends RevocationsNode {
  readonly revocations: RedisRevocations;
}

/** Nodes that look often, because nobody hands them messages. */
async function startNode(prefix: string, log = createRecordedLog()): Promise<Node> {
  const known = new RevocationList(Date);
  const revocations = new RedisRevocations({ client: redis.client, keySpace: { prefix, database: 0 }, known, log, lookMilliseconds: 20 });
  await revocations.start();
  return { revocations, known };
}

describeRevocations('redis', 3, async () => {
  const prefix = randomUUID();
  const nodes: Node[] = [];
  return {
    async startNode() {
      const node = await startNode(prefix);
      nodes.push(node);
      return node;
    },
    async close() {
      for (const { revocations } of nodes) revocations.close();
    },
  };
});

function size({ known }: Node): number {
  return [...known.all()].length;
}

describe('the redis revocations', () => {
  it('are put back by the nodes when Redis has lost its data', async () => {
    const prefix = randomUUID();
    const [one, two] = [await startNode(prefix), await startNode(prefix)];
    await one.revocations.revoke(userRevocation('before'));
    await soon(() => size(two) === 1);
    const keys = await redis.client.commands.keys(`${prefix}:*`);
    await redis.client.commands.del(...keys);
    await two.revocations.revoke(userRevocation('after'));
    await soon(() => size(one) === 2);
    await soon(async () => {
      const late = await startNode(prefix);
      late.revocations.close();
      return size(late) === 2;
    });
    for (const { revocations } of [one, two]) revocations.close();
  });

  it('leave nothing in Redis when all have ended', async () => {
    const prefix = randomUUID();
    const node = await startNode(prefix);
    await node.revocations.revoke(userRevocation('u', { endsAt: Date.now() + 1000 }));
    for (const key of await redis.client.commands.keys(`${prefix}:*`)) {
      const left = await redis.client.commands.pttl(key);
      expect(left, key).toBeGreaterThan(0);
      expect(left, key).toBeLessThanOrEqual(61_000);
    }
    node.revocations.close();
  });

  it('take what another program wrote for nothing', async () => {
    const prefix = randomUUID();
    const base = `${prefix}:0:{revocations}`;
    const node = await startNode(prefix);
    await node.revocations.revoke(userRevocation('u'));
    await redis.client.commands.zadd(`${base}:log`, 1, 'x');
    await redis.client.commands.zadd(`${base}:log`, 9e15, 'x/../y');
    await redis.client.commands.hset(`${base}:entries`, 'x/../y', 'now');
    await redis.client.commands.zadd(`${base}:ends`, 9e15, 'x/../y');
    await soon(() => size(node) === 1);
    const late = await startNode(prefix);
    expect(size(late)).toBe(1);
    for (const { revocations } of [node, late]) revocations.close();
  });

  it('say once that they cannot be read, and go on by themselves', async () => {
    const prefix = randomUUID();
    const log = createRecordedLog();
    const node = await startNode(prefix, log);
    await node.revocations.revoke(userRevocation('u'));
    await redis.client.commands.rename(`${prefix}:0:{revocations}:log`, `${prefix}:kept`);
    await redis.client.commands.set(`${prefix}:0:{revocations}:log`, 'not a sorted set');
    await soon(() => log.lines.length > 0);
    await redis.client.commands.rename(`${prefix}:kept`, `${prefix}:0:{revocations}:log`);
    const other = await startNode(prefix);
    await other.revocations.revoke(userRevocation('v'));
    await soon(() => size(node) === 2);
    expect(log.lines).toHaveLength(1);
    for (const { revocations } of [node, other]) revocations.close();
  });
});
