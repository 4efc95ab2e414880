import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { type Chance, fuzz, fuzzTimeoutMilliseconds } from '../testing/fuzz.ts';
import { mutateText, mutateValue } from '../testing/mutate.ts';
import { ConfigError } from './fault.ts';
import { describeSettings } from './json-schema.ts';
import { loadConfig } from './load.ts';
import { nativeName } from './native-variables.ts';
import { listOptions } from './option.ts';
import { reverbAliases } from './reverb-aliases.ts';
import { soketiAliases } from './soketi-aliases.ts';

const example = JSON.parse(readFileSync(new URL('../../config/clarion.example.json', import.meta.url), 'utf8')) as object;
const names = [
  ...listOptions(describeSettings()).flatMap(({ path }) => nativeName(path) ?? []),
  ...Object.keys(reverbAliases),
  ...Object.keys(soketiAliases),
];
const texts = [
  'true',
  'false',
  '0',
  '1',
  '10',
  '-1',
  'null',
  '',
  'x',
  '1e9',
  '[]',
  '{}',
  '[{}]',
  'a,b',
  'https://*.example.com',
  '99999999999999999999',
];
const secret = 'a-secret-that-nobody-may-repeat';

function environment(chance: Chance): Record<string, string> {
  const entries = Array.from({ length: chance.below(6) }, () => {
    const text = chance.pick(texts);
    return [chance.pick(names), chance.oneIn(3) ? mutateText(chance, text) : text] as const;
  });
  return Object.fromEntries(entries.map(([name, text]) => [name, text.replaceAll('\0', '')]));
}

it('whatever the configuration: it is loaded, or refused with sentences that repeat no secret', { timeout: fuzzTimeoutMilliseconds }, async () => {
  await fuzz((chance) => {
    const settings = chance.oneIn(4) ? example : mutateValue(chance, example);
    try {
      const { config, warnings } = loadConfig({ settings, environment: { ...environment(chance), CLARION_APP_SECRET: secret } });
      expect(config.apps.length).toBeGreaterThan(0);
      expect(warnings.join('\n')).not.toContain(secret);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      expect(error.message).not.toContain(secret);
      expect(error.message).not.toContain('replace-me');
    }
  });
});
