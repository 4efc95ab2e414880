import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { behaviours, HttpReceiver } from '../testing/http-receiver.ts';
import { createTestTerminal } from '../testing/test-terminal.ts';
import { type DeadLetter, describeEndpoint } from '../webhooks/dead-letter.ts';
import { DeadLetterFile } from '../webhooks/dead-letter-file.ts';
import type { Command } from './command.ts';
import { parseInput } from './parse.ts';
import { webhooksList } from './webhooks-list.ts';
import { webhooksReplay } from './webhooks-replay.ts';

let folder: string;
let receiver: HttpReceiver;
let file: DeadLetterFile;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'webhooks-'));
  receiver = await HttpReceiver.open();
  const apps = [{ id: '1', key: 'app-key', secret: 'app-secret', webhooks: [{ url: receiver.url(), headers: { authorization: 'Bearer canary' } }] }];
  const webhooks = { allowPrivateTargets: true, deadLetterFile: join(folder, 'letters.jsonl') };
  await writeFile(join(folder, 'clarion.json'), JSON.stringify({ apps, webhooks }));
  file = new DeadLetterFile(webhooks.deadLetterFile, 1000);
});

afterEach(async () => {
  await receiver.close();
  await rm(folder, { recursive: true });
});

async function run(command: Command, ...args: readonly string[]) {
  const terminal = createTestTerminal();
  const config = args.includes('--config') ? [] : ['--config', join(folder, 'clarion.json')];
  const code = await command.run(parseInput(command, [...config, ...args]), terminal);
  return { code, stdout: terminal.output(), stderr: terminal.complaints() };
}

function letter(id: string, channel = 'room'): DeadLetter {
  const event = { name: 'channel_occupied', channel, id };
  const times = { at: Date.UTC(2030, 0, 1), givenUpAt: Date.UTC(2030, 0, 1, 0, 5) };
  return { id, appId: '1', endpoint: describeEndpoint({ url: receiver.url() }), event, ...times, attempts: 9, reason: 'it answered 500' };
}

describe('clarion webhooks list', () => {
  it('says that there is nothing', async () => {
    expect(await run(webhooksList)).toEqual({ code: 0, stderr: '', stdout: 'No webhook is on the dead-letter list.\n' });
  });

  it('shows what was given up', async () => {
    await file.append([letter('one'), letter('two', 'a\u001b[31m')]);
    const { code, stdout } = await run(webhooksList);
    expect(code).toBe(0);
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => line.split(/ {2,}/)),
    ).toEqual([
      ['ID', 'TIME', 'APP', 'ENDPOINT', 'EVENT', 'CHANNEL', 'REASON'],
      ['one', '2030-01-01T00:00:00.000Z', '1', `http://127.0.0.1:${receiver.port}`, 'channel_occupied', 'room', 'it answered 500'],
      ['two', '2030-01-01T00:00:00.000Z', '1', `http://127.0.0.1:${receiver.port}`, 'channel_occupied', 'a?[31m', 'it answered 500'],
    ]);
  });

  it('shows it as JSON', async () => {
    await file.append([letter('one')]);
    const { stdout } = await run(webhooksList, '--json');
    expect(JSON.parse(stdout)).toEqual(letter('one'));
  });

  it('asks for a file when none is configured', async () => {
    const config = join(folder, 'other.json');
    await writeFile(config, '{}');
    await expect(run(webhooksList, '--config', config)).rejects.toThrow('There is no dead-letter file');
    expect((await run(webhooksList, '--config', config, '--file', join(folder, 'letters.jsonl'))).code).toBe(0);
  });
});

describe('clarion webhooks replay', () => {
  it('delivers everything and empties the list', async () => {
    await file.append([letter('one'), letter('two')]);
    expect(await run(webhooksReplay)).toEqual({ code: 0, stderr: '', stdout: '2 delivered, 0 failed, 0 skipped.\n' });
    expect(receiver.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer canary', 'Bearer canary']);
    expect(await file.read()).toEqual([]);
  });

  it('delivers what is named, and names what is not on the list', async () => {
    await file.append([letter('one'), letter('two')]);
    expect(await run(webhooksReplay, 'two', 'three')).toEqual({
      code: 1,
      stderr: 'three is not on the list\n',
      stdout: '1 delivered, 0 failed, 0 skipped.\n',
    });
    expect(await file.read()).toEqual([letter('one')]);
  });

  it('keeps what is not accepted, and says why, without a secret', async () => {
    receiver.behave = behaviours.answer(503);
    await file.append([letter('one'), letter('two')]);
    expect(await run(webhooksReplay)).toEqual({
      code: 1,
      stderr: [
        `one to http://127.0.0.1:${receiver.port}: failed, it answered 503`,
        `two to http://127.0.0.1:${receiver.port}: skipped, an earlier one of its channel failed`,
        '',
      ].join('\n'),
      stdout: '0 delivered, 1 failed, 1 skipped.\n',
    });
    expect(await file.read()).toEqual([letter('one'), letter('two')]);
  });
});
