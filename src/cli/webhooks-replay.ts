import { MemoryAppStore } from '../drivers/memory/app-store.ts';
import { replay } from '../webhooks/replay.ts';
import { systemTimers } from '../webhooks/timers.ts';
import { createTransport } from '../webhooks/transport.ts';
import type { Command } from './command.ts';
import { loadFrom } from './config-flags.ts';
import { exitCodes } from './exit-code.ts';
import { complain, print } from './terminal.ts';
import { deadLetterFlags, openDeadLetters } from './webhooks-file.ts';

/** `clarion webhooks replay`: delivers what was given up, and takes what was accepted off the dead-letter list. */
export const webhooksReplay: Command = {
  name: 'webhooks replay',
  summary: 'Deliver again the webhooks that were given up.',
  positionals: { usage: '[ID …]', least: 0, most: Number.POSITIVE_INFINITY },
  flags: deadLetterFlags,
  details:
    'All of them, oldest first, or those with the given ids. They keep their ids; `time_ms` of the request is now, `time_ms` of the event is when it\n' +
    'happened. Endpoints, headers and keys are those of the configuration. A running server can use the file meanwhile; run one replay at a time.\n' +
    'Exits with 1 when an event could not be delivered; it stays on the list.',
  async run(input, terminal) {
    const { config } = loadFrom(input, terminal);
    const file = openDeadLetters(input, config);
    const transport = createTransport({ settings: config.webhooks, timers: systemTimers });
    const ids = new Set(input.positionals);
    const missing = new Set(ids);
    const counts = { delivered: 0, failed: 0, skipped: 0 };
    try {
      await replay({
        file,
        apps: new MemoryAppStore(config.apps),
        transport,
        clock: { now: () => Date.now() },
        breakerFailures: config.webhooks.breakerFailures,
        isWanted: ({ id }) => ids.size === 0 || ids.has(id),
        report({ id, endpoint }, outcome) {
          missing.delete(id);
          counts[outcome.result] += 1;
          if (outcome.result !== 'delivered') complain(terminal, `${id} to ${endpoint.origin}: ${outcome.result}, ${outcome.reason}`);
        },
      });
    } finally {
      transport.abort();
    }
    for (const id of missing) complain(terminal, `${id} is not on the list`);
    print(terminal, `${counts.delivered} delivered, ${counts.failed} failed, ${counts.skipped} skipped.`);
    return counts.failed + counts.skipped + missing.size === 0 ? exitCodes.success : exitCodes.failure;
  },
};
