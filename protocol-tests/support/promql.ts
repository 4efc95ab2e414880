/** One metric in an expression, with what its labels are compared to. */
export interface Selector {
  readonly metric: string;
  readonly matchers: readonly Matcher[];
}

interface Matcher {
  readonly label: string;
  readonly operator: '=' | '!=' | '=~' | '!~';
  readonly value: string;
}

const prefixes = 'clarion|process|nodejs|up';

/** The metrics that an expression of PromQL reads. */
export function selectorsOf(expression: string): readonly Selector[] {
  const found = expression.matchAll(new RegExp(`(?<![\\w"$])((?:${prefixes})(?:_\\w+)?)(?:\\{([^}]*)\\})?(?![\\w"(])`, 'g'));
  return [...found].map(([, metric = '', matchers = '']) => ({ metric, matchers: parseMatchers(matchers) }));
}

function parseMatchers(text: string): readonly Matcher[] {
  return [...text.matchAll(/(\w+)\s*(=~|!~|!=|=)\s*"([^"]*)"/g)].map(([, label = '', operator = '=', value = '']) => ({
    label,
    operator: operator as Matcher['operator'],
    value,
  }));
}

/** An expression of a dashboard as Grafana would send it. */
export function substitute(expression: string): string {
  return expression.replaceAll('$__rate_interval', '5m').replace(/\$(job|instance|app)\b/g, '.*');
}
