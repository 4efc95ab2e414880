import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Arguments } from './arguments.ts';
import type { Address } from './generator/client.ts';
import type { Cores } from './measure/cores.ts';
import { familyOf } from './measure/usage.ts';
import { scenarios } from './scenarios/all.ts';
import type { Scenario } from './scenarios/scenario.ts';
import { clarion } from './targets/clarion.ts';
import { floor, remote } from './targets/kinds.ts';
import type { TargetKind } from './targets/target.ts';

/** The server that a run is about. Throws when the arguments name none, or not all that it takes to reach it. */
export function selectSubject(options: Arguments, cores: Cores): TargetKind {
  if (options.subject === 'clarion') return clarion(cores);
  if (options.subject === 'floor') return floor(cores.server);
  if (options.subject.endsWith('.js')) return clarion(cores, resolve(options.subject));
  const { 'app-id': appId, key, secret, pid } = options;
  const address = addressOf(options.subject);
  if (appId === '' || key === '' || secret === '') throw new Error(`--subject ${options.subject} needs --app-id, --key and --secret`);
  if (pid !== undefined && !existsSync(`/proc/${pid}`)) throw new Error(`--pid ${pid}: there is no such process on this machine`);
  return remote({ address, credentials: { appId, key, secret }, pids: pid === undefined ? [] : familyOf(pid) });
}

function addressOf(subject: string): Address {
  const url = URL.canParse(subject) ? new URL(subject) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.pathname !== '/') {
    throw new Error(`--subject ${subject}: it takes clarion, floor, a path that ends in .js, or http(s)://HOST:PORT`);
  }
  const isSecure = url.protocol === 'https:';
  return { host: url.hostname, port: Number(url.port || (isSecure ? 443 : 80)), isSecure };
}

/** The scenarios of a run. Throws when there are none: a word that is misspelt must not look like a goal that is met. */
export function selectScenarios(options: Arguments, subject: TargetKind): readonly Scenario[] {
  const selected = scenarios.filter((scenario) => isSelected(scenario, options, subject));
  const unknown = options.only.filter((text) => !selected.some(({ name }) => name.includes(text)));
  if (unknown.length === 0 && selected.length > 0) return selected;
  const among = `${options.quick ? '--quick' : 'the scenarios'} for ${subject.name}`;
  throw new Error(`--only ${unknown.join(', ')}: not among ${among}. --list prints all names`);
}

function isSelected({ name, isQuick, isLong, needs }: Scenario, { quick, only, long }: Arguments, subject: TargetKind): boolean {
  if (needs !== undefined && !subject.abilities.includes(needs)) return false;
  if (only.length > 0) return only.some((text) => name.includes(text)) && (isQuick || !quick);
  return quick ? isQuick : long || !isLong;
}
