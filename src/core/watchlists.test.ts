import { describe, expect, it } from 'vitest';
import { serverToUserChannel } from '../protocol/channel-name.ts';
import { FakeSocket } from '../testing/fake-socket.ts';
import { testApp } from '../testing/test-app.ts';
import { Connection } from './connection.ts';
import { Watchlists } from './watchlists.ts';

const [ann, bob, cyd] = ['ann', 'bob', 'cyd'].map((userId) => ({ appId: 'app', channel: serverToUserChannel(userId) })) as [User, User, User];
type User = { readonly appId: string; readonly channel: ReturnType<typeof serverToUserChannel> };

function connect(socketId: string) {
  const socket = new FakeSocket();
  return { connection: new Connection(testApp(), socket, socketId, 0), socket };
}

describe('watchlists', () => {
  it('tell those who watch a user', () => {
    const watchlists = new Watchlists();
    const [one, other] = [connect('1.1'), connect('2.2')];
    watchlists.add(one.connection, [ann, bob]);
    watchlists.add(other.connection, [bob]);
    for (const user of [ann, bob, cyd]) watchlists.tell(user, true, user.channel.name);
    expect(one.socket.frames).toEqual([ann.channel.name, bob.channel.name]);
    expect(other.socket.frames).toEqual([bob.channel.name]);
  });

  it('know all users that somebody watches, each once', () => {
    const watchlists = new Watchlists();
    const [one, other] = [connect('1.1'), connect('2.2')];
    watchlists.add(one.connection, [ann, bob]);
    watchlists.add(other.connection, [bob]);
    expect(watchlists.watched()).toEqual([ann, bob]);
    watchlists.remove(one.connection);
    expect(watchlists.watched()).toEqual([bob]);
  });

  it('forget a connection that has gone, and only that one', () => {
    const watchlists = new Watchlists();
    const [one, other] = [connect('1.1'), connect('2.2')];
    for (const { connection } of [one, other]) watchlists.add(connection, [ann]);
    watchlists.remove(one.connection);
    watchlists.remove(one.connection);
    watchlists.tell(ann, true, 'frame');
    expect(one.socket.frames).toEqual([]);
    expect(other.socket.frames).toEqual(['frame']);
    expect(watchlists.read(one.connection, ann, true)).toBe(false);
  });

  it('tell who never heard of a user only that they are there', () => {
    const watchlists = new Watchlists();
    const { connection, socket } = connect('1.1');
    watchlists.add(connection, [ann, bob]);
    watchlists.tell(ann, false, 'ann is offline');
    watchlists.tell(bob, true, 'bob is online');
    expect(socket.frames).toEqual(['bob is online']);
  });

  it('tell nothing twice', () => {
    const watchlists = new Watchlists();
    const { connection, socket } = connect('1.1');
    watchlists.add(connection, [ann]);
    for (const isOnline of [true, true, false, false, true]) watchlists.tell(ann, isOnline, isOnline ? 'online' : 'offline');
    expect(socket.frames).toEqual(['online', 'offline', 'online']);
  });

  it('take what was read for old when something was announced between registering and reading', () => {
    const watchlists = new Watchlists();
    const { connection, socket } = connect('1.1');
    watchlists.add(connection, [ann, bob]);
    watchlists.tell(ann, false, 'offline');
    expect([watchlists.read(connection, ann, true), watchlists.read(connection, bob, true), watchlists.read(connection, cyd, true)]).toEqual([
      false,
      true,
      false,
    ]);
    watchlists.tell(bob, true, 'online');
    expect(socket.frames).toEqual([]); // nobody was called online who is not
  });

  it('do not mind a connection that watches nobody', () => {
    const watchlists = new Watchlists();
    const { connection, socket } = connect('1.1');
    expect(watchlists.read(connection, ann, true)).toBe(false);
    watchlists.remove(connection);
    watchlists.tell(ann, true, 'frame');
    expect(socket.frames).toEqual([]);
  });
});
