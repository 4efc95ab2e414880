import { describe, expect, it } from 'vitest';
import { FakeSocket } from '../testing/fake-socket.ts';
import { testApp } from '../testing/test-app.ts';
import { Connection } from './connection.ts';
import { Watchlists } from './watchlists.ts';

function connection(socketId: string): Connection {
  return new Connection(testApp(), new FakeSocket(), socketId, 0);
}

describe('watchlists', () => {
  it('know who watches a user', () => {
    const watchlists = new Watchlists();
    const [one, other] = [connection('1.1'), connection('2.2')];
    watchlists.add(one, ['a', 'b']);
    watchlists.add(other, ['b']);
    expect([...watchlists.watchersOf('a')]).toEqual([one]);
    expect([...watchlists.watchersOf('b')]).toEqual([one, other]);
    expect([...watchlists.watchersOf('c')]).toEqual([]);
  });

  it('forget a connection that has gone, and only that one', () => {
    const watchlists = new Watchlists();
    const [one, other] = [connection('1.1'), connection('2.2')];
    watchlists.add(one, ['a', 'b']);
    watchlists.add(other, ['b']);
    watchlists.remove(one);
    watchlists.remove(one);
    expect([...watchlists.watchersOf('a')]).toEqual([]);
    expect([...watchlists.watchersOf('b')]).toEqual([other]);
  });

  it('do not mind a connection that watches nobody', () => {
    const watchlists = new Watchlists();
    watchlists.add(connection('1.1'), []);
    watchlists.remove(connection('2.2'));
    expect([...watchlists.watchersOf('a')]).toEqual([]);
  });
});
