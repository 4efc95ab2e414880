import { nativeName } from '../config/native-variables.ts';
import { isTree, type Tree } from '../config/tree.ts';

export interface WithoutSecrets {
  readonly settings: Tree;
  /** Variables that have to give what was left out. */
  readonly variables: readonly string[];
}

/** Settings without what must not lie in a file. `undefined` when variables could not give it back: they describe one app only, and no headers. */
export function leaveOutSecrets(settings: Tree): WithoutSecrets | undefined {
  const { apps = [], redis, ...others } = settings;
  const [app, ...more] = Array.isArray(apps) ? apps.filter(isTree) : [];
  if (more.length > 0 || hasHeaders(app)) return undefined;
  const { secret, ...openApp } = app ?? {};
  const { password, url, ...openRedis } = isTree(redis) ? redis : {};
  const hidesUrl = typeof url === 'string' && url.includes('@');
  const kept = { ...openRedis, ...(url !== undefined && !hidesUrl && { url }) };
  return {
    settings: { ...others, ...(app !== undefined && { apps: [openApp] }), ...(Object.keys(kept).length > 0 && { redis: kept }) },
    variables: [
      ...(secret === undefined ? [] : ['apps[].secret']),
      ...(password === undefined ? [] : ['redis.password']),
      ...(hidesUrl ? ['redis.url'] : []),
    ].map((path) => nativeName(path) ?? path),
  };
}

function hasHeaders(app: Tree | undefined): boolean {
  return Array.isArray(app?.webhooks) && app.webhooks.some((webhook) => isTree(webhook) && webhook.headers !== undefined);
}
