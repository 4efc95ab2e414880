import type { Alias } from './alias.ts';
import { parseBoolean } from './env-value.ts';
import { isTree, type Tree } from './tree.ts';

/** Soketi's list of webhooks in our words. What has no counterpart is kept under its own name, so that the check of the settings names it. */
export const soketiWebhooks: Alias = (text, { variables }) => {
  const list = parseList(text);
  if (list === undefined) return { fault: 'must be a list of webhooks as JSON' };
  const batch = parseBoolean(variables.get('SOKETI_WEBHOOKS_BATCHING')?.text ?? '') ?? false;
  const endpoints = list.filter((webhook) => !isTree(webhook) || !isLambda(webhook));
  return {
    settings: [{ path: 'apps[].webhooks', value: endpoints.map((webhook) => (isTree(webhook) ? translate(webhook, batch) : webhook)) }],
    ...(endpoints.length < list.length && { warning: 'has webhooks that call Lambda functions; they are ignored' }),
  };
};

function parseList(text: string): readonly unknown[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isLambda(webhook: Tree): boolean {
  return webhook.url === undefined && (webhook.lambda_function !== undefined || webhook.lambda !== undefined);
}

function translate({ url, event_types, headers, filter, ...others }: Tree, batch: boolean): Tree {
  return {
    ...others,
    url,
    batch,
    ...(event_types !== undefined && { events: event_types }),
    ...(headers !== undefined && { headers }),
    ...(isTree(filter) && { filter: translateFilter(filter) }),
  };
}

function translateFilter({ channel_name_starts_with: start, channel_name_ends_with: end, ...others }: Tree): Tree {
  return {
    ...others,
    ...(start !== undefined && { channelNameStartsWith: start }),
    ...(end !== undefined && { channelNameEndsWith: end }),
  };
}
