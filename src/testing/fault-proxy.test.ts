import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FaultProxy } from './fault-proxy.ts';

let received = '';
let server: Server;
let proxy: FaultProxy;
const clients: Socket[] = [];

beforeEach(async () => {
  received = '';
  server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      received += chunk.toString();
      socket.write(`<${chunk.toString()}>`);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  proxy = await FaultProxy.open({ port: (server.address() as AddressInfo).port, seed: 7 });
});

afterEach(async () => {
  for (const client of clients.splice(0)) client.destroy();
  await proxy.close();
  server.close();
});

async function dial(): Promise<{ client: Socket; answers: AsyncIterator<Buffer> }> {
  const client = connect(proxy.port, '127.0.0.1');
  client.setNoDelay(true);
  client.on('error', () => undefined);
  clients.push(client);
  await once(client, 'connect');
  return { client, answers: client[Symbol.asyncIterator]() };
}

describe('the fault proxy', () => {
  it('passes requests and answers on', async () => {
    const { client, answers } = await dial();
    client.write('a');
    expect(String((await answers.next()).value)).toBe('<a>');
  });

  it('keeps the order of what it delays by different times', async () => {
    proxy.delay({ minMilliseconds: 0, maxMilliseconds: 20 });
    const { client } = await dial();
    for (let index = 0; index < 10; index += 1) {
      client.write(String(index));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await expect.poll(() => received).toBe('0123456789');
  });

  it('cuts the connection after the server has executed a request and before it is answered', async () => {
    const { client, answers } = await dial();
    client.write('a');
    await answers.next();
    proxy.swallowNext((request) => request.includes('b'));
    client.write('b');
    await once(client, 'close');
    expect(received).toBe('ab');
    expect(await answers.next().catch(() => ({ done: true }))).toMatchObject({ done: true });
  });

  it('holds back everything during a partition and loses nothing of it', async () => {
    const { client, answers } = await dial();
    client.write('a');
    await answers.next();
    proxy.partition();
    client.write('b');
    const late = await dial();
    late.client.write('c');
    await new Promise((resolve) => setImmediate(resolve));
    expect(received).toBe('a');
    proxy.heal();
    expect(String((await answers.next()).value)).toBe('<b>');
    expect(String((await late.answers.next()).value)).toBe('<c>');
  });

  it('refuses connections until it is healed', async () => {
    proxy.refuse();
    const refused = connect(proxy.port, '127.0.0.1').on('error', () => undefined);
    await new Promise((closed) => refused.once('close', closed));
    proxy.heal();
    const { client, answers } = await dial();
    client.write('a');
    expect(String((await answers.next()).value)).toBe('<a>');
  });

  it('meets the same faults under the same seed', async () => {
    const executed: string[] = [];
    for (let round = 0; round < 2; round += 1) {
      received = '';
      const proxied = await FaultProxy.open({ port: (server.address() as AddressInfo).port, seed: 42 });
      proxied.disturb({ cut: 0.3, swallow: 0.3 });
      for (let index = 0; index < 20; index += 1) {
        const client = connect(proxied.port, '127.0.0.1');
        client.on('error', () => undefined);
        client.write(`${index},`);
        await Promise.race([once(client, 'data'), once(client, 'close')]);
        client.destroy();
      }
      executed.push(received);
      await proxied.close();
    }
    expect(executed[0]).toBe(executed[1]);
    expect(executed[0]?.split(',').length).toBeLessThan(20);
  });
});
