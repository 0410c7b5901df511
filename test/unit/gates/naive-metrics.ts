/** Metrics by the plainest reading of their definitions, row by row and pair by pair: a second opinion for tests. */
export interface PlainRow {
  readonly label: string | number;
  /** A score, or the class decided for. */
  readonly said: string | number;
  /** By class, where the model gives probabilities. */
  readonly probabilities?: Readonly<Record<string, number>>;
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
const share = (rows: readonly PlainRow[], holds: (row: PlainRow) => boolean): number =>
  rows.filter(holds).length / rows.length;

/** NaN where the metric is undefined. */
export function measurePlainly(
  name: string,
  rows: readonly PlainRow[],
  classes: readonly string[] | null,
): number {
  if (classes) return measureClasses(name, rows, classes);
  const [base = '', parameter] = name.split('@');
  const label = (row: PlainRow) => Number(row.label);
  const said = (row: PlainRow) => Number(row.said);
  const decided = rows.map((row) => ({ label: String(row.label), said: said(row) >= 0.5 ? '1' : '0' }));
  const positives = rows.filter((row) => label(row) === 1);
  const negatives = rows.filter((row) => label(row) === 0);
  const error = (row: PlainRow) => said(row) - label(row);
  switch (base) {
    case 'precision':
    case 'recall':
    case 'f1':
      return measureClasses(`${base}@1`, decided, ['0', '1']);
    case 'accuracy':
    case 'balanced_accuracy':
    case 'matthews':
    case 'expected_cost':
      return measureClasses(base, decided, ['0', '1']);
    case 'false_positive_rate':
      return share(negatives, (row) => said(row) >= 0.5);
    case 'false_negative_rate':
      return share(positives, (row) => said(row) < 0.5);
    case 'roc_auc':
      return mean(positives.flatMap((a) => negatives.map((b) => (Math.sign(said(a) - said(b)) + 1) / 2)));
    case 'pr_auc':
      return mean(
        positives.map((at) =>
          share(
            rows.filter((row) => said(row) >= said(at)),
            (row) => label(row) === 1,
          ),
        ),
      );
    case 'log_loss':
      return mean(rows.map((row) => -Math.log(clip(label(row) === 1 ? said(row) : 1 - said(row)))));
    case 'brier':
    case 'rmse': {
      const squared = mean(rows.map((row) => error(row) ** 2));
      return base === 'brier' ? squared : Math.sqrt(squared);
    }
    case 'ece':
      return binnedError(
        rows.map((row) => [said(row), label(row)]),
        Number(parameter ?? 10),
      );
    case 'mae':
      return mean(rows.map((row) => Math.abs(error(row))));
    case 'median_absolute_error': {
      const sorted = rows.map((row) => Math.abs(error(row))).sort((a, b) => a - b);
      const middle = (sorted.length - 1) / 2;
      return mean([sorted[Math.floor(middle)]!, sorted[Math.ceil(middle)]!]);
    }
    case 'coverage_error':
      return share(rows, (row) => error(row) >= 0) - Number(parameter ?? 0.5);
    case 'mae_trimmed': {
      const kept = (1 - Number(parameter ?? 0.05)) * rows.length;
      const sorted = rows.map((row) => Math.abs(error(row))).sort((a, b) => a - b);
      const parts = sorted.map((each, at) => each * Math.min(1, Math.max(0, kept - at)));
      return (mean(parts) * rows.length) / kept;
    }
    case 'mape':
      return rows.some((row) => label(row) === 0)
        ? Number.NaN
        : mean(rows.map((row) => Math.abs(error(row) / label(row))));
    case 'smape':
      return mean(
        rows.map((row) => {
          const size = Math.abs(label(row)) + Math.abs(said(row));
          return size === 0 ? 0 : (2 * Math.abs(error(row))) / size;
        }),
      );
    case 'bias':
      return mean(rows.map(error));
    case 'r2': {
      const centre = mean(rows.map(label));
      const spread = mean(rows.map((row) => (label(row) - centre) ** 2));
      return new Set(rows.map(label)).size < 2
        ? Number.NaN
        : 1 - mean(rows.map((row) => error(row) ** 2)) / spread;
    }
    case 'pinball': {
      const quantile = Number(parameter ?? 0.5);
      return mean(rows.map((row) => Math.max(-quantile * error(row), (1 - quantile) * error(row))));
    }
    default:
      throw new Error(`no plain reading of ${name}`);
  }
}

const clip = (probability: number): number =>
  Math.min(1 - Number.EPSILON, Math.max(Number.EPSILON, probability));

function binnedError(pairs: readonly (readonly [number, number])[], bins: number): number {
  let total = 0;
  for (let bin = 0; bin < bins; bin++) {
    const inside = pairs.filter(([score]) => Math.min(bins - 1, Math.floor(score * bins)) === bin);
    if (inside.length === 0) continue;
    total += (inside.length * Math.abs(mean(inside.map(([score, truth]) => score - truth)))) / pairs.length;
  }
  return total;
}

function measureClasses(name: string, rows: readonly PlainRow[], classes: readonly string[]): number {
  const at = name.indexOf('@');
  const base = at < 0 ? name : name.slice(0, at);
  const right = (row: PlainRow) => row.label === row.said;
  const each: Record<string, (of: string) => number> = {
    recall: (of) =>
      share(
        rows.filter((row) => row.label === of),
        right,
      ),
    precision: (of) =>
      share(
        rows.filter((row) => row.said === of),
        right,
      ),
    f1: (of) =>
      (2 *
        share(
          rows.filter((row) => row.label === of || row.said === of),
          right,
        )) /
      (1 +
        share(
          rows.filter((row) => row.label === of || row.said === of),
          right,
        )),
  };
  const [kind = '', average = ''] = base.split('_');
  if (kind in each) {
    if (average === '') return each[kind]!(name.slice(at + 1));
    if (average === 'micro') return share(rows, right);
    if (average === 'macro') return mean(classes.map(each[kind]!));
    return mean(rows.map((row) => each[kind]!(String(row.label))));
  }
  const given = (row: PlainRow, of: string) => row.probabilities![of]!;
  const top = (row: PlainRow) => Math.max(...classes.map((of) => given(row, of)));
  switch (base) {
    case 'expected_cost':
      return 1 - share(rows, right);
    case 'accuracy':
      return share(rows, right);
    case 'balanced_accuracy':
      return mean(classes.map(each['recall']!));
    case 'matthews': {
      const indicator = (key: 'label' | 'said', of: string) => rows.map((row) => (row[key] === of ? 1 : 0));
      const covariance = (a: 'label' | 'said', b: 'label' | 'said') =>
        classes.reduce((sum, of) => {
          const [x, y] = [indicator(a, of), indicator(b, of)];
          return sum + mean(x.map((value, row) => value * y[row]!)) - mean(x) * mean(y);
        }, 0);
      const scale = Math.sqrt(covariance('label', 'label') * covariance('said', 'said'));
      return scale < 1e-9 ? Number.NaN : covariance('label', 'said') / scale;
    }
    case 'log_loss':
      return mean(rows.map((row) => -Math.log(clip(given(row, String(row.label))))));
    case 'brier':
      return mean(
        rows.map((row) =>
          classes.reduce((sum, of) => sum + (given(row, of) - (row.label === of ? 1 : 0)) ** 2, 0),
        ),
      );
    case 'ece':
      return binnedError(
        rows.map((row) => [
          top(row),
          classes.find((of) => given(row, of) === top(row)) === row.label ? 1 : 0,
        ]),
        Number(at < 0 ? 10 : name.slice(at + 1)),
      );
    case 'roc_auc_ovr':
      return mean(
        classes.map((of) =>
          measurePlainly(
            'roc_auc',
            rows.map((row) => ({ label: row.label === of ? 1 : 0, said: given(row, of) })),
            null,
          ),
        ),
      );
    default:
      throw new Error(`no plain reading of ${name}`);
  }
}
