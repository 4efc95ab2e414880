import { type AliasTable, noConcern, sameAs } from './alias.ts';

/** Variables of Laravel's Pusher driver, which laravel-websockets reads as well. */
export const pusherAliases: AliasTable = {
  PUSHER_APP_ID: sameAs('apps[].id'),
  PUSHER_APP_KEY: sameAs('apps[].key'),
  PUSHER_APP_SECRET: sameAs('apps[].secret'),
  PUSHER_APP_PATH: sameAs('server.path'),
  PUSHER_APP_CLUSTER: noConcern,
};
