import { describe, expect, it } from 'vitest';
import { createTestTerminal } from '../testing/test-terminal.ts';
import { createLog } from './log.ts';

const secretFields = {
  secret: 'canary-1',
  app: { secret: 'canary-2', key: 'shown' },
  request: { query: { auth_signature: 'canary-3' }, headers: { authorization: 'canary-4' } },
  auth: 'canary-5',
  frame: { channel_data: 'canary-6', user_data: 'canary-7' },
  redis: { password: 'canary-8' },
};

describe('the log', () => {
  it('is one JSON object per line, with names for levels', () => {
    const terminal = createTestTerminal();
    createLog({ level: 'info', pretty: false }, terminal.stdout, false).info({ port: 1 }, 'listening');
    expect(JSON.parse(terminal.output())).toEqual({ level: 'info', time: expect.stringMatching(/^\d{4}-.*Z$/), port: 1, msg: 'listening' });
  });

  it.each([true, false])('hides secrets wherever they stand (pretty: %s)', async (pretty) => {
    const terminal = createTestTerminal();
    const log = createLog({ level: 'debug', pretty }, terminal.stdout, false);
    log.debug(secretFields, 'everything');
    log.info({}, 'end');
    const written = await terminal.waitFor('end');
    expect(written).toContain('shown');
    expect(written).not.toContain('canary');
  });

  it('leaves out what is below its level', () => {
    const terminal = createTestTerminal();
    createLog({ level: 'warn', pretty: false }, terminal.stdout, false).info({}, 'not worth it');
    expect(terminal.output()).toBe('');
  });
});
