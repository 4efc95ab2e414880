import type { Command } from './command.ts';
import { configCheck } from './config-check.ts';
import { configPrint } from './config-print.ts';
import { doctor } from './doctor.ts';
import { keygen } from './keygen.ts';
import { listen } from './listen.ts';
import { start } from './start.ts';
import { trigger } from './trigger.ts';
import { version } from './version.ts';
import { webhooksList } from './webhooks-list.ts';
import { webhooksReplay } from './webhooks-replay.ts';

/** All commands, in the order of the help. */
export const commands: readonly Command[] = [start, configCheck, configPrint, doctor, keygen, trigger, listen, webhooksList, webhooksReplay, version];
