import { beforeEach, describe, expect, it } from 'vitest';
import { Client, dataOf } from './support/client.ts';
import { needsOwnServer, sharedApp } from './support/target.ts';
import { unique } from './support/unique.ts';

const plain = sharedApp('plain');
/** Pings after 1 s of silence and gives up 1 s later. */
const impatient = sharedApp('impatient');

describe('pings from the client (clause 1.3)', () => {
  it.each([
    ['an object', '{"event":"pusher:ping","data":{}}'],
    ['a string', '{"event":"pusher:ping","data":"{}"}'],
    ['nothing', '{"event":"pusher:ping"}'],
    ['null', '{"event":"pusher:ping","data":null}'],
  ])('are answered at once, before any subscription, when the data is %s', async (_data, frame) => {
    const client = await Client.connect(plain);
    client.send(frame);
    expect(await client.next()).toMatchObject({ event: 'pusher:pong' });
  });

  it('are answered with a string as data, like every frame', async () => {
    const client = await Client.connect(plain);
    client.send({ event: 'pusher:ping', data: {} });
    await client.next();
    expect(client.received.at(-1)).toBe('{"event":"pusher:pong","data":"{}"}');
  });

  it('are answered with the same payload when they are WebSocket pings', async () => {
    const client = await Client.connect(plain);
    expect(await client.ping('are you there?')).toBe('are you there?');
  });

  it('may be pongs that nobody asked for', async () => {
    const client = await Client.connect(plain);
    client.send({ event: 'pusher:pong', data: {} });
    client.pong();
    await client.quiet();
  });
});

describe('pings from the server (clause 1.3)', () => {
  beforeEach(needsOwnServer('an app with an activity timeout of 1 second'));

  it('reach an idle connection without subscriptions both as a frame and as a WebSocket ping', async () => {
    const client = await Client.connect(impatient);
    const [frame] = await Promise.all([client.next(), client.nextPing()]);
    expect(frame).toEqual({ event: 'pusher:ping', data: '{}' });
  });

  it('keep a connection that answers with WebSocket pongs only', async () => {
    const client = await Client.connect(impatient, { autoPong: true });
    for (let pings = 0; pings < 3; pings += 1) await client.next('pusher:ping');
    await client.quiet();
  });

  it('keep a connection that answers with pusher:pong only', async () => {
    const client = await Client.connect(impatient, { autoPong: false });
    for (let pings = 0; pings < 3; pings += 1) {
      await client.next('pusher:ping');
      client.send({ event: 'pusher:pong', data: {} });
    }
    await client.quiet();
  });

  it('keep a connection that answers with any other message', async () => {
    const client = await Client.connect(impatient, { autoPong: false });
    for (let pings = 0; pings < 3; pings += 1) {
      await client.next('pusher:ping');
      client.unsubscribe('never-subscribed');
    }
    await client.quiet();
  });

  it('end with an error frame and close 4201 when nothing answers', async () => {
    const client = await Client.connect(impatient, { autoPong: false });
    await client.next('pusher:ping');
    expect(await client.next('pusher:error')).toEqual({ event: 'pusher:error', data: { code: 4201, message: expect.any(String) } });
    expect((await client.closed).code).toBe(4201);
  });

  it('take a silent member out of its presence channel', async () => {
    const channel = unique('presence-room');
    const watcher = await Client.connect(impatient);
    await watcher.subscribe(channel, { user_id: 'watcher' });
    const silent = await Client.connect(impatient, { autoPong: false });
    await silent.subscribe(channel, { user_id: 'silent' });
    const left = await watcher.next('pusher_internal:member_removed');
    expect(dataOf(left)).toEqual({ user_id: 'silent' });
  });
});
