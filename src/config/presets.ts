import type { z } from 'zod';
import type { PresetName } from './config.ts';
import type { settingsSchema } from './schema.ts';

/**
 * Where another server's own defaults let through what ours would refuse, or clients were tuned to them. What only protects the server, and was
 * never there to be relied on, stays as it is.
 */
export const presets = {
  pusher: { limits: { activityTimeoutSeconds: 120 } },
  reverb: {
    limits: {
      presenceMembers: null,
      userInfoBytes: null,
      clientEventsPerSecond: null,
      clientEventsPerSecondPerUser: null,
      messagesPerSecond: null,
      channelsPerEvent: null,
      eventsPerBatch: null,
    },
  },
  soketi: {
    limits: {
      eventDataBytes: 102_400,
      // Soketi's own are 100 MB each; these hold an event of that size in escapes, and ten in a batch.
      webSocketMessageBytes: 262_144,
      httpBodyBytes: 4_194_304,
      userInfoBytes: 2048,
      cacheTtlSeconds: 3600,
      clientEventsPerSecond: null,
      clientEventsPerSecondPerUser: null,
      messagesPerSecond: null,
    },
  },
} as const satisfies Record<PresetName, z.input<typeof settingsSchema>>;

/** The port of those who configured Reverb and did not say which. */
export const reverbPort = 8080;
