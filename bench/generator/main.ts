import type { Command, GeneratorSettings, Outcome, Reply } from './command.ts';
import { Crowd } from './crowd.ts';
import { Performer } from './performer.ts';

serve(new Crowd(JSON.parse(process.argv[2] ?? '{}') as GeneratorSettings));

/** A generator process: does one command after the other for the process that started it, and ends with it. */
function serve(crowd: Crowd): void {
  const performer = new Performer(crowd);
  process.on('message', (command: Command) => {
    void answer(() => performer.perform(command));
  });
  process.on('disconnect', () => process.exit());
}

async function answer(work: () => Promise<Outcome>): Promise<void> {
  const reply: Reply = await work().then(
    (outcome) => ({ outcome }),
    (fault: unknown) => ({ fault: fault instanceof Error ? fault.message : String(fault) }),
  );
  process.send?.(reply);
}
