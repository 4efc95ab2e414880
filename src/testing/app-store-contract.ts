import { describe, expect, it } from 'vitest';
import type { App } from '../core/app.ts';
import type { AppStore } from '../core/ports.ts';
import { testApp } from './test-app.ts';

/** What every `AppStore` guarantees. `open` makes one that holds these apps. */
export function describeAppStore(name: string, open: (apps: readonly App[]) => Promise<AppStore>): void {
  const one = testApp({
    id: '1',
    keys: [
      { key: 'active', secret: 's1', status: 'active' },
      { key: 'old', secret: 's2', status: 'verify-only' },
      { key: 'gone', secret: 's3', status: 'revoked' },
    ],
  });
  const disabled = testApp({ id: 'my-app', keys: [{ key: 'other', secret: 's4', status: 'active' }], enabled: false });

  describe(`${name} app store`, () => {
    it('finds apps by id, numeric or text, disabled ones too', async () => {
      const store = await open([one, disabled]);
      expect(await store.byId('1')).toEqual(one);
      expect(await store.byId('my-app')).toEqual(disabled);
    });

    it('finds apps by each of their keys, revoked ones included', async () => {
      const store = await open([one, disabled]);
      for (const key of ['active', 'old', 'gone']) expect(await store.byKey(key)).toEqual(one);
      expect(await store.byKey('other')).toEqual(disabled);
    });

    it.each(['', '2', '01', 'MY-APP', 'active', '__proto__', 'constructor'])('knows no app with the id %j', async (id) => {
      expect(await (await open([one, disabled])).byId(id)).toBeUndefined();
    });

    it.each(['', '1', 'ACTIVE', '__proto__', 'constructor', 's1'])('knows no app with the key %j', async (key) => {
      expect(await (await open([one, disabled])).byKey(key)).toBeUndefined();
    });

    it('may hold no app at all', async () => {
      const store = await open([]);
      expect([await store.byId('1'), await store.byKey('active')]).toEqual([undefined, undefined]);
    });
  });
}
