import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { behaviours, HttpReceiver, type ReceivedRequest } from '../src/testing/http-receiver.ts';
import { temporaryFolder } from '../src/testing/temporary-folder.ts';
import { runCli } from './support/cli.ts';
import { Client } from './support/client.ts';
import { givenUp, hooked, makeCertificate, readWithSdk, startWithEndpoint, type Told, toldOf } from './support/webhooks.ts';

describe('a webhook that is not accepted', () => {
  it('is sent again, the same to the byte', async () => {
    const receiver = await HttpReceiver.open();
    receiver.behave = (response, request, attempt) => (attempt === 1 ? behaviours.answer(500) : behaviours.accept)(response, request, attempt);
    const { target } = await startWithEndpoint(receiver, { allowPrivateTargets: true });
    const client = await Client.connect(target);
    await client.subscribe('room');
    const [first, second] = await receiver.received(2);
    expect(second?.body).toBe(first?.body);
    expect(readWithSdk(second as ReceivedRequest, hooked)).toEqual([{ name: 'channel_occupied', channel: 'room', id: expect.any(String) }]);
  });

  it('is given up in the end, listed, and delivered by a replay under its id', async () => {
    const receiver = await HttpReceiver.open();
    receiver.behave = behaviours.answer(500);
    const file = join(temporaryFolder(), 'letters.jsonl');
    const { server, target, configFile } = await startWithEndpoint(receiver, { allowPrivateTargets: true, retrySeconds: 0, deadLetterFile: file });
    const client = await Client.connect(target);
    await client.subscribe('room');
    expect(await givenUp(server)).toBe('it answered 500');
    const [{ id }] = readWithSdk(receiver.requests[0] as ReceivedRequest, hooked) as [Told];
    expect(await server.stop()).toBe(0);

    const list = await runCli(['webhooks', 'list', '--config', configFile, '--file', file]);
    expect(list).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining(id) });
    receiver.behave = behaviours.accept;
    const replayed = await runCli(['webhooks', 'replay', '--config', configFile, '--file', file, id]);
    expect(replayed).toEqual({ code: 0, stderr: '', stdout: '1 delivered, 0 failed, 0 skipped.\n' });
    expect(readWithSdk(receiver.requests.at(-1) as ReceivedRequest, hooked)).toEqual([
      { name: 'channel_occupied', channel: 'room', id, time_ms: expect.any(Number) },
    ]);
  });
});

describe('when a server stops', () => {
  it('webhooks that wait are sent before it ends', async () => {
    const receiver = await HttpReceiver.open();
    const { server, target } = await startWithEndpoint(receiver, { allowPrivateTargets: true, smoothingMilliseconds: 60_000 });
    const client = await Client.connect(target);
    await client.subscribe('presence-room', { user_id: 'ann' });
    expect(await server.stop()).toBe(0);
    expect(toldOf(receiver, 'presence-room').map((event) => 'name' in event && event.name)).toEqual([
      'channel_occupied',
      'member_added',
      'member_removed',
      'channel_vacated',
    ]);
  });
});

describe('an endpoint', () => {
  it('on a private address is not called unless that is allowed', async () => {
    const receiver = await HttpReceiver.open();
    const { server, target } = await startWithEndpoint(receiver, {});
    const client = await Client.connect(target);
    await client.subscribe('room');
    expect(await givenUp(server)).toBe('127.0.0.1 is not on the public internet');
    expect(receiver.requests).toEqual([]);
  });

  it('without TLS is not called in production unless that is allowed', async () => {
    const receiver = await HttpReceiver.open();
    const { server, target } = await startWithEndpoint(receiver, { allowPrivateTargets: true }, { environment: { NODE_ENV: 'production' } });
    const client = await Client.connect(target);
    await client.subscribe('room');
    expect(await givenUp(server)).toBe('the URL is not an https URL');
    expect(receiver.requests).toEqual([]);
  });

  it('with TLS is called when its certificate is trusted, and not otherwise', async () => {
    const folder = temporaryFolder();
    const [trusted, unknown] = [makeCertificate(folder, 'trusted'), makeCertificate(folder, 'unknown')];
    const environment = { NODE_ENV: 'production', NODE_EXTRA_CA_CERTS: join(folder, 'trusted.pem') };
    const receiver = await HttpReceiver.open(trusted);
    const { target } = await startWithEndpoint(receiver, { allowPrivateTargets: true }, { environment });
    await (await Client.connect(target)).subscribe('room');
    expect(readWithSdk((await receiver.received(1))[0] as ReceivedRequest, hooked)).toHaveLength(1);

    const stranger = await HttpReceiver.open(unknown);
    const second = await startWithEndpoint(stranger, { allowPrivateTargets: true, retrySeconds: 0 }, { environment });
    await (await Client.connect(second.target)).subscribe('room');
    expect(await givenUp(second.server)).toMatch(/certificate/);
    expect(stranger.requests).toEqual([]);
  });
});
