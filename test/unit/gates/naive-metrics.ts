/** Metrics by the plainest reading of their definitions, row by row and pair by pair: a second opinion for tests. */
export interface PlainRow {
  readonly label: string | number;
  /** A score, or the class decided for. */
  readonly said: string | number;
  /** Ends of the interval predicted, where there is one. */
  readonly lower?: string | number;
  readonly upper?: string | number;
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
    case 'recall_at_fpr': {
      const most = Number(parameter ?? 0.05) * negatives.length + 1e-9;
      const thresholds = [...rows.map(said), Number.POSITIVE_INFINITY];
      const allowed = thresholds.filter(
        (from) => negatives.filter((row) => said(row) >= from).length <= most,
      );
      const recalls = allowed.map((from) => share(positives, (row) => said(row) >= from));
      return negatives.length === 0 ? Number.NaN : Math.max(...recalls);
    }
    case 'precision_at': {
      const k = Number(parameter ?? 0.1);
      return rows.length < k ? Number.NaN : topShare(rows, k < 1 ? k * rows.length : k);
    }
    case 'calibration_slope':
    case 'calibration_intercept':
      return recalibrate(rows)[base === 'calibration_slope' ? 'slope' : 'intercept'];
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
    case 'interval_coverage':
    case 'interval_coverage_error':
    case 'interval_score': {
      const [lower, upper] = [(row: PlainRow) => Number(row.lower), (row: PlainRow) => Number(row.upper)];
      if (rows.some((row) => Number.isNaN(lower(row)))) return Number.NaN;
      const inside = share(rows, (row) => lower(row) <= label(row) && label(row) <= upper(row));
      const nominal = Number(parameter ?? 0.9);
      if (base === 'interval_coverage') return inside;
      if (base === 'interval_coverage_error') return inside - nominal;
      return mean(
        rows.map((row) => {
          const outside = Math.max(lower(row) - label(row), label(row) - upper(row), 0);
          return upper(row) - lower(row) + (2 * outside) / (1 - nominal);
        }),
      );
    }
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

/** Share of class 1 among so many of the highest scores, of equal ones as much as there is room for. */
function topShare(rows: readonly PlainRow[], kept: number): number {
  let hits = 0;
  for (const row of rows) {
    const above = rows.filter((other) => Number(other.said) > Number(row.said)).length;
    const equal = rows.filter((other) => other.said === row.said).length;
    hits += Number(row.label) * Math.min(1, Math.max(0, (kept - above) / equal));
  }
  return hits / kept;
}

/** By nested bisection: the sum of residuals falls with the intercept, their product with the log odds with the slope. */
function recalibrate(rows: readonly PlainRow[]): { slope: number; intercept: number } {
  const odds = rows.map(({ said }) => Math.log(clip(Number(said))) - Math.log1p(-clip(Number(said))));
  const labels = rows.map(({ label }) => Number(label));
  const of = (wanted: number): number[] => odds.filter((_, at) => labels[at] === wanted);
  if (of(0).length === 0 || of(1).length === 0) return { slope: Number.NaN, intercept: Number.NaN };
  const fall = (valueAt: (x: number) => number, reach: number): number => {
    let [from, to] = [-reach, reach];
    for (let step = 0; step < 120; step++) {
      const middle = (from + to) / 2;
      if (valueAt(middle) > 0) from = middle;
      else to = middle;
    }
    return (from + to) / 2;
  };
  const sum = (each: (at: number) => number): number => labels.reduce((total, _, at) => total + each(at), 0);
  const chance = (line: number): number => 1 / (1 + Math.exp(-line));
  const residual = (a: number, b: number) => (at: number) =>
    labels[at] === 1 ? chance(-a - b * odds[at]!) : -chance(a + b * odds[at]!);
  // Ones are summed apart from what is small: they may cancel out.
  const interceptAt = (b: number): number =>
    fall((a) => {
      const ones = sum((at) => Math.round(residual(a, b)(at)));
      const rest = sum((at) => {
        const line = a + b * odds[at]!;
        const isOne = Math.round(residual(a, b)(at)) !== 0;
        return labels[at] === 1
          ? isOne
            ? -chance(line)
            : chance(-line)
          : isOne
            ? chance(-line)
            : -chance(line);
      });
      return ones + rest;
    }, 1e4);
  const apart = Math.max(...of(0)) <= Math.min(...of(1)) || Math.max(...of(1)) <= Math.min(...of(0));
  const slopeOf = (b: number): number => {
    const rest = residual(interceptAt(b), b);
    return sum((at) => odds[at]! * rest(at));
  };
  return { slope: apart ? Number.NaN : fall(slopeOf, 1e2), intercept: interceptAt(1) };
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
