import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Loaded into each measured Node process before its own program (`node --import`): the process ends with the one that started it, and
 * collects its garbage on request.
 */
setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

process.on('message', () => {
  collectGarbage();
  process.send?.('collected');
});
process.on('disconnect', () => process.exit(1));
process.channel?.unref();
