const field = 'clarion:listen_only';

/** What signed `channel_data` says of somebody who may listen, but send no client events. Not of Pusher's protocol. */
export const listenOnly = `"${field}":true`;

/** Whether signed `channel_data` says so. What is no JSON says nothing. */
export function isListenOnly(channelData: string | undefined): boolean {
  if (channelData === undefined || !channelData.includes(field)) return false;
  try {
    const value: unknown = JSON.parse(channelData);
    return typeof value === 'object' && value !== null && (value as Record<string, unknown>)[field] === true;
  } catch {
    return false;
  }
}
