import type { MetricName } from '../measure/metrics.ts';
import type { JudgedGoal, RunResult, ScenarioResult, Side } from './result.ts';

export const heading = ['scenario', 'subject', 'reference', 'ratio', 'goal', 'met', 'per second', 'p50 ms', 'p99 ms', 'generator', 'notes'] as const;

/** Above this part of a core the generator may have set the pace. */
const generatorLimit = 0.9;
/** Above this many cores other processes may have spoiled the caches. */
const strangersLimit = 0.1;

/** One row for each goal; for a scenario without goals, one row. */
export function rowsOf({ scenarios }: RunResult): readonly (readonly string[])[] {
  return scenarios.flatMap(scenarioRows);
}

function scenarioRows(result: ScenarioResult): readonly (readonly string[])[] {
  const { subject } = result;
  const goals: readonly (JudgedGoal | undefined)[] = result.goals.length > 0 ? result.goals : [undefined];
  return goals.map((goal, nth) => [
    nth === 0 ? result.name : '',
    amount(subject, goal?.metric ?? mainMetric(subject), result.unit),
    amount(result.reference, goal?.metric ?? mainMetric(subject), result.unit),
    ratioText(result, goal),
    goal === undefined ? '' : `<= ${limit(goal)}`,
    goal === undefined ? '' : goal.isMet ? 'yes' : 'NO',
    ...(nth === 0 ? pace(result) : ['', '', '', '']),
    nth === 0 ? notes(subject, result.reference) : '',
  ]);
}

function limit({ kind, metric, atMost }: JudgedGoal): string {
  if (kind === 'ratio') return `${atMost}x`;
  return kind === 'difference' ? `+ ${format(metric, atMost, '')}` : format(metric, atMost, '');
}

/** Of both sides: a cost may be saved at the price of a wait. */
function pace({ subject, reference }: ScenarioResult): readonly string[] {
  const both = (name: MetricName, show: (value: number) => string): string => {
    const [own, other] = [subject, reference].map((side) => side?.median[name]);
    if (own === undefined) return '';
    return other === undefined ? show(own) : `${show(own)} / ${show(other)}`;
  };
  return [
    both('perSecond', (value) => Math.round(value).toLocaleString('en')),
    both('p50Milliseconds', (value) => value.toFixed(2)),
    both('p99Milliseconds', (value) => value.toFixed(2)),
    both('generatorShare', (value) => `${Math.round(value * 100)} %`),
  ];
}

/** What a scenario without goals is about. */
function mainMetric({ median }: Side): MetricName {
  return median.redisCommands === undefined ? 'cpuMicroseconds' : 'redisCommands';
}

function amount(side: Side | undefined, metric: MetricName, unit: string): string {
  const value = side?.median[metric];
  return value === undefined ? '' : format(metric, value, `/${unit}`);
}

function ratioText({ subject, reference }: ScenarioResult, goal: JudgedGoal | undefined): string {
  if (goal?.kind === 'ratio') return `${goal.value.toFixed(2)}x`;
  if (goal?.kind === 'difference') return `+ ${format(goal.metric, goal.value, '')}`;
  const above = subject.median[goal?.metric ?? 'cpuMicroseconds'];
  const below = reference?.median[goal?.metric ?? 'cpuMicroseconds'];
  return above === undefined || below === undefined || below <= 0 ? '' : `${(above / below).toFixed(2)}x`;
}

function format(metric: MetricName, value: number, per: string): string {
  if (metric === 'residentBytes') return `${(value / 1024).toFixed(2)} KB${per}`;
  if (metric === 'redisCommands') return `${value.toFixed(0)} ${value === 1 ? 'command' : 'commands'}`;
  if (metric === 'serverShare') return `${(value * 100).toFixed(2)} %`;
  if (metric === 'grownMegabytes') return `${value.toFixed(1)} MB`;
  if (metric === 'stallMilliseconds') return `${value.toFixed(1)} ms`;
  if (metric === 'p99Milliseconds') return `${value.toFixed(2)} ms`;
  return `${value.toFixed(2)} us${per}`;
}

function notes(subject: Side, reference: Side | undefined): string {
  const sides = [subject.median, ...(reference === undefined ? [] : [reference.median])];
  const most = (name: MetricName): number => Math.max(0, ...sides.map((metrics) => metrics[name] ?? 0));
  return [
    ...(reference === undefined || reference.label === 'floor' ? [] : [`${subject.label} against ${reference.label}`]),
    ...(most('generatorShare') > generatorLimit && most('lateMilliseconds') === 0 ? ['generator-bound rate'] : []),
    ...(most('lateMilliseconds') > 1 ? [`sent up to ${most('lateMilliseconds').toFixed(1)} ms late`] : []),
    ...(most('strangersShare') > strangersLimit ? [`other processes took ${most('strangersShare').toFixed(1)} cores`] : []),
    ...(subject.median.receiverMicroseconds === undefined ? [] : [`receiving ${subject.median.receiverMicroseconds.toFixed(2)} us`]),
    ...(subject.median.redisMicroseconds === undefined ? [] : [`Redis ${subject.median.redisMicroseconds.toFixed(2)} us`]),
    ...(subject.median.waitMilliseconds === undefined ? [] : [`longest wait ${subject.median.waitMilliseconds.toFixed(0)} ms`]),
    ...((subject.median.lost ?? 0) > 0 ? [`${subject.median.lost} closed`] : []),
  ].join(', ');
}
