import { type Alias, needless, sameAs, scaled, unsupported } from '../config/alias.ts';
import type { PathTable } from './source.ts';

/** An empty list lets everybody in. */
const origins: Alias = (text, context) =>
  text === '[]' ? { remark: 'is empty: all origins may connect' } : sameAs('apps[].allowedOrigins')(text, context);

const dashboard = unsupported('`clarion listen` shows events as they come');

/** Options of laravel-websockets' `config('websockets')`, and what means the same. */
export const laravelWebsocketsPaths: PathTable = {
  'dashboard.port': 'LARAVEL_WEBSOCKETS_PORT',
  'dashboard.domain': dashboard,
  'dashboard.path': dashboard,
  'dashboard.middleware': dashboard,
  allowed_origins: origins,
  max_request_size_in_kb: scaled('limits.httpBodyBytes', 1024),
  path: dashboard,
  middleware: dashboard,
  statistics: unsupported('there are no statistics in a database'),
  'ssl.local_cert': 'LARAVEL_WEBSOCKETS_SSL_LOCAL_CERT',
  'ssl.local_pk': 'LARAVEL_WEBSOCKETS_SSL_LOCAL_PK',
  'ssl.capath': 'LARAVEL_WEBSOCKETS_SSL_CA',
  'ssl.passphrase': 'LARAVEL_WEBSOCKETS_SSL_PASSPHRASE',
  channel_manager: needless('names a class of laravel-websockets'),
};

/** What an entry of laravel-websockets' `apps` holds. */
export const laravelWebsocketsApp: PathTable = {
  id: 'PUSHER_APP_ID',
  name: needless('is a name for people'),
  key: 'PUSHER_APP_KEY',
  secret: 'PUSHER_APP_SECRET',
  path: needless('is the path that clients use; server.path sets it for all apps'),
  capacity: sameAs('apps[].maxConnections'),
  enable_client_messages: sameAs('apps[].clientEvents'),
  enable_statistics: needless('counts are always kept'),
};
