import { needless, sameAs } from '../config/alias.ts';
import type { PathTable } from './source.ts';

/** Options of Laravel Reverb's `config('reverb')`, and the variables that mean the same. */
export const reverbPaths: PathTable = {
  default: 'REVERB_SERVER',
  'servers.reverb.host': 'REVERB_SERVER_HOST',
  'servers.reverb.port': 'REVERB_SERVER_PORT',
  'servers.reverb.path': 'REVERB_SERVER_PATH',
  'servers.reverb.hostname': 'REVERB_HOST',
  'servers.reverb.options.tls.local_cert': sameAs('server.tls.certFile'),
  'servers.reverb.options.tls.local_pk': sameAs('server.tls.keyFile'),
  'servers.reverb.max_request_size': 'REVERB_MAX_REQUEST_SIZE',
  'servers.reverb.scaling.enabled': 'REVERB_SCALING_ENABLED',
  'servers.reverb.scaling.channel': 'REVERB_SCALING_CHANNEL',
  'servers.reverb.scaling.server.url': 'REDIS_URL',
  'servers.reverb.scaling.server.host': 'REDIS_HOST',
  'servers.reverb.scaling.server.port': 'REDIS_PORT',
  'servers.reverb.scaling.server.username': 'REDIS_USERNAME',
  'servers.reverb.scaling.server.password': 'REDIS_PASSWORD',
  'servers.reverb.scaling.server.database': 'REDIS_DB',
  'servers.reverb.scaling.server.timeout': needless('belongs to the client of Redis, which waits as long as it has to'),
  'servers.reverb.pulse_ingest_interval': 'REVERB_PULSE_INGEST_INTERVAL',
  'servers.reverb.telescope_ingest_interval': 'REVERB_TELESCOPE_INGEST_INTERVAL',
  'apps.provider': needless('says where the apps are; the list of them is read'),
};

/** What an entry of Reverb's `apps.apps` holds. */
export const reverbApp: PathTable = {
  app_id: 'REVERB_APP_ID',
  key: 'REVERB_APP_KEY',
  secret: 'REVERB_APP_SECRET',
  'options.host': 'REVERB_HOST',
  'options.port': 'REVERB_PORT',
  'options.scheme': 'REVERB_SCHEME',
  'options.useTLS': needless('says how Laravel and browsers reach the server; keep it where they read it'),
  allowed_origins: 'REVERB_ALLOWED_ORIGINS',
  ping_interval: 'REVERB_APP_PING_INTERVAL',
  activity_timeout: 'REVERB_APP_ACTIVITY_TIMEOUT',
  max_connections: 'REVERB_APP_MAX_CONNECTIONS',
  max_message_size: 'REVERB_APP_MAX_MESSAGE_SIZE',
  accept_client_events_from: 'REVERB_APP_ACCEPT_CLIENT_EVENTS_FROM',
  'rate_limiting.enabled': 'REVERB_APP_RATE_LIMITING_ENABLED',
  'rate_limiting.max_attempts': 'REVERB_APP_RATE_LIMIT_MAX_ATTEMPTS',
  'rate_limiting.decay_seconds': 'REVERB_APP_RATE_LIMIT_DECAY_SECONDS',
  'rate_limiting.terminate_on_limit': 'REVERB_APP_RATE_LIMIT_TERMINATE',
};
