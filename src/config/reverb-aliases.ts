import { defaultAppLimits } from '../protocol/limits.ts';
import { type Alias, type AliasTable, needless, partOf, type Setting, sameAs, unsupported } from './alias.ts';
import { parseBoolean, parseWhole } from './env-value.ts';
import { readRedis } from './redis-variables.ts';
import type { Variables } from './variables.ts';

const smallestSize = 1024;

/** Reverb limits whole messages and requests; a limit that was raised was raised for the event inside. */
function messageSize(path: 'limits.httpBodyBytes' | 'limits.webSocketMessageBytes'): Alias {
  return (text, { variables }) => {
    const size = parseWhole(text);
    if (size === undefined) return { fault: 'must be a whole number of bytes' };
    const settings: Setting[] = [{ path, value: Math.max(size, smallestSize) }];
    if (size > defaultAppLimits.eventDataBytes) settings.push({ path: 'limits.eventDataBytes', value: largestSize(variables) });
    return { settings };
  };
}

function largestSize(variables: Variables): number {
  const texts = ['REVERB_MAX_REQUEST_SIZE', 'REVERB_APP_MAX_MESSAGE_SIZE'].map((name) => variables.get(name)?.text ?? '');
  return Math.max(...texts.map((text) => parseWhole(text) ?? 0));
}

const pingIntervalRemark = 'is not used beside REVERB_APP_ACTIVITY_TIMEOUT: the server pings after that time';

const pingInterval: Alias = (text, context) =>
  context.variables.has('REVERB_APP_ACTIVITY_TIMEOUT')
    ? { warning: pingIntervalRemark, remark: pingIntervalRemark }
    : sameAs('limits.activityTimeoutSeconds')(text, context);

const clientEventsFrom: Alias = (text) => {
  const path = 'apps[].clientEvents';
  switch (text.toLowerCase()) {
    case 'none':
      return { settings: [{ path, value: false }] };
    case 'members':
      return { settings: [{ path, value: true }] };
    case 'all':
      return { settings: [{ path, value: true }], warning: 'is `all`, which acts as `members`: only subscribers of a channel may send to it' };
    default:
      return { fault: 'must be members, all or none' };
  }
};

const rateLimiting: Alias = (text, { variables }) => {
  const enabled = parseBoolean(text);
  if (enabled === undefined) return { fault: 'must be true or false' };
  if (!enabled) return { remark: 'is off' };
  const textOf = (name: string, byDefault: string) => variables.get(`REVERB_APP_RATE_LIMIT_${name}`)?.text ?? byDefault;
  const attempts = parseWhole(textOf('MAX_ATTEMPTS', '60'));
  const seconds = parseWhole(textOf('DECAY_SECONDS', '60'));
  const terminate = parseBoolean(textOf('TERMINATE', 'false'));
  if (attempts === undefined || seconds === undefined || seconds === 0 || terminate === undefined) {
    return { fault: 'needs whole numbers in REVERB_APP_RATE_LIMIT_MAX_ATTEMPTS and _DECAY_SECONDS, and true or false in _TERMINATE' };
  }
  return {
    settings: [
      { path: 'limits.messagesPerSecond', value: Math.max(1, Math.ceil(attempts / seconds)) },
      { path: 'limits.messageBurst', value: Math.max(1, attempts) },
      { path: 'limits.terminateOnRateLimit', value: terminate },
    ],
  };
};

const scaling: Alias = (text, { variables }) => {
  const enabled = parseBoolean(text);
  if (enabled === undefined) return { fault: 'must be true or false' };
  if (!enabled) return { remark: 'is off' }; // every Laravel `.env` has REDIS_*: they alone switch nothing on
  const names = { url: 'REDIS_URL', host: 'REDIS_HOST', port: 'REDIS_PORT', username: 'REDIS_USERNAME', password: 'REDIS_PASSWORD', db: 'REDIS_DB' };
  const prefix = variables.get('REVERB_SCALING_CHANNEL')?.text;
  return {
    settings: [
      ...readRedis(variables, names),
      ...(prefix === undefined ? [] : [{ path: 'redis.keyPrefix', value: prefix, variable: 'REVERB_SCALING_CHANNEL' }]),
    ],
  };
};

/** Of variables that the server does not need. */
const reach = 'says how Laravel and browsers reach the server; keep it where they read it';

/** Laravel Reverb's variables, as its `config/reverb.php` reads them. */
export const reverbAliases: AliasTable = {
  REVERB_SERVER_HOST: sameAs('server.host'),
  REVERB_SERVER_PORT: sameAs('server.port'),
  REVERB_SERVER_PATH: sameAs('server.path'),
  REVERB_SERVER: needless('names the driver of Laravel; there is one server here'),
  REVERB_HOST: needless(reach),
  REVERB_PORT: needless(reach),
  REVERB_SCHEME: needless(reach),
  REVERB_APP_ID: sameAs('apps[].id'),
  REVERB_APP_KEY: sameAs('apps[].key'),
  REVERB_APP_SECRET: sameAs('apps[].secret'),
  REVERB_ALLOWED_ORIGINS: sameAs('apps[].allowedOrigins'),
  REVERB_MAX_REQUEST_SIZE: messageSize('limits.httpBodyBytes'),
  REVERB_APP_MAX_MESSAGE_SIZE: messageSize('limits.webSocketMessageBytes'),
  REVERB_APP_PING_INTERVAL: pingInterval,
  REVERB_APP_ACTIVITY_TIMEOUT: sameAs('limits.activityTimeoutSeconds'),
  REVERB_APP_MAX_CONNECTIONS: sameAs('apps[].maxConnections'),
  REVERB_APP_ACCEPT_CLIENT_EVENTS_FROM: clientEventsFrom,
  REVERB_APP_RATE_LIMITING_ENABLED: rateLimiting,
  REVERB_APP_RATE_LIMIT_MAX_ATTEMPTS: partOf('REVERB_APP_RATE_LIMITING_ENABLED'),
  REVERB_APP_RATE_LIMIT_DECAY_SECONDS: partOf('REVERB_APP_RATE_LIMITING_ENABLED'),
  REVERB_APP_RATE_LIMIT_TERMINATE: partOf('REVERB_APP_RATE_LIMITING_ENABLED'),
  REVERB_SCALING_ENABLED: scaling,
  REVERB_SCALING_CHANNEL: partOf('REVERB_SCALING_ENABLED'),
  REVERB_PULSE_INGEST_INTERVAL: unsupported('Pulse reads the number of connections from the HTTP API; the server records nothing for it'),
  REVERB_TELESCOPE_INGEST_INTERVAL: unsupported('`clarion listen` shows events as they come, `--debug` logs them'),
};
