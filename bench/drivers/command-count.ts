import type { Redis } from 'ioredis';

/** How often Redis ran a command while the work lasted, calls from within scripts included. */
export async function commandsDuring(redis: Redis, command: 'evalsha' | 'hincrby', work: () => Promise<void>): Promise<number> {
  await redis.config('RESETSTAT');
  await work();
  const text = await redis.info('commandstats');
  return Number(new RegExp(`^cmdstat_${command}:calls=(\\d+)`, 'm').exec(text)?.[1] ?? 0);
}
