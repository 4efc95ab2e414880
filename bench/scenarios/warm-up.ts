import type { PublishCommand } from '../generator/command.ts';
import type { Generator } from '../generator/generator.ts';

/** Requests after which the code of both servers is compiled: measured, costs fall by half over the first thousands. */
const requests = 20_000;
const mostFrames = 500_000;
const inFlight = 16;

/** Runs both ways of an event until they cost what they will always cost: first the request alone, then with its deliveries. */
export async function warmUp(generator: Pick<Generator, 'do'>, command: PublishCommand): Promise<void> {
  const pace = { inFlight };
  if (command.via !== 'client-event') {
    const nobody = { prefix: 'warm-up-', distinct: 100 };
    await generator.do({ ...command, channels: nobody, events: requests, framesPerEvent: 0, pace });
  }
  if (command.framesPerEvent === 0) return;
  await generator.do({ ...command, events: Math.ceil(Math.min(requests, mostFrames / command.framesPerEvent)), pace });
}
