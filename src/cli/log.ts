import { type Logger, pino } from 'pino';
import { PinoPretty } from 'pino-pretty';
import type { Config } from '../config/config.ts';
import { redacted } from '../config/redact.ts';

/** Names of fields that never reach the log, wherever they stand in the fields of a line. */
const secretFields = [
  'secret',
  'password',
  'auth',
  'auth_signature',
  'authorization',
  'signature',
  'channel_data',
  'user_data',
  'channelData',
  'userData',
];

/** The log of a process: lines of JSON, or lines for people. */
export function createLog({ level, pretty }: Config['log'], destination: NodeJS.WritableStream, colorize: boolean): Logger {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: secretFields.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: redacted },
  };
  if (!pretty) return pino(options, destination);
  return pino(options, PinoPretty({ colorize, destination, translateTime: 'SYS:HH:MM:ss.l', singleLine: true }));
}
