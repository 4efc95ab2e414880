import { beforeEach, describe, expect, it } from 'vitest';
import { Client } from './support/client.ts';
import { errorFrame } from './support/refusal.ts';
import { needsOwnServer, sharedApp, type Target } from './support/target.ts';
import { unique } from './support/unique.ts';

describe('the rate of client events (clause 3.3)', () => {
  beforeEach(needsOwnServer('known rate limits'));

  /** Sends so many events at once, and resolves when all are answered: those that were relayed have arrived, the others are the errors. */
  async function burst(target: Target, events: number) {
    const channel = unique('private-room');
    const sender = await Client.connect(target);
    const receiver = await Client.connect(target);
    await sender.subscribe(channel);
    await receiver.subscribe(channel);
    for (let number = 0; number < events; number += 1) sender.send({ event: 'client-burst', channel, data: number });
    const errors = await sender.flush();
    const relayed = events - errors.length;
    for (let number = 0; number < relayed; number += 1) await receiver.next('client-burst');
    return { channel, sender, receiver, errors, relayed };
  }

  it('is 10 per second and connection by default, and what is above it is answered with 4301', async () => {
    const { sender, receiver, relayed, errors } = await burst(sharedApp('plain'), 30);
    expect(relayed).toBeGreaterThanOrEqual(10);
    expect(errors.length).toBeGreaterThan(0);
    for (const frame of errors) expect(frame).toEqual(errorFrame(4301));
    await sender.quiet(); // never closed: 4301 as close code would stop the client for ever
    await receiver.quiet();
  });

  it('can be configured, and is granted again as time passes', async () => {
    const { sender, receiver, channel, errors } = await burst(sharedApp('small'), 10);
    expect(errors.length).toBeGreaterThan(0);
    const isRelayed = async () => {
      sender.send({ event: 'client-later', channel, data: '{}' });
      return (await sender.flush()).length === 0;
    };
    await expect.poll(isRelayed, { timeout: 5000 }).toBe(true);
    expect(await receiver.next()).toMatchObject({ event: 'client-later' });
  });

  it('of one connection is not spent by another', async () => {
    const { sender, receiver, channel } = await burst(sharedApp('small'), 10);
    receiver.send({ event: 'client-answer', channel, data: '{}' });
    expect(await sender.next()).toMatchObject({ event: 'client-answer' });
  });
});
