import type { AliasTable } from './alias.ts';
import type { PresetName } from './config.ts';
import { pusherAliases } from './pusher-aliases.ts';
import { reverbAliases } from './reverb-aliases.ts';
import { soketiAliases } from './soketi-aliases.ts';

/** The variables of one other server. */
export interface AliasFamily {
  /** Also the preset that follows from them. */
  readonly preset: PresetName;
  /** What its variables start with. */
  readonly prefix: string;
  readonly aliases: AliasTable;
  /** Its variables for id, key and secret: they belong together and are never mixed with those of another family. */
  readonly credentials: readonly string[];
}

/** In rising precedence. */
export const aliasFamilies: readonly AliasFamily[] = [
  {
    preset: 'pusher',
    prefix: 'PUSHER_APP_',
    aliases: pusherAliases,
    credentials: ['PUSHER_APP_ID', 'PUSHER_APP_KEY', 'PUSHER_APP_SECRET'],
  },
  {
    preset: 'soketi',
    prefix: 'SOKETI_',
    aliases: soketiAliases,
    credentials: ['SOKETI_DEFAULT_APP_ID', 'SOKETI_DEFAULT_APP_KEY', 'SOKETI_DEFAULT_APP_SECRET'],
  },
  {
    preset: 'reverb',
    prefix: 'REVERB_',
    aliases: reverbAliases,
    credentials: ['REVERB_APP_ID', 'REVERB_APP_KEY', 'REVERB_APP_SECRET'],
  },
];
