import { type AliasTable, needless, sameAs, unsupported } from './alias.ts';

/** Of variables that the server does not need. */
const reach = 'says how Laravel and browsers reach the server; keep it where they read it';

/** Variables of Laravel's Pusher driver, and those that laravel-websockets reads beside them. */
export const pusherAliases: AliasTable = {
  PUSHER_APP_ID: sameAs('apps[].id'),
  PUSHER_APP_KEY: sameAs('apps[].key'),
  PUSHER_APP_SECRET: sameAs('apps[].secret'),
  PUSHER_APP_PATH: sameAs('server.path'),
  PUSHER_APP_CLUSTER: needless('names a data centre of Pusher; SDKs that insist on one take any word'),
  PUSHER_HOST: needless(reach),
  PUSHER_PORT: needless(reach),
  PUSHER_SCHEME: needless(reach),
  LARAVEL_WEBSOCKETS_HOST: sameAs('server.host'),
  LARAVEL_WEBSOCKETS_PORT: sameAs('server.port'),
  LARAVEL_WEBSOCKETS_SSL_LOCAL_CERT: sameAs('server.tls.certFile'),
  LARAVEL_WEBSOCKETS_SSL_LOCAL_PK: sameAs('server.tls.keyFile'),
  LARAVEL_WEBSOCKETS_SSL_CA: unsupported('append the authority to the file of the certificate'),
  LARAVEL_WEBSOCKETS_SSL_PASSPHRASE: unsupported('store the key without a passphrase, readable by the server only'),
};
