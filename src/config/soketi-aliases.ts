import { type Alias, type AliasTable, partOf, sameAs, scaled } from './alias.ts';
import { parseBoolean } from './env-value.ts';
import { soketiMetrics } from './soketi-metrics.ts';
import { soketiRedis } from './soketi-redis.ts';
import { soketiWithoutCounterpart } from './soketi-unsupported.ts';
import { soketiWebhooks } from './soketi-webhooks.ts';

const kilobyte = 1024;
const largestBody = 1_073_741_824;
const largestMessage = 268_435_456;

/** Soketi limits the event alone: what carries it must be able to hold it, escaped, and ten of them in a batch. */
const eventSize: Alias = (text, context) => {
  const meaning = scaled('limits.eventDataBytes', kilobyte)(text, context);
  const bytes = meaning.settings?.[0]?.value;
  if (typeof bytes !== 'number') return meaning;
  return {
    settings: [
      { path: 'limits.eventDataBytes', value: Math.max(1, Math.round(bytes)) },
      { path: 'limits.webSocketMessageBytes', value: Math.round(Math.min(largestMessage, Math.max(262_144, 2 * bytes))) },
      { path: 'limits.httpBodyBytes', value: Math.round(Math.min(largestBody, Math.max(4_194_304, 20 * bytes))) },
    ],
  };
};

const memberSize: Alias = (text, context) => {
  const meaning = scaled('limits.userInfoBytes', kilobyte)(text, context);
  return { ...meaning, ...(meaning.settings && { settings: meaning.settings.map((setting) => ({ ...setting, value: rounded(setting.value) })) }) };
};

const debug: Alias = (text) => {
  const enabled = parseBoolean(text);
  if (enabled === undefined) return { fault: 'must be true or false' };
  return enabled ? { settings: [{ path: 'log.level', value: 'debug' }] } : { remark: 'is off' };
};

/** A driver of which only the one built in has a counterpart. */
function onlyDriver(name: string, instead: string): Alias {
  return (text) =>
    text === name ? { remark: 'names what is built in' } : { warning: `names a driver without a counterpart and is ignored: ${instead}` };
}

/** Soketi's variables that mean something here, and with them those that do not. */
export const soketiAliases: AliasTable = {
  ...soketiWithoutCounterpart,
  ...soketiRedis,
  ...soketiMetrics,
  SOKETI_APP_MANAGER_DRIVER: onlyDriver('array', 'put the apps into the configuration file'),
  SOKETI_CACHE_DRIVER: onlyDriver('memory', 'events of cache channels are kept in memory, or in Redis where there is one'),
  SOKETI_QUEUE_DRIVER: onlyDriver('sync', 'webhooks have queues of their own'),
  SOKETI_RATE_LIMITER_DRIVER: onlyDriver('local', 'rates are counted in memory, or in Redis where there is one'),
  SOKETI_MODE: onlyDriver('full', 'one process does everything'),
  SOKETI_HOST: sameAs('server.host'),
  SOKETI_PORT: sameAs('server.port'),
  SOKETI_PATH_PREFIX: sameAs('server.path'),
  SOKETI_SSL_CERT: sameAs('server.tls.certFile'),
  SOKETI_SSL_KEY: sameAs('server.tls.keyFile'),
  SOKETI_DEBUG: debug,
  SOKETI_HTTP_ACCEPT_TRAFFIC_MEMORY_THRESHOLD: sameAs('health.memoryPercent'),
  SOKETI_SHUTDOWN_GRACE_PERIOD: scaled('drain.windowSeconds', 0.001),
  SOKETI_DEFAULT_APP_ID: sameAs('apps[].id'),
  SOKETI_DEFAULT_APP_KEY: sameAs('apps[].key'),
  SOKETI_DEFAULT_APP_SECRET: sameAs('apps[].secret'),
  SOKETI_DEFAULT_APP_ENABLED: sameAs('apps[].enabled'),
  SOKETI_DEFAULT_APP_MAX_CONNS: sameAs('apps[].maxConnections'),
  SOKETI_DEFAULT_APP_ENABLE_CLIENT_MESSAGES: sameAs('apps[].clientEvents'),
  SOKETI_DEFAULT_APP_MAX_CLIENT_EVENTS_PER_SEC: sameAs('limits.clientEventsPerSecond'),
  SOKETI_DEFAULT_APP_MAX_BACKEND_EVENTS_PER_SEC: sameAs('limits.backendEventsPerSecond'),
  SOKETI_DEFAULT_APP_MAX_READ_REQ_PER_SEC: sameAs('limits.readsPerSecond'),
  SOKETI_DEFAULT_APP_USER_AUTHENTICATION: sameAs('apps[].userAuthentication.required'),
  SOKETI_USER_AUTHENTICATION_TIMEOUT: scaled('apps[].userAuthentication.timeoutSeconds', 0.001),
  SOKETI_DEFAULT_APP_WEBHOOKS: soketiWebhooks,
  SOKETI_WEBHOOKS_BATCHING: partOf('SOKETI_DEFAULT_APP_WEBHOOKS'),
  SOKETI_WEBHOOKS_BATCHING_DURATION: sameAs('webhooks.batchMilliseconds'),
  SOKETI_CHANNEL_LIMITS_MAX_NAME_LENGTH: sameAs('limits.channelNameCharacters'),
  SOKETI_CHANNEL_CACHE_TTL: sameAs('limits.cacheTtlSeconds'),
  SOKETI_EVENT_MAX_BATCH_SIZE: sameAs('limits.eventsPerBatch'),
  SOKETI_EVENT_MAX_CHANNELS_AT_ONCE: sameAs('limits.channelsPerEvent'),
  SOKETI_EVENT_MAX_NAME_LENGTH: sameAs('limits.eventNameCharacters'),
  SOKETI_EVENT_MAX_SIZE_IN_KB: eventSize,
  SOKETI_PRESENCE_MAX_MEMBERS: sameAs('limits.presenceMembers'),
  SOKETI_PRESENCE_MAX_MEMBER_SIZE: memberSize,
};

function rounded(value: unknown): unknown {
  return typeof value === 'number' ? Math.round(value) : value;
}
