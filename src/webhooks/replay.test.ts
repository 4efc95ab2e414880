import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MemoryAppStore } from '../drivers/memory/app-store.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { appWithWebhooks, webhookEndpoint } from '../testing/webhook-app.ts';
import { type DeadLetter, describeEndpoint } from './dead-letter.ts';
import { DeadLetterFile } from './dead-letter-file.ts';
import type { PostOutcome } from './delivery.ts';
import { type ReplayOutcome, replay } from './replay.ts';
import type { Post } from './transport.ts';

const url = 'https://hooks.example/a';
const now = 1_800_000_000_000;
let folder: string;
let file: DeadLetterFile;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'webhooks-'));
  file = new DeadLetterFile(join(folder, 'letters.jsonl'), 100);
});

afterEach(() => rm(folder, { recursive: true }));

function letter(id: string, { channel = 'room', to = url, appId = 'app' } = {}): DeadLetter {
  const event = { name: 'channel_occupied', channel, id };
  return {
    id,
    appId,
    endpoint: describeEndpoint({ url: to }),
    event,
    at: 1_700_000_000_000,
    givenUpAt: 1_700_000_300_000,
    attempts: 9,
    reason: 'old',
  };
}

async function run(answer: (post: Post) => PostOutcome, { isWanted = (_letter: DeadLetter): boolean => true, breakerFailures = 3 } = {}) {
  const posts: Post[] = [];
  const outcomes: (readonly [string, ReplayOutcome])[] = [];
  const endpoints = [webhookEndpoint(url, { headers: { 'X-Extra': 'yes' } }), webhookEndpoint('https://b.example/')];
  await replay({
    file,
    apps: new MemoryAppStore([appWithWebhooks(endpoints), { ...appWithWebhooks(endpoints, 'keyless'), keys: [] }]),
    transport: {
      async post(post) {
        posts.push(post);
        return answer(post);
      },
    },
    clock: new FakeClock(now),
    breakerFailures,
    isWanted,
    report: ({ id }, outcome) => outcomes.push([id, outcome]),
  });
  return { posts, outcomes };
}

const accept = (): PostOutcome => ({ result: 'delivered' });
const fail = (): PostOutcome => ({ result: 'failed', reason: 'it answered 500' });

async function idsLeft(): Promise<readonly string[]> {
  return (await file.read()).map(({ id }) => id);
}

describe('a replay', () => {
  it('delivers each letter under its id, signed anew, and takes it off the list', async () => {
    await file.append([letter('1'), letter('2', { to: 'https://b.example/' })]);
    const { posts, outcomes } = await run(accept);
    expect(posts.map((post) => post.url)).toEqual([url, 'https://b.example/']);
    expect(posts[0]?.headers).toMatchObject({ 'X-Pusher-Key': 'app-key', 'X-Extra': 'yes' });
    expect(outcomes.map(([id, { result }]) => `${id} ${result}`)).toEqual(['1 delivered', '2 delivered']);
    expect(await idsLeft()).toEqual([]);
  });

  it('gives the request the time of now, and the event its own', async () => {
    await file.append([letter('1')]);
    const { posts } = await run(accept);
    expect(JSON.parse(posts[0]?.body ?? '')).toEqual({
      time_ms: now,
      events: [{ name: 'channel_occupied', channel: 'room', id: '1', time_ms: 1_700_000_000_000 }],
    });
  });

  it('keeps what fails, and does not go on with its channel', async () => {
    await file.append([letter('1'), letter('2', { channel: 'other' }), letter('3')]);
    const { outcomes } = await run((post) => (post.body.includes('"room"') ? fail() : accept()));
    expect(outcomes).toEqual([
      ['1', { result: 'failed', reason: 'it answered 500' }],
      ['2', { result: 'delivered' }],
      ['3', { result: 'skipped', reason: 'an earlier one of its channel failed' }],
    ]);
    expect(await idsLeft()).toEqual(['1', '3']);
  });

  it('leaves an endpoint alone that keeps failing', async () => {
    await file.append(['1', '2', '3', '4'].map((id) => letter(id, { channel: id })));
    await file.append([letter('5', { to: 'https://b.example/' })]);
    const { posts, outcomes } = await run((post) => (post.url === url ? fail() : accept()));
    expect(posts).toHaveLength(4);
    expect(outcomes.map(([id, { result }]) => `${id} ${result}`)).toEqual(['1 failed', '2 failed', '3 failed', '4 skipped', '5 delivered']);
  });

  it('takes only the letters that are wanted', async () => {
    await file.append([letter('1'), letter('2')]);
    const { outcomes } = await run(accept, { isWanted: ({ id }) => id === '2' });
    expect(outcomes).toEqual([['2', { result: 'delivered' }]]);
    expect(await idsLeft()).toEqual(['1']);
  });

  it('keeps letters whose endpoint, app or key is not configured any more', async () => {
    await file.append([letter('1', { to: 'https://gone.example/' }), letter('2', { appId: 'gone' }), letter('3', { appId: 'keyless' })]);
    const { posts, outcomes } = await run(accept);
    expect(posts).toEqual([]);
    expect(outcomes.map(([, outcome]) => 'reason' in outcome && outcome.reason)).toEqual([
      'its endpoint is not in the configuration',
      'its endpoint is not in the configuration',
      'its app has no active key to sign with',
    ]);
    expect(await idsLeft()).toEqual(['1', '2', '3']);
  });
});
