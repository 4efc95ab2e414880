import { resolve } from 'node:path';
import type { Arguments } from './arguments.ts';
import type { Cores } from './measure/cores.ts';
import { familyOf } from './measure/usage.ts';
import type { Scenario } from './scenarios/scenario.ts';
import { clarion } from './targets/clarion.ts';
import { floor, remote } from './targets/kinds.ts';
import type { TargetKind } from './targets/target.ts';

/** The server that a run is about. Throws when the argument names none. */
export function selectSubject(options: Arguments, cores: Cores): TargetKind {
  if (options.subject === 'clarion') return clarion(cores);
  if (options.subject === 'floor') return floor(cores.server);
  if (options.subject.endsWith('.js')) return clarion(cores, resolve(options.subject));
  const { protocol, hostname, port } = new URL(options.subject);
  const isSecure = protocol === 'https:';
  const { 'app-id': appId, key, secret, pid } = options;
  return remote({
    address: { host: hostname, port: Number(port || (isSecure ? 443 : 80)), isSecure },
    credentials: { appId, key, secret },
    pids: pid === undefined ? [] : familyOf(Number(pid)),
  });
}

/** Whether a run includes a scenario. */
export function isSelected({ name, isQuick, isLong, needs }: Scenario, { quick, only }: Arguments, subject: TargetKind): boolean {
  if (needs !== undefined && !subject.abilities.includes(needs)) return false;
  if (only.length > 0) return only.some((text) => name.includes(text)) && (isQuick || !quick);
  return quick ? isQuick : !isLong;
}
