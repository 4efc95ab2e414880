import { parseArgs } from 'node:util';

export const usage = `npm run bench -- [options]

  --quick               the scenarios of the goals, few repetitions, under two minutes
  --only TEXT           only scenarios whose name contains TEXT; may be repeated; also runs the long ones
  --long                the long ones as well: the soak
  --list                print the names of all scenarios
  --repetitions N       how often each side is measured (4, in --quick 3, or fewer where a repetition takes long)
  --subject NAME        clarion (as built in dist/), the cli/main.js of another build, floor (shows the noise), or http(s)://HOST:PORT of any Pusher-compatible server
  --app-id --key --secret   the app on that server, needed with its URL
  --pid N               its process, when it runs on this machine: without it no CPU time and no memory is measured
  --out FILE            where the result goes (bench/results/latest.json, with --publish published.json beside it)
  --publish             also renew the table in bench/README.md, the charts in bench/results/ and bench/capacity.md; not with a part of the scenarios
  --compare A B         compare two results instead of measuring`;

/** Throws with a sentence for the user when an argument is unknown, or makes no sense. */
export function parseArguments(args: readonly string[]) {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
      long: { type: 'boolean', default: false },
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
  const { repetitions, pid, ...others } = values;
  const parsed = { ...others, repetitions: countOf('--repetitions', repetitions), pid: countOf('--pid', pid), positionals };
  refuseNonsense(parsed);
  return parsed;
}

export type Arguments = ReturnType<typeof parseArguments>;

function countOf(option: string, text: string | undefined): number | undefined {
  if (text !== undefined && !/^[1-9]\d{0,8}$/.test(text)) throw new Error(`${option} ${text}: it takes a positive whole number`);
  return text === undefined ? undefined : Number(text);
}

function refuseNonsense({ compare, publish, quick, only, subject, positionals }: Arguments): void {
  if (compare && positionals.length !== 2) throw new Error('--compare takes two files');
  if (!compare && positionals.length > 0)
    throw new Error(`${positionals[0]}: not an option. Scenarios are chosen by --only, files compared by --compare`);
  if (publish && (quick || only.length > 0 || subject !== 'clarion')) {
    throw new Error('--publish is for whole runs of this repository: without --quick, --only and --subject');
  }
}
