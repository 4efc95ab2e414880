import { readFileSync } from 'node:fs';
import asyncApiSchema from '@asyncapi/specs/schemas/3.0.0-without-$id.json';
import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { parse } from 'yaml';
import { trigger } from './support/api.ts';
import { Client, type Frame } from './support/client.ts';
import { isForeign } from './support/own-server.ts';
import { startServer, type TestServer } from './support/server.ts';
import { channelAuth, userAuth } from './support/signature.ts';
import { type Credentials, needsOwnServer, type Target, targetAt } from './support/target.ts';
import { signToken } from './support/token.ts';

interface Message {
  readonly payload: object;
  readonly examples: readonly { readonly name: string; readonly payload: Frame }[];
}

const document = parse(readFileSync(new URL('../docs/asyncapi.yaml', import.meta.url), 'utf8'));
const messages = new Map(Object.entries<Message>(document.components.messages));

const tokenSecret = 'the secret of the issuer of tokens';
const jwt = { secret: tokenSecret };
const app = { id: '1', key: 'app-key', secret: 'app-secret', subscriptionCount: true, watchlist: true, jwt };
const impatient = { id: '2', key: 'impatient-key', secret: 'impatient-secret', limits: { activityTimeoutSeconds: 1, pongTimeoutSeconds: 1 } };

let server: TestServer;
beforeEach(needsOwnServer('apps of its own'));
beforeAll(async () => {
  if (!isForeign()) server = await startServer({ apps: [app, impatient], drain: { windowSeconds: 0 } });
});
afterAll(async () => void (await server?.stop()));

const at = (credentials: Credentials): Target => targetAt(server.httpUrl, credentials);

/** Examples that were sent or received so far. */
const seen = new Set<string>();

function example(message: string, name: string): Frame {
  const found = messages.get(message)?.examples.find((candidate) => candidate.name === name)?.payload;
  if (found === undefined) throw new Error(`docs/asyncapi.yaml has no example "${name}" of ${message}`);
  seen.add(`${message}: ${name}`);
  return found;
}

/** Sends an example, with a real signature in the place of SIGNATURE. */
function say(client: Client, message: string, name: string, token = ''): void {
  const { event, data, ...rest } = example(message, name);
  const fields = typeof data === 'object' && data !== null ? (data as Record<string, string>) : {};
  const { channel = '', channel_data: channelData, user_data: userData } = fields;
  const auth = userData === undefined ? channelAuth(app, client.socketId, channel, channelData) : userAuth(app, client.socketId, userData);
  const signed = { ...fields, ...(fields.auth?.endsWith(':SIGNATURE') && { auth }), ...(fields.token === 'TOKEN' && { token }) };
  client.send({ event, ...rest, data: signed });
}

/** Waits for an example. What differs each time is put into the words of the document first. */
async function hear(client: Client, message: string, name: string): Promise<void> {
  const expected = example(message, name);
  const isMeant = ({ event, channel }: Frame) => event === expected.event && channel === expected.channel;
  expect(masked(await client.next(isMeant))).toEqual(expected);
}

function masked(frame: Frame): Frame {
  const text = JSON.stringify(frame)
    .replace(/\b\d+\.\d+\b/, '123.456')
    .replace(/(expires_at\\":)\d+/, (_, name: string) => `${name}1767268860`)
    .replace(/(seconds_left\\":)\d+/, (_, name: string) => `${name}30`);
  return JSON.parse(text);
}

it('is a document of AsyncAPI 3.0', () => {
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
  const isValid = ajv.compile(asyncApiSchema);
  isValid(document);
  expect(isValid.errors ?? []).toEqual([]);
});

it('has examples of the shape that their message has', () => {
  const ajv = new Ajv2020({ strict: false });
  addFormats.default(ajv);
  for (const [name, { payload, examples }] of messages) {
    expect(examples.length, name).toBeGreaterThan(0);
    const matches = ajv.compile(payload);
    for (const { name: title, payload: frame } of examples) expect(matches(frame), `${name}: ${title}`).toBe(true);
  }
});

it('tells what clients and server say about channels', async () => {
  const ann = await Client.open(at(app));
  await hear(ann, 'connectionEstablished', 'established');
  const ben = await Client.connect(at(app));
  const ada = await Client.connect(at(app));
  say(ada, 'ping', 'ping');
  await hear(ada, 'serverPong', 'pong');
  say(ada, 'subscribe', 'public');
  await hear(ada, 'subscriptionSucceeded', 'public');
  await hear(ada, 'subscriptionCount', 'count');
  await trigger(at(app), { name: 'headline', channel: 'news', data: '{"text":"hello"}' });
  await hear(ada, 'event', 'from a backend');
  say(ada, 'subscribe', 'private');
  await ada.next((frame) => frame.event === 'pusher_internal:subscription_succeeded' && frame.channel === 'private-orders');
  say(ada, 'subscribe', 'with a wrong signature');
  await hear(ada, 'subscriptionError', 'a wrong signature');
  say(ada, 'subscribe', 'cache');
  await hear(ada, 'cacheMiss', 'miss');
  say(ada, 'subscribe', 'presence');
  await hear(ada, 'subscriptionSucceeded', 'presence');
  say(ben, 'subscribe', 'presence, another user');
  await hear(ada, 'memberAdded', 'added');
  say(ada, 'clientEvent', 'client event');
  await hear(ben, 'event', 'from another client');
  say(ben, 'unsubscribe', 'unsubscribe');
  await hear(ada, 'memberRemoved', 'removed');
  ada.send({ event: 'hello' });
  await hear(ada, 'error', 'a message that is not known');
  await hear(await Client.open(at({ ...app, key: 'nobody' })), 'error', 'a key that is not known');
});

it('tells what clients and server say about users', async () => {
  const ada = await Client.connect(at(app));
  say(ada, 'signin', 'signin');
  await hear(ada, 'signinSuccess', 'signed in');
  const grace = await Client.connect(at(app));
  await grace.signIn({ id: 'grace' });
  await hear(ada, 'watchlistEvents', 'online');
  const ending = await Client.connect(at(app));
  const now = Math.floor(Date.now() / 1000);
  say(ending, 'refreshToken', 'refresh token', signToken(tokenSecret, { sub: 'ada', exp: now + 30 }));
  await hear(ending, 'tokenRefreshed', 'refreshed');
  await hear(ending, 'tokenExpiring', 'expiring');
});

it('tells what server and clients say when nothing else is said', async () => {
  const silent = await Client.connect(at(impatient), { autoPong: false });
  await hear(silent, 'serverPing', 'ping');
  say(silent, 'pong', 'pong');
  await hear(silent, 'serverPing', 'ping');
});

it('has no example that was not sent or received here', () => {
  const all = [...messages].flatMap(([message, { examples }]) => examples.map(({ name }) => `${message}: ${name}`));
  expect([...seen].toSorted()).toEqual(all.toSorted());
});
