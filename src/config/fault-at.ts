import type { Fault } from './fault.ts';
import { type Merged, sourceOf } from './merge.ts';

export type Path = readonly PropertyKey[];

/** A fault of the value at a path, with the source of that value. */
export function faultAt({ sources }: Pick<Merged, 'sources'>, path: Path, message: string): Fault {
  const source = sourceOf(sources, path);
  return { option: formatPath(path), message, ...(source !== undefined && { source }) };
}

/** A path as people write it: `apps[0].key`. */
export function formatPath(path: Path): string {
  return path.map((step, index) => (typeof step === 'number' ? `[${step}]` : index === 0 ? String(step) : `.${String(step)}`)).join('');
}
