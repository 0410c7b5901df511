/**
 * The filter of `runs/search`: comparisons joined by AND, as MLflow writes them.
 * `metrics.rmse < 0.3 AND tags."mlflow.rootRunId" = 'rt-1'`. Pure.
 */
import { invalidParameter } from './errors.ts';
import { type Run, runStatus, runTags } from './runs.ts';

type Test = (run: Run) => boolean;

const comparison =
  /\s*(?:(attributes?|attr|run|tags?|params?|parameters?|metrics?)\.)?(?:`([^`]+)`|"([^"]+)"|([\w./-]+))\s*(!=|>=|<=|=|>|<|\bI?LIKE\b|\bNOT\s+IN\b|\bIN\b)\s*(?:'([^']*)'|"([^"]*)"|(-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)|\(([^)]*)\))\s*/iy;

export function parseFilter(filter: string): Test {
  const tests: Test[] = [];
  let at = 0;
  while (at < filter.trimEnd().length) {
    if (tests.length > 0) at = afterAnd(filter, at);
    comparison.lastIndex = at;
    const match = comparison.exec(filter);
    if (!match) throw unreadable(filter, at);
    at = comparison.lastIndex;
    const key = match[2] ?? match[3] ?? match[4]!;
    const operand = match[6] ?? match[7] ?? match[8] ?? match[9] ?? '';
    tests.push(
      testOf(
        (match[1] ?? 'attribute').toLowerCase(),
        key,
        match[5]!.toUpperCase().replace(/\s+/, ' '),
        operand,
      ),
    );
  }
  return (run) => tests.every((test) => test(run));
}

function afterAnd(filter: string, at: number): number {
  const and = /\s*AND\b/iy;
  and.lastIndex = at;
  if (!and.test(filter)) throw unreadable(filter, at);
  return and.lastIndex;
}

function unreadable(filter: string, at: number): Error {
  return invalidParameter(
    `Invalid clause(s) in filter string: ${JSON.stringify(filter.slice(at))}; write comparisons joined by AND, such as tags.a = 'b'`,
  );
}

function testOf(entity: string, key: string, operator: string, operand: string): Test {
  if (entity.startsWith('metric')) {
    const wanted = Number(operand);
    if (Number.isNaN(wanted))
      throw invalidParameter(`metrics.${key}: compared with ${JSON.stringify(operand)}, no number`);
    const compare = numberOperators[operator];
    if (!compare) throw invalidParameter(`metrics.${key}: ${operator} does not compare numbers`);
    return (run) => run.metrics.some((metric) => metric.key === key && compare(metric.value, wanted));
  }
  const actual = textOf(entity, key);
  const compare = textOperators[operator];
  if (!compare) throw invalidParameter(`${entity}.${key}: ${operator} does not compare strings`);
  return (run) => {
    const value = actual(run);
    return value !== undefined && compare(value, operand);
  };
}

function textOf(entity: string, key: string): (run: Run) => string | undefined {
  if (entity.startsWith('tag')) return (run) => runTags(run.job)[key];
  if (entity.startsWith('param')) return (run) => run.params.find((param) => param.key === key)?.value;
  switch (key.toLowerCase()) {
    case 'status':
      return (run) => runStatus(run.job);
    case 'run_id':
      return (run) => run.job.name;
    case 'run_name':
      return (run) => run.job.details.displayName ?? run.job.name;
    default:
      throw invalidParameter(`Invalid attribute key ${JSON.stringify(key)}; use status, run_id or run_name`);
  }
}

const numberOperators: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '=': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
};

const textOperators: Readonly<Record<string, (a: string, b: string) => boolean>> = {
  '=': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  LIKE: (a, b) => pattern(b, '').test(a),
  ILIKE: (a, b) => pattern(b, 'i').test(a),
  IN: (a, b) => members(b).includes(a),
  'NOT IN': (a, b) => !members(b).includes(a),
};

function pattern(like: string, flags: string): RegExp {
  const escaped = like.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('%', '.*').replaceAll('_', '.')}$`, `s${flags}`);
}

function members(text: string): string[] {
  return text.split(',').map((member) => member.trim().replace(/^(['"])(.*)\1$/, '$2'));
}
