import { expect, it } from 'vitest';
import { createClusterCounters } from '../../core/cluster-counters.ts';
import { BrokerUnavailable } from '../../core/ports.ts';
import { settled } from '../../testing/fake-clock.ts';
import { createRecordedLog } from '../../testing/recorded-log.ts';
import { RedisBroker } from './broker.ts';
import { LateRelays } from './late-relays.ts';
import { Origins } from './origins.ts';
import { partitionOf } from './partition.ts';
import { PartitionHealth } from './partition-health.ts';
import { Publisher } from './publisher.ts';

const origin = 'origin';
const count = 2;

/** A broker of two partitions, with what is sent in each. */
function setUp() {
  const counters = createClusterCounters();
  const monotonic = () => 0;
  const sent: number[] = [];
  const partitions = Array.from({ length: count }, (_, index) => {
    const health = new PartitionHealth({ isConnected: () => true, monotonic, failed: () => {} });
    health.subscribed(true);
    const link = { run: async () => sent.push(index) };
    const publisher = new Publisher({ origin, link, health, log: createRecordedLog(), counters, monotonic, givenUp: () => {} });
    return { publisher, health, lateRelays: new LateRelays(), origins: new Origins() };
  });
  return { broker: new RedisBroker({ origin, partitions, receive: () => {}, counters }), partitions, sent };
}

/** An event for each partition. */
const events = Array.from({ length: count }, (_, partition) => {
  const topics = Array.from({ length: 100 }, (_, index) => `app/room-${index}`);
  return { topic: topics.find((topic) => partitionOf(topic, count) === partition) ?? '', frame: '{}' };
});

it('sends each event in its partition', async () => {
  const { broker, sent } = setUp();
  await broker.publish(events);
  expect(sent).toEqual([0, 1]);
});

it('sends nothing of several events when the partition of one is known to be out of reach', async () => {
  const { broker, partitions, sent } = setUp();
  partitions[1]?.health.subscribed(false);
  await expect(broker.publish(events)).rejects.toThrow(BrokerUnavailable);
  await settled();
  expect(sent).toEqual([]);
  await broker.publish(events.slice(0, 1));
  expect(sent).toEqual([0]);
});
