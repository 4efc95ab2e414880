#!/usr/bin/env node
// Nothing else is imported here: on a Node.js that is too old the rest would fail with a message that helps nobody.
import { thisPlatform, whyUnsupported } from './platform.ts';

const reason = whyUnsupported(thisPlatform());
if (reason === undefined) {
  const { run } = await import('./run.ts');
  process.exitCode = await run(process.argv.slice(2), {
    environment: process.env,
    stdout: process.stdout,
    stderr: process.stderr,
    isInteractive: process.stdout.isTTY === true,
    signals: process,
    exit: (code) => process.exit(code),
  });
  // What is still open now, such as an idle connection, is nothing to wait for; output that is on its way is.
  setTimeout(() => process.exit(), 1000).unref();
} else {
  process.stderr.write(`${reason}\n`);
  process.exitCode = 1;
}
