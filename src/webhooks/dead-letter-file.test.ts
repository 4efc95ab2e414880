import { appendFile, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DeadLetter } from './dead-letter.ts';
import { DeadLetterFile } from './dead-letter-file.ts';

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'webhooks-'));
  path = join(folder, 'letters.jsonl');
});

afterEach(() => rm(folder, { recursive: true }));

function letter(id: number): DeadLetter {
  const endpoint = { origin: 'https://hooks.example', fingerprint: '0123456789ab' };
  const event = { name: 'client_event', channel: 'private-x', data: 'line\nbreak\u2028', id: String(id) };
  return { id: String(id), appId: 'app', endpoint, event, at: id, givenUpAt: id + 1, attempts: 3, reason: 'it answered 500' };
}

function letters(from: number, to: number): readonly DeadLetter[] {
  return Array.from({ length: to - from + 1 }, (_, index) => letter(from + index));
}

async function idsIn(file: DeadLetterFile): Promise<readonly number[]> {
  return (await file.read()).map(({ id }) => Number(id));
}

describe('the dead-letter file', () => {
  it('holds nothing before the first letter', async () => {
    expect(await new DeadLetterFile(path, 10).read()).toEqual([]);
    expect(await readdir(folder)).toEqual([]);
  });

  it('gives back what was written, also to another process', async () => {
    const file = new DeadLetterFile(path, 10);
    await file.append(letters(1, 3));
    await file.append(letters(4, 4));
    expect(await new DeadLetterFile(path, 10).read()).toEqual(letters(1, 4));
  });

  it('holds one JSON line per letter, readable by its owner only', async () => {
    await new DeadLetterFile(path, 10).append(letters(1, 3));
    expect(
      (await readFile(path, 'utf8'))
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual(letters(1, 3));
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('keeps the newest, at most twice its limit', async () => {
    const file = new DeadLetterFile(path, 5);
    for (let id = 1; id <= 23; id += 1) await file.append([letter(id)]);
    expect(await idsIn(file)).toEqual([16, 17, 18, 19, 20, 21, 22, 23]);
    await file.append(letters(24, 60));
    const kept = await idsIn(file);
    expect(kept.at(-1)).toBe(60);
    expect(kept.length).toBeGreaterThanOrEqual(5);
    expect(kept.length).toBeLessThanOrEqual(10);
  });

  it('keeps its limit over restarts', async () => {
    for (let id = 1; id <= 23; id += 1) await new DeadLetterFile(path, 5).append([letter(id)]);
    expect(await idsIn(new DeadLetterFile(path, 5))).toEqual([16, 17, 18, 19, 20, 21, 22, 23]);
  });

  it('writes nothing when its limit is 0', async () => {
    await new DeadLetterFile(path, 0).append(letters(1, 3));
    expect(await readdir(folder)).toEqual([]);
  });

  it('ignores lines that are none of its own', async () => {
    const file = new DeadLetterFile(path, 10);
    await file.append(letters(1, 1));
    await appendFile(path, '{"id":"2"}\nnull\n[]\n{"id":"3","appId"\n\n');
    await file.append(letters(4, 4));
    expect(await idsIn(file)).toEqual([1, 4]);
  });

  it('rejects when it cannot be written', async () => {
    await expect(new DeadLetterFile(join(folder, 'missing', 'letters.jsonl'), 10).append(letters(1, 1))).rejects.toThrow('ENOENT');
  });

  it('hands out all letters, oldest first, and keeps those that are not done', async () => {
    const file = new DeadLetterFile(path, 4);
    await file.append(letters(1, 7));
    const handedOut: string[] = [];
    await file.drain(async ({ id }) => {
      handedOut.push(id);
      return Number(id) % 2 === 0;
    });
    expect(handedOut).toEqual(['1', '2', '3', '4', '5', '6', '7']);
    expect(await idsIn(file)).toEqual([1, 3, 5, 7]);
  });

  it('takes letters while others are handed out', async () => {
    const server = new DeadLetterFile(path, 4);
    await server.append(letters(1, 6));
    await new DeadLetterFile(path, 4).drain(async ({ id }) => {
      if (id === '2') await server.append(letters(7, 9));
      return Number(id) < 6;
    });
    expect(await idsIn(server)).toEqual([7, 8, 9, 6]);
    await server.append(letters(10, 10));
    expect(await idsIn(server)).toEqual([7, 8, 9, 6, 10]);
  });

  it('loses nothing when handing out is interrupted', async () => {
    const file = new DeadLetterFile(path, 4);
    await file.append(letters(1, 6));
    await expect(file.drain(async () => Promise.reject(new Error('interrupted')))).rejects.toThrow('interrupted');
    expect(await idsIn(file)).toEqual([1, 2, 3, 4, 5, 6]);
    await file.append(letters(7, 7));
    const handedOut: string[] = [];
    await file.drain(async ({ id }) => handedOut.push(id) > 0);
    expect(handedOut.toSorted()).toEqual(['1', '2', '3', '4', '5', '6', '7']);
    expect(await file.read()).toEqual([]);
  });
});
