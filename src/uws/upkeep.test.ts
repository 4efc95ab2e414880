import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createCounters } from '../core/counters.ts';
import { settled } from '../testing/fake-clock.ts';
import { createRecordedLog } from '../testing/recorded-log.ts';
import { temporaryFolder } from '../testing/temporary-folder.ts';
import { checkTlsFiles, TlsWatch } from './tls-files.ts';
import { Upkeep } from './upkeep.ts';

function files() {
  const folder = temporaryFolder({ 'cert.pem': 'first', 'key.pem': 'first' });
  return { certFile: join(folder, 'cert.pem'), keyFile: join(folder, 'key.pem'), folder };
}

describe('the watch over TLS files', () => {
  it('tells of a change once, when both files have come to rest', () => {
    const { certFile, keyFile, folder } = files();
    const watch = new TlsWatch({ certFile, keyFile });
    expect([watch.hasChanged(), watch.hasChanged()]).toEqual([false, false]);
    writeFileSync(certFile, 'second, longer');
    expect(watch.hasChanged()).toBe(false);
    writeFileSync(keyFile, 'second, longer');
    expect([watch.hasChanged(), watch.hasChanged(), watch.hasChanged()]).toEqual([false, true, false]);
    writeFileSync(join(folder, 'next'), 'first');
    renameSync(join(folder, 'next'), certFile);
    expect([watch.hasChanged(), watch.hasChanged()]).toEqual([false, true]);
    rmSync(certFile);
    expect([watch.hasChanged(), watch.hasChanged()]).toEqual([false, true]);
  });

  it('goes on when the files are out of reach', () => {
    const { folder } = files();
    const name = join(folder, 'x'.repeat(300)); // which no file can have
    const watch = new TlsWatch({ certFile: name, keyFile: name });
    expect(watch.hasChanged()).toBe(false);
  });

  it('refuses files that are no certificate and key, naming the option and the files', () => {
    const tls = files();
    expect(() => checkTlsFiles(tls)).toThrow(`server.tls: ${tls.certFile} and ${tls.keyFile}`);
  });
});

describe('the upkeep of the listening socket', () => {
  function setUp() {
    const calls: string[] = [];
    const state = { count: 0, fails: false };
    const record = (name: string) => async () => {
      calls.push(name);
      if (state.fails) throw new Error('taken');
    };
    const app = { stopListening: () => void calls.push('stop'), listenAgain: record('listen'), reload: record('reload') };
    const log = createRecordedLog();
    const counters = createCounters();
    const source = { count: () => state.count, limit: () => 100 };
    return { calls, state, log, counters, upkeep: new Upkeep({ app, tls: undefined, openFilesPercent: 95, counters, log, source }) };
  }

  it('stops listening while file descriptors are scarce', () => {
    const { calls, state, counters, upkeep } = setUp();
    upkeep.tick();
    state.count = 96;
    upkeep.tick();
    upkeep.tick();
    state.count = 80;
    upkeep.tick();
    expect(calls).toEqual(['listen', 'stop', 'listen']);
    expect(counters.openFiles).toBe(1);
  });

  it('tries again when it could not listen', async () => {
    const { calls, state, log, upkeep } = setUp();
    state.fails = true;
    upkeep.tick();
    await settled();
    upkeep.tick();
    expect(calls).toEqual(['listen', 'listen']);
    expect(log.lines).toMatchObject([{ level: 'error', message: 'cannot listen again' }]);
  });
});
