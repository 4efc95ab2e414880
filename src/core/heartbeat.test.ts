import { describe, expect, it } from 'vitest';
import { pingFrame } from '../protocol/server-message.ts';
import { FakeSocket } from '../testing/fake-socket.ts';
import { testApp } from '../testing/test-app.ts';
import type { App } from './app.ts';
import { end } from './close.ts';
import { Connection } from './connection.ts';
import { Heartbeat } from './heartbeat.ts';

interface Patient {
  readonly connection: Connection;
  readonly socket: FakeSocket;
}

function connect(heartbeat: Heartbeat, app: App): Patient {
  const socket = new FakeSocket();
  const connection = new Connection(app, socket, '1.2', heartbeat.now);
  socket.onClose = () => {
    connection.isOpen = false;
    heartbeat.remove(connection);
  };
  heartbeat.add(connection);
  return { connection, socket };
}

function tick(heartbeat: Heartbeat, seconds: number): void {
  for (let second = 0; second < seconds; second += 1) heartbeat.tick();
}

const app = testApp({ limits: { activityTimeoutSeconds: 30, pongTimeoutSeconds: 20 } });

describe('the heartbeat', () => {
  it('leaves a connection alone until it has been silent for the activity timeout', () => {
    const heartbeat = new Heartbeat(end);
    const { socket } = connect(heartbeat, app);
    tick(heartbeat, 29);
    expect(socket.frames).toEqual([]);
    tick(heartbeat, 1);
    expect(socket.frames).toEqual([pingFrame]);
    expect(socket.pings).toBe(1);
  });

  it('pings once, not every second', () => {
    const heartbeat = new Heartbeat(end);
    const { socket } = connect(heartbeat, app);
    tick(heartbeat, 49);
    expect(socket.frames).toEqual([pingFrame]);
    expect(socket.isClosed).toBe(false);
  });

  it('closes with 4201 when nothing answers the ping in time', () => {
    const heartbeat = new Heartbeat(end);
    const { socket } = connect(heartbeat, app);
    tick(heartbeat, 50);
    expect(socket.ended).toMatchObject({ code: 4201 });
    expect(JSON.parse(socket.frames.at(-1) ?? '')).toMatchObject({ event: 'pusher:error', data: { code: 4201 } });
  });

  it('takes anything from the peer for an answer, and starts from there', () => {
    const heartbeat = new Heartbeat(end);
    const { connection, socket } = connect(heartbeat, app);
    tick(heartbeat, 40);
    heartbeat.hear(connection);
    tick(heartbeat, 29);
    expect(socket.frames).toEqual([pingFrame]);
    tick(heartbeat, 1);
    expect(socket.frames).toEqual([pingFrame, pingFrame]);
    tick(heartbeat, 19);
    expect(socket.isClosed).toBe(false);
    tick(heartbeat, 1);
    expect(socket.ended).toMatchObject({ code: 4201 });
  });

  it('never pings a connection that speaks', () => {
    const heartbeat = new Heartbeat(end);
    const { connection, socket } = connect(heartbeat, app);
    for (let minute = 0; minute < 10; minute += 1) {
      tick(heartbeat, 29);
      heartbeat.hear(connection);
    }
    expect(socket.frames).toEqual([]);
  });

  it('does not touch a connection that has left', () => {
    const heartbeat = new Heartbeat(end);
    const { socket } = connect(heartbeat, app);
    socket.disconnect();
    tick(heartbeat, 100);
    expect(socket.frames).toEqual([]);
    expect(socket.pings).toBe(0);
  });

  it('does not touch a connection that another one takes with it in the same tick', () => {
    const patients: Patient[] = [];
    const heartbeat = new Heartbeat((connection, fault) => {
      end(connection, fault);
      for (const { socket } of patients) socket.disconnect();
    });
    patients.push(connect(heartbeat, app), connect(heartbeat, app));
    tick(heartbeat, 50);
    const pings = patients.map(({ socket }) => socket.pings);
    tick(heartbeat, 200);
    expect(patients.map(({ socket }) => socket.pings)).toEqual(pings);
    expect(patients.filter(({ socket }) => socket.ended !== undefined)).toHaveLength(1);
  });

  it('looks at many connections, each in its own time', () => {
    const heartbeat = new Heartbeat(end);
    const patients = Array.from({ length: 50 }, () => {
      heartbeat.tick();
      return connect(heartbeat, testApp({ limits: { activityTimeoutSeconds: 60, pongTimeoutSeconds: 20 } }));
    });
    for (let second = 1; second <= 10; second += 1) tick(heartbeat, 1);
    expect(patients.filter(({ socket }) => socket.pings > 0)).toHaveLength(0);
    tick(heartbeat, 20);
    expect(patients.filter(({ socket }) => socket.pings > 0)).toHaveLength(20);
  });

  it.each([0.5, 1, 1.5])('works with an activity timeout of %d seconds', (activityTimeoutSeconds) => {
    const heartbeat = new Heartbeat(end);
    const { socket } = connect(heartbeat, testApp({ limits: { activityTimeoutSeconds, pongTimeoutSeconds: 1 } }));
    tick(heartbeat, 2);
    expect(socket.pings).toBe(1);
    tick(heartbeat, 2);
    expect(socket.ended).toMatchObject({ code: 4201 });
  });
});

describe('an app that wants authorised connections only', () => {
  const strict = testApp({
    userAuthentication: { required: true, timeoutSeconds: 10 },
    limits: { activityTimeoutSeconds: 30, pongTimeoutSeconds: 20 },
  });

  it('loses those that are not authorised in time, with 4009, and never early although its clock is coarse', () => {
    const heartbeat = new Heartbeat(end);
    const { socket } = connect(heartbeat, strict);
    tick(heartbeat, 10);
    expect(socket.isClosed).toBe(false);
    tick(heartbeat, 1);
    expect(socket.ended).toEqual({ code: 4009, reason: 'Connection not authorized within timeout' });
  });

  it('loses them although they speak all the time', () => {
    const heartbeat = new Heartbeat(end);
    const { connection, socket } = connect(heartbeat, strict);
    for (let second = 0; second < 11; second += 1) {
      heartbeat.hear(connection);
      heartbeat.tick();
    }
    expect(socket.ended).toMatchObject({ code: 4009 });
  });

  it('keeps those that are authorised in time, and pings them as ever', () => {
    const heartbeat = new Heartbeat(end);
    const { connection, socket } = connect(heartbeat, strict);
    tick(heartbeat, 10);
    connection.isAuthorized = true;
    tick(heartbeat, 19);
    expect(socket.pings).toBe(0);
    tick(heartbeat, 1);
    expect(socket.pings).toBe(1);
    expect(socket.isClosed).toBe(false);
  });

  it('finds them when its timeout is longer than the activity timeout too', () => {
    const patient = testApp({
      userAuthentication: { required: true, timeoutSeconds: 45 },
      limits: { activityTimeoutSeconds: 30, pongTimeoutSeconds: 20 },
    });
    const heartbeat = new Heartbeat(end);
    const { connection, socket } = connect(heartbeat, patient);
    tick(heartbeat, 31);
    heartbeat.hear(connection);
    tick(heartbeat, 14);
    expect(socket.isClosed).toBe(false);
    tick(heartbeat, 1);
    expect(socket.ended).toMatchObject({ code: 4009 });
  });
});
