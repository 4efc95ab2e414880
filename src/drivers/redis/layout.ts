import type { Commands } from './client.ts';
import { type KeySpace, layoutKey, layoutVersion } from './keys.ts';

/**
 * Agrees with the other nodes on how the keys are laid out; the first one decides. Rejects with an explanation when this node is configured
 * otherwise: it would look for everything in the wrong place.
 */
export async function agreeOnLayout(commands: Commands, keySpace: KeySpace, partitions: number): Promise<void> {
  const wanted = `${layoutVersion}/${partitions}`;
  const key = layoutKey(keySpace);
  await commands.setnx(key, wanted);
  const agreed = (await commands.get(key)) ?? wanted;
  if (agreed === wanted) return;
  const [version, count] = agreed.split('/');
  if (version !== String(layoutVersion)) throw new Error(`Redis is in use by another release of Clarion, whose layout of keys is ${version}`);
  const remedy = `to change it for all, stop them and delete the key ${key}`;
  throw new Error(`The other nodes of this cluster use redis.partitions=${count}, this one ${partitions}: all must agree (${remedy})`);
}
