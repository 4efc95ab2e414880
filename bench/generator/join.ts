import type { JoinCommand, Outcome } from './command.ts';
import type { Crowd } from './crowd.ts';

/** All clients join a presence channel; resolves when each has heard of all who came after it. */
export async function join(crowd: Crowd, { channel, inFlight }: JoinCommand): Promise<Outcome> {
  const { clients, tally } = crowd;
  const before = { ...tally };
  const lost = crowd.lost;
  const startedAt = performance.now();
  const joiners = clients.entries();
  const lane = async (): Promise<void> => {
    for (const [nth, client] of joiners) {
      const member = { user_id: `user-${nth}`, user_info: { name: `Somebody ${nth}` } };
      await crowd.subscribe(client, channel, JSON.stringify(member));
      client.count();
    }
  };
  const frames = clients.length + (clients.length * (clients.length - 1)) / 2;
  const arrived = new Promise<void>((done, failed) => {
    crowd.watch(() => {
      if (tally.frames - before.frames >= frames) done();
    }, failed);
  });
  await Promise.all(Array.from({ length: inFlight }, lane));
  await arrived;
  crowd.watch();
  return {
    seconds: (performance.now() - startedAt) / 1000,
    units: clients.length,
    frames: tally.frames - before.frames,
    bytes: tally.bytes - before.bytes,
    lost: crowd.lost - lost,
  };
}
