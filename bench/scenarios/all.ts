import { clientEvents } from './client-event.ts';
import { connects } from './connect.ts';
import { disconnectStorm } from './disconnect-storm.ts';
import { deliveryWindow, fanOuts, smallChannels } from './fan-out.ts';
import { idleConnections } from './idle.ts';
import { collected } from './metrics.ts';
import { presenceStorm } from './presence-storm.ts';
import { redisBus } from './redis-bus.ts';
import { redisJoins } from './redis-join.ts';
import { redisNodes } from './redis-nodes.ts';
import { redisSweep } from './redis-sweep.ts';
import type { Scenario } from './scenario.ts';
import { besideSlowConsumer, slowConsumer } from './slow-consumer.ts';
import { soak } from './soak.ts';
import { overTls } from './tls.ts';
import { triggersToNobody } from './trigger.ts';
import { workers } from './workers.ts';

/** Everything that is measured, in the order of the report. */
export const scenarios: readonly Scenario[] = [
  ...fanOuts,
  deliveryWindow,
  ...smallChannels,
  ...clientEvents,
  ...triggersToNobody,
  ...connects,
  ...idleConnections,
  disconnectStorm,
  presenceStorm,
  slowConsumer,
  besideSlowConsumer,
  ...overTls,
  ...workers,
  ...collected,
  ...redisNodes,
  ...redisBus,
  ...redisJoins,
  redisSweep,
  soak,
];
