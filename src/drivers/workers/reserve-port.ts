import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

/**
 * Resolves with the port, or with a free one for 0, for processes that will share it. Rejects when somebody listens there: sharing it would start,
 * and split the users between two servers. Workers cannot ask for port 0 themselves, because the system does not let others share what it picked.
 */
export async function reservePort(host: string, port: number): Promise<number> {
  const probe = createServer();
  try {
    probe.listen({ host, port, exclusive: true });
    await once(probe, 'listening'); // rejects with an `error` event
  } catch (cause) {
    throw new Error(`cannot listen on ${host} port ${port}: it is taken by another program, or not allowed`, { cause });
  }
  const reserved = (probe.address() as AddressInfo).port;
  probe.close();
  await once(probe, 'close');
  return reserved;
}
