import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assertProperty } from '../testing/assert-property.ts';
import { getChannel, getChannels, getUsers } from './channels.ts';
import { postBatchEvents, postEvents } from './events.ts';
import { findRoute } from './routes.ts';
import { getConnections, postTerminate } from './users.ts';

describe('a route', () => {
  it.each([
    ['POST', '/apps/1/events', '1', [], postEvents],
    ['POST', '/apps/1/batch_events', '1', [], postBatchEvents],
    ['GET', '/apps/1/channels', '1', [], getChannels],
    ['GET', '/apps/1/channels/presence-a', '1', ['presence-a'], getChannel],
    ['GET', '/apps/1/channels/a%40b', '1', ['a@b'], getChannel],
    ['GET', '/apps/1/channels/presence-a/users', '1', ['presence-a'], getUsers],
    ['GET', '/apps/1/connections', '1', [], getConnections],
    ['POST', '/apps/my-app/users/a%2Fb/terminate_connections', 'my-app', ['a/b'], postTerminate],
    ['POST', '/apps/1/users/a b/terminate_connections', '1', ['a b'], postTerminate],
    ['POST', '/apps/1/users/100%/terminate_connections', '1', ['100%'], postTerminate],
    ['POST', '/users/a/terminate_connections', undefined, ['a'], postTerminate],
    ['GET', '/apps/__proto__/channels', '__proto__', [], getChannels],
  ] as const)('%s %s is found', (method, path, appId, parameters, endpoint) => {
    expect(findRoute(method, path)).toMatchObject({ appId, parameters, endpoint });
  });

  it.each([
    ['GET', '/apps/1/events', 'POST'],
    ['PUT', '/apps/1/events', 'POST'],
    ['post', '/apps/1/events', 'POST'],
    ['POST', '/apps/1/channels', 'GET'],
    ['DELETE', '/apps/1/channels/a', 'GET'],
    ['HEAD', '/apps/1/channels/a/users', 'GET'],
    ['GET', '/users/a/terminate_connections', 'POST'],
  ])('%s %s says that the path takes %s', (method, path, allow) => {
    expect(findRoute(method, path)).toEqual({ allow });
  });

  it.each([
    '',
    '/',
    '//',
    '/apps',
    '/apps/',
    '/apps/1',
    '/apps/1/',
    '/apps/1/event',
    '/apps/1/events/',
    '/apps/1//events',
    '/apps/1/channels/a/users/b',
    '/apps/1/channels/a/b',
    '/apps/1/users/a',
    '/app/1/events',
    '/channels',
    '/events',
    '/users/a/b/terminate_connections',
    '/Apps/1/events',
    'apps/1/events',
  ])('does not exist: %j', (path) => {
    for (const method of ['GET', 'POST']) expect(findRoute(method, path)).toBeUndefined();
  });

  it('never makes the search throw', () => {
    const part = fc.oneof(fc.constantFrom('apps', 'users', 'channels', 'events', '%', '%2F', '', '1'), fc.string({ unit: 'binary' }));
    assertProperty(
      fc.property(fc.constantFrom('GET', 'POST', 'x'), fc.array(part), (method, parts) => {
        const found = findRoute(method, `/${parts.join('/')}`);
        if (found !== undefined && 'allow' in found) expect(found.allow).not.toBe(method);
      }),
      1000,
    );
  });
});
