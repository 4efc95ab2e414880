import { resolve } from 'node:path';
import type { Arguments } from './arguments.ts';
import type { Cores } from './measure/cores.ts';
import type { Scenario } from './scenarios/scenario.ts';
import { clarion, floor, remote } from './targets/kinds.ts';
import type { TargetKind } from './targets/target.ts';

/** The server that a run is about. Throws when the argument names none. */
export function selectSubject(options: Arguments, cores: Cores): TargetKind {
  if (options.subject === 'clarion') return clarion(cores.server);
  if (options.subject === 'floor') return floor(cores.server);
  if (options.subject.endsWith('.js')) return clarion(cores.server, resolve(options.subject));
  const { hostname, port } = new URL(options.subject);
  const { 'app-id': appId, key, secret, pid } = options;
  return remote({
    address: { host: hostname, port: Number(port || 80) },
    credentials: { appId, key, secret },
    pid: pid === undefined ? undefined : Number(pid),
  });
}

/** Whether a run includes a scenario. */
export function isSelected({ name, isQuick, isLong, needs }: Scenario, { quick, only }: Arguments, subject: TargetKind): boolean {
  if (needs !== undefined && !subject.abilities.includes(needs)) return false;
  if (only.length > 0) return only.some((text) => name.includes(text)) && (isQuick || !quick);
  return quick ? isQuick : !isLong;
}
