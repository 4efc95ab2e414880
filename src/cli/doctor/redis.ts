import type { Log } from '../../core/ports.ts';
import { RedisClient } from '../../drivers/redis/client.ts';
import { checkServer } from '../../drivers/redis/server-check.ts';
import type { ConnectionSettings } from '../../drivers/redis/settings.ts';
import { compareClocks } from './clock.ts';
import type { Finding } from './finding.ts';

const subject = 'Redis';
const connectMilliseconds = 5000;
const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };

/** Whether Redis can be reached, is new enough, keeps what it is given, and has the same time. */
export async function checkRedis(settings: ConnectionSettings): Promise<readonly Finding[]> {
  const client = new RedisClient({ settings, log: silent, name: 'clarion-doctor' });
  try {
    await client.connected(connectMilliseconds);
    const advice = await checkServer(client.commands);
    const [seconds, microseconds] = await client.commands.time();
    const clock = compareClocks('Redis', Number(seconds) * 1000 + Number(microseconds) / 1000, Date.now());
    const findings: Finding[] = advice.map((text) => ({ grade: 'warning', subject, text }));
    return [...(findings.length > 0 ? findings : [{ grade: 'ok', subject, text: 'reached, new enough, and evicts nothing' } as const]), clock];
  } catch (cause) {
    return [{ grade: 'fault', subject, text: `${cause instanceof Error ? cause.message : String(cause)}: check redis.* and that it runs` }];
  } finally {
    client.close();
  }
}
