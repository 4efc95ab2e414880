import type { Command } from './command.ts';
import { configCheck } from './config-check.ts';
import { configPrint } from './config-print.ts';
import { doctor } from './doctor.ts';
import { health } from './health.ts';
import { keygen } from './keygen.ts';
import { listen } from './listen.ts';
import { logLevel } from './log-level.ts';
import { migrate } from './migrate.ts';
import { start } from './start.ts';
import { top } from './top.ts';
import { trigger } from './trigger.ts';
import { version } from './version.ts';
import { webhooksList } from './webhooks-list.ts';
import { webhooksReplay } from './webhooks-replay.ts';

/** All commands, in the order of the help. */
export const commands: readonly Command[] = [
  start,
  configCheck,
  configPrint,
  migrate,
  doctor,
  health,
  keygen,
  trigger,
  listen,
  logLevel,
  top,
  webhooksList,
  webhooksReplay,
  version,
];
