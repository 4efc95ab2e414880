import { describe, expect, it } from 'vitest';
import { eventsOfCluster, eventsOfWorkers, fleetOf, loneRedisCost, perCore } from './model.ts';

const core = { lonelyFrame: 4, busyFrame: 1, frameBytes: 150, trigger: 10, connection: 50, idleBytes: 2048 };
const tls = { secureFrame: 4, plainFrame: 3, secureConnection: 200 };
const asleep = { publishAsleep: 1, receiveAsleep: 0.25, redisAsleep: 2 };
const redis = { publish: 1, receive: 0.5, redisOfTwo: 1, redisOfFour: 1.2, ...asleep };

describe('capacity model', () => {
  it('lets a core be busy for its usable share only', () => {
    expect(perCore(10)).toBe(60_000);
  });

  it('charges all workers for every event', () => {
    const costs = { triggerOfTwo: 20, triggerOfFour: 40, parentOfTwo: 2, parentOfFour: 4, busyFrame: 1 };
    expect(eventsOfWorkers(costs, 4).ofWorkers).toBeCloseTo(4 * perCore(36));
    expect(eventsOfWorkers({ ...costs, triggerOfFour: 10 }, 4).ofWorkers).toBeCloseTo(4 * perCore(16));
  });

  it('has every event of workers go through their one parent', () => {
    const costs = { triggerOfTwo: 20, triggerOfFour: 40, parentOfTwo: 2, parentOfFour: 4, busyFrame: 1 };
    expect(eventsOfWorkers(costs, 14).ofParent).toBeCloseTo(perCore(14));
  });

  it('charges every process for receiving every event, and Redis for sending it to each', () => {
    const { ofProcesses, ofRedis } = eventsOfCluster(core, redis, 4);
    expect(ofProcesses).toBeCloseTo((4 * 600_000) / 13);
    expect(ofRedis).toBeCloseTo(600_000 / 1.2);
  });

  it('provides machines for the scarcest thing, and one more', () => {
    const fleet = fleetOf(core, tls, redis);
    expect(fleet).toMatchObject({ eventsPerSecond: 20_000, deliveriesPerSecond: 200_000, processesForTraffic: 5, processesForReturn: 3 });
    expect(fleet).toMatchObject({ processesForConnections: 40, machinesForMemory: 1, machines: 3 + 1 });
  });

  it('charges an event that comes alone as much as a whole batch', () => {
    expect(loneRedisCost(redis, 4)).toBeCloseTo(32 * 2.2);
    const { redisCores = 0, redisCoresOfLoneEvents = 0 } = fleetOf(core, tls, redis) ?? {};
    expect(redisCoresOfLoneEvents).toBeGreaterThan(redisCores);
  });

  it('has no answer when receiving alone fills every process', () => {
    expect(fleetOf(core, tls, { ...redis, receiveAsleep: 1 })).toBeUndefined();
  });
});
