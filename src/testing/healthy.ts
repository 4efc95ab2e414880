import type { Health } from '../http/health.ts';

/** A server that is well. */
export const healthy: Health = { obstacles: [], memoryPercent: 0 };
