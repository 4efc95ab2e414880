import { describe, expect, it } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { createTestTerminal } from '../testing/test-terminal.ts';
import { ProcessLog } from './process-log.ts';
import type { LogSettings } from './settings.ts';

const usual: LogSettings = { level: 'info', pretty: false, format: 'default', repeatLines: 10, repeatSeconds: 10 };

function createLog(settings: Partial<LogSettings> = {}, fields?: Readonly<Record<string, unknown>>) {
  const terminal = createTestTerminal();
  const log = new ProcessLog({
    settings: { ...usual, ...settings },
    destination: terminal.stdout,
    colorize: false,
    clock: new FakeClock(),
    ...(fields && { fields }),
  });
  const lines = () =>
    terminal
      .output()
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line));
  return { log, lines, terminal };
}

const isoTime = expect.stringMatching(/^\d{4}-.*Z$/);

describe('the log of a process', () => {
  it('is one JSON object per line, with names for levels', () => {
    const { log, terminal } = createLog();
    log.info({ port: 1 }, 'listening');
    expect(JSON.parse(terminal.output())).toEqual({ level: 'info', time: isoTime, port: 1, msg: 'listening' });
  });

  it('has the fields of every line', () => {
    const { log, lines } = createLog({}, { worker: 3 });
    log.info({}, 'listening');
    expect(lines()).toMatchObject([{ worker: 3, msg: 'listening' }]);
  });

  it.each([true, false])('hides secrets wherever they stand (pretty: %s)', async (pretty) => {
    const { log, terminal } = createLog({ level: 'debug', pretty });
    log.debug({ secret: 'canary-1', app: { key: 'shown' }, path: '/app/key?token=canary-2', err: new Error('Bearer canary-3-long') }, 'everything');
    log.info({}, 'end');
    const written = await terminal.waitFor('end');
    expect(written).toContain('shown');
    expect(written).not.toContain('canary');
  });

  it('leaves out what is below its level', () => {
    const { log, terminal } = createLog({ level: 'warn' });
    log.info({}, 'not worth it');
    expect(terminal.output()).toBe('');
  });

  it('changes its level while it runs, and says so', () => {
    const { log, lines } = createLog({ level: 'warn' });
    log.level = 'debug';
    log.debug({}, 'now');
    log.level = 'silent';
    log.error({}, 'never');
    log.level = 'silent';
    expect(lines().map(({ msg, from, to }) => ({ msg, from, to }))).toEqual([
      { msg: 'log level changed', from: 'warn', to: 'debug' },
      { msg: 'now' },
      { msg: 'log level changed', from: 'debug', to: 'silent' },
    ]);
  });

  it('is not flooded by one line, and says how many it has left out', () => {
    const { log, lines } = createLog({ repeatLines: 2 });
    for (let index = 0; index < 5; index += 1) log.warn({ reason: 'No', index }, 'refused');
    log.close();
    expect(lines()).toMatchObject([
      { msg: 'refused', index: 0 },
      { msg: 'refused', index: 1 },
      { level: 'warn', msg: 'lines were left out', repeated: 'refused', reason: 'No', suppressed: 3, repeatSeconds: 10 },
    ]);
  });

  it('leaves nothing out for who debugs', () => {
    const { log, lines } = createLog({ level: 'debug', repeatLines: 2 });
    for (let index = 0; index < 5; index += 1) log.warn({ reason: 'No' }, 'refused');
    expect(lines()).toHaveLength(5);
  });
});

describe('the log by the Elastic Common Schema', () => {
  it('has its names, and no name twice', () => {
    const { log, terminal } = createLog({ format: 'ecs' }, { worker: 1 });
    log.warn({ appId: 'app', method: 'GET', path: '/x', status: 401, reason: 'No', requestId: 'r', event: 'e' }, 'request refused');
    const text = terminal.output();
    expect(JSON.parse(text)).toEqual({
      '@timestamp': isoTime,
      'log.level': 'warn',
      'ecs.version': expect.stringMatching(/^8\./),
      message: 'request refused',
      service: { name: 'clarion' },
      event: { dataset: 'clarion', reason: 'No' },
      http: { request: { method: 'GET', id: 'r' }, response: { status_code: 401 } },
      url: { path: '/x' },
      clarion: { worker: 1, appId: 'app', event: 'e' },
    });
    const names = [...text.matchAll(/[{,]("[^"]+"):/g)].map(([, name]) => name).filter((name) => name !== '"event"');
    expect(new Set(names).size).toBe(names.length);
  });

  it('has errors in their place', () => {
    const { log, lines } = createLog({ format: 'ecs' });
    log.error({ err: Object.assign(new RangeError('too far'), { code: 'E1' }) }, 'failed');
    expect(lines()).toMatchObject([
      { error: { type: 'RangeError', message: 'too far', code: 'E1', stack_trace: expect.stringContaining('too far') } },
    ]);
  });
});
