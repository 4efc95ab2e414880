import { describe, expect, it } from 'vitest';
import { eventsOfCluster, eventsOfWorkers, fleetOf, perCore } from './model.ts';

const core = { lonelyFrame: 4, busyFrame: 1, trigger: 10, connection: 50, idleBytes: 2048 };
const tls = { secureFrame: 5, secureConnection: 200 };
const redis = { publish: 1, receive: 0.5, redisOfTwo: 1, redisOfFour: 1.2 };

describe('capacity model', () => {
  it('lets a core be busy for its usable share only', () => {
    expect(perCore(10)).toBe(60_000);
  });

  it('charges every worker for every event', () => {
    expect(eventsOfWorkers({ triggerOfTwo: 20, triggerOfFour: 40 }, 4)).toBeCloseTo(4 * perCore(40));
    expect(eventsOfWorkers({ triggerOfTwo: 20, triggerOfFour: 10 }, 4)).toBeCloseTo(4 * perCore(20));
  });

  it('charges every process for receiving every event, and Redis for sending it to each', () => {
    const { ofProcesses, ofRedis } = eventsOfCluster(core, redis, 4);
    expect(ofProcesses).toBeCloseTo((4 * 600_000) / 13);
    expect(ofRedis).toBeCloseTo(600_000 / 1.2);
  });

  it('provides machines for the scarcest thing, and one more', () => {
    const fleet = fleetOf(core, tls, redis);
    expect(fleet).toMatchObject({ eventsPerSecond: 20_000, deliveriesPerSecond: 200_000, processesForTraffic: 3, processesForReturn: 3 });
    expect(fleet).toMatchObject({ processesForConnections: 40, machinesForMemory: 1, machines: 3 + 1 });
  });

  it('has no answer when receiving alone fills every process', () => {
    expect(fleetOf(core, tls, { ...redis, receive: 30 })).toBeUndefined();
  });
});
