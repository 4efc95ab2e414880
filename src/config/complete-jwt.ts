import type { JwtSettings } from '../core/jwt-settings.ts';
import { chooseKeys } from './jwt-keys.ts';
import type { AppJwtSettings } from './jwt-schema.ts';

/** Turns checked settings for tokens into the record that a server works with. */
export function completeJwt(checked: AppJwtSettings): JwtSettings {
  const chosen = chooseKeys(checked);
  if ('message' in chosen) throw new Error(`jwt ${chosen.message}`); // the check has refused it
  const { secret, pem, jwk, jwksUrl, jwksAllowHttp, jwksAllowPrivateAddress, ...settings } = checked;
  return { ...settings, ...chosen };
}
