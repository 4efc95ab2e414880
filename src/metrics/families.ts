import { clusterFamilies } from './cluster-families.ts';
import { connectionFamilies } from './connection-families.ts';
import type { Family } from './family.ts';
import { limitFamilies } from './limit-families.ts';
import { processFamilies } from './process-families.ts';
import { tokenFamilies } from './token-families.ts';
import { trafficFamilies } from './traffic-families.ts';
import { webhookFamilies } from './webhook-families.ts';

/** Every metric of our own. */
export const families: readonly Family[] = [
  ...connectionFamilies,
  ...trafficFamilies,
  ...clusterFamilies,
  ...limitFamilies,
  ...tokenFamilies,
  ...webhookFamilies,
  ...processFamilies,
];
