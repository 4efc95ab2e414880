import { describe, expect, it } from 'vitest';
import { parseArguments } from './arguments.ts';
import { selectScenarios, selectSubject } from './select.ts';
import type { TargetKind } from './targets/target.ts';

const cores = { server: undefined, generator: undefined, workers: undefined, redis: undefined };
const app = ['--app-id', 'app', '--key', 'key', '--secret', 'secret'];
const subjectOf = (...args: string[]): TargetKind => selectSubject(parseArguments(args), cores);
const namesOf = (...args: string[]): readonly string[] => selectScenarios(parseArguments(args), subjectOf()).map(({ name }) => name);

describe('subject', () => {
  it('is a server by its URL and the credentials of an app', async () => {
    const { address, credentials, pids } = await subjectOf('--subject', 'https://peer.example', ...app).start({});
    expect(address).toEqual({ host: 'peer.example', port: 443, isSecure: true });
    expect(credentials).toEqual({ appId: 'app', key: 'key', secret: 'secret' });
    expect(pids).toEqual([]);
  });

  it('is looked into by the id of its process', async () => {
    const { pids } = await subjectOf('--subject', 'http://127.0.0.1:6002', '--pid', String(process.pid), ...app).start({});
    expect(pids).toContain(process.pid);
  });

  it.each([
    [['--subject', 'soketi', ...app], /takes clarion, floor/],
    [['--subject', 'localhost:6001', ...app], /takes clarion, floor/],
    [['--subject', 'wss://peer.example', ...app], /takes clarion, floor/],
    [['--subject', 'http://peer.example/below', ...app], /takes clarion, floor/],
    [['--subject', 'http://peer.example', '--key', 'key'], /--app-id/],
    [['--subject', 'http://peer.example', '--pid', '999999999', ...app], /no such process/],
  ])('is refused with a sentence that says why: %j', (args, reason) => {
    expect(() => subjectOf(...args)).toThrow(reason);
  });
});

describe('scenarios of a run', () => {
  it('are all but the long ones', () => {
    expect(namesOf()).not.toContain('soak');
    expect(namesOf('--long')).toEqual([...namesOf(), 'soak']);
  });

  it('are those whose names contain a text, the long ones too', () => {
    expect(namesOf('--only', 'soak', '--only', 'TLS, connect')).toEqual(['TLS, connect + subscribe', 'soak']);
  });

  it('leave out what a foreign server cannot be asked for', () => {
    const peer = subjectOf('--subject', 'http://peer.example', ...app);
    const names = selectScenarios(parseArguments([]), peer).map(({ name }) => name);
    expect(names).toContain('presence storm of 500 joins');
    expect(names.filter((name) => /TLS|workers|Redis|bus|metrics/.test(name))).toEqual([]);
  });

  it.each([[['--only', 'fan-in']], [['--only', 'soak', '--only', 'fan-in']], [['--quick', '--only', 'soak']]])('are never none: %j', (args) => {
    expect(() => namesOf(...args)).toThrow(/--list/);
  });
});
