import type { NodeCommand, NodeReply, NodeSettings } from './command.ts';
import { loadAddresses, loadTopics, startDrivers } from './drivers.ts';
import { NodePerformer } from './performer.ts';

await serve(JSON.parse(process.argv[2] ?? '{}') as NodeSettings);

/** A process that holds the drivers of one node and nothing else; it ends with the one that started it. */
async function serve(settings: NodeSettings): Promise<void> {
  process.on('disconnect', () => process.exit());
  const drivers = await startDrivers(settings, (events) => performer.receive(events));
  const performer = new NodePerformer(drivers, await loadTopics(settings), await loadAddresses(settings.sources));
  process.on('message', (command: NodeCommand) => {
    void answer(performer, command);
  });
  reply({ done: true });
}

async function answer(performer: NodePerformer, command: NodeCommand): Promise<void> {
  reply(
    await performer.perform(command).then(
      () => ({ done: true }) as const,
      (fault: unknown) => ({ fault: fault instanceof Error ? fault.message : String(fault) }),
    ),
  );
}

function reply(message: NodeReply): void {
  process.send?.(message);
}
