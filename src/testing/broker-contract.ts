import { afterEach, describe, expect, it } from 'vitest';
import type { Broker, BrokerMessage } from '../core/ports.ts';

/** A broker as one node has it. */
export interface BrokerNode {
  readonly broker: Broker;
  /** Batches that came in, oldest first. */
  readonly received: readonly (readonly BrokerMessage[])[];
  /** Resolves when everything that was accepted has come in. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

/** What every `Broker` guarantees to a node. `startNode` starts one that shares nothing with an earlier one. */
export function describeBroker(name: string, startNode: () => Promise<BrokerNode>): void {
  const started: BrokerNode[] = [];

  async function start(): Promise<BrokerNode> {
    const node = await startNode();
    started.push(node);
    return node;
  }

  afterEach(async () => {
    for (const node of started.splice(0)) await node.close();
  });

  describe(`${name} broker`, () => {
    it('delivers to the node that published', async () => {
      const { broker, received, settle } = await start();
      await broker.publish([event(1)]);
      await settle();
      expect(received.flat()).toEqual([event(1)]);
    });

    it('delivers every message as it was published, once', async () => {
      const { broker, received, settle } = await start();
      await broker.publish(awkward);
      await settle();
      expect(received.flat()).toEqual(awkward);
    });

    it('keeps the order of a channel over batches that are published without waiting', async () => {
      const { broker, received, settle } = await start();
      const batches = Array.from({ length: 100 }, (_, index) => [event(2 * index), event(2 * index + 1)]);
      await Promise.all(batches.map((batch) => broker.publish(batch)));
      await settle();
      expect(received.flat()).toEqual(batches.flat());
    });

    it('takes an empty batch', async () => {
      const { broker, received, settle } = await start();
      await broker.publish([]);
      await settle();
      expect(received.flat()).toEqual([]);
    });

    it('takes a batch of a megabyte', async () => {
      const { broker, received, settle } = await start();
      const batch = Array.from({ length: 100 }, (_, index) => ({ ...event(index), frame: 'x'.repeat(10_240) }));
      await broker.publish(batch);
      await settle();
      expect(received.flat()).toEqual(batch);
    });

    it('carries what clients say as well', async () => {
      const { broker, received, settle } = await start();
      const envelope = { topic: 'app/room', frame: '{"event":"client-hi"}', except: '1.2' };
      await broker.relay(envelope);
      await settle();
      expect(received.flat()).toEqual([envelope]);
    });

    it('is not in an outage', async () => {
      const { broker } = await start();
      expect(broker.outageMilliseconds()).toBe(0);
    });
  });
}

function event(number: number): BrokerMessage {
  return { topic: 'app/room', frame: JSON.stringify({ event: 'e', channel: 'room', data: String(number) }) };
}

const awkward: readonly BrokerMessage[] = [
  { topic: 'app/room', frame: '' },
  { topic: 'app/room', frame: '{"data":"é😀\u2028\u0000\\ud800"}', except: '1.2' },
  { topic: 'app/#server-to-user-a b/c', frame: '{}' },
  { topic: '1/__proto__', frame: '{}', except: '123456.7890' },
  { type: 'terminate', appId: 'app', userId: '__proto__' },
  { type: 'terminate', appId: 'app', userId: 'é "quoted" \\' },
];
