import type { Drivers, DriversOptions } from '../core/ports.ts';
import { createRedisDrivers, type RedisDrivers } from '../drivers/redis/drivers.ts';
import type { RedisSettings } from '../drivers/redis/settings.ts';
import { createWorkerDrivers } from '../drivers/workers/drivers.ts';
import type { Link } from '../drivers/workers/link.ts';

const lookMilliseconds = 1000;

/** Workers meet in Redis when it is configured, else in their parent. */
export function driversOfWorker(link: Link, redis: RedisSettings | undefined): (options: DriversOptions) => Drivers {
  if (redis === undefined) return (options) => createWorkerDrivers(link, options);
  return (options) => mournedByOthers(link, createRedisDrivers({ ...options, settings: redis }));
}

/** The parent sees at once when a worker ends, Redis only when its lease has run out. So it has another worker tell Redis. */
function mournedByOthers(link: Link, drivers: RedisDrivers): Drivers {
  let told = '';
  const tell = (ids: readonly string[]): void => {
    if (ids.join() === told) return;
    told = ids.join();
    link.notify('knownAs', ids);
  };
  let timer: NodeJS.Timeout | undefined;
  link.on('ended', (ids) => drivers.bury(ids));
  return {
    ...drivers,
    async start() {
      await drivers.start();
      tell(drivers.nodes());
      timer = setInterval(() => tell(drivers.nodes()), lookMilliseconds);
    },
    async close() {
      clearInterval(timer);
      await drivers.close();
      tell([]);
    },
  };
}
