import { parseArgs } from 'node:util';

export const usage = `npm run bench -- [options]

  --quick               the scenarios of the goals, few repetitions, under two minutes
  --only TEXT           only scenarios whose name contains TEXT; may be repeated; also runs the long ones
  --list                print the names of all scenarios
  --repetitions N       how often each side is measured (4, in --quick 3, or fewer where a repetition takes long)
  --subject NAME        clarion (as built in dist/), the cli/main.js of another build, floor (shows the noise), or http(s)://HOST:PORT of any Pusher-compatible server
  --app-id --key --secret   the app on that server
  --pid N               its process, when it runs on this machine: without it no CPU time and no memory is measured
  --out FILE            where the result goes (bench/results/latest.json)
  --publish             also renew the table in bench/README.md and the charts in bench/results/
  --compare A B         compare two results instead of measuring`;

/** Throws with a sentence for the user when an argument is unknown. */
export function parseArguments(args: readonly string[]) {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
      list: { type: 'boolean', default: false },
      repetitions: { type: 'string' },
      subject: { type: 'string', default: 'clarion' },
      'app-id': { type: 'string', default: '' },
      key: { type: 'string', default: '' },
      secret: { type: 'string', default: '' },
      pid: { type: 'string' },
      out: { type: 'string' },
      publish: { type: 'boolean', default: false },
      compare: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  return { ...values, positionals };
}

export type Arguments = ReturnType<typeof parseArguments>;
