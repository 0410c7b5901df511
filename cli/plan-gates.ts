import { readFileSync } from 'node:fs';
import { findMetric } from '../shared/config/metric-catalog.ts';
import type { ModelConfig } from '../shared/config/schema.ts';
import { suggest } from '../shared/config/suggest.ts';
import { decisionRuleOf } from '../shared/gates/metrics/decision-rule.ts';
import { planGates } from '../shared/gates/plan/plan-gates.ts';
import { readingOptionsOf, readPredictions } from '../shared/gates/predictions/read-predictions.ts';
import type { Predictions } from '../shared/gates/rows.ts';
import { chooseThresholds } from '../shared/gates/training-thresholds.ts';
import { readArgs, UsageError } from './command.ts';
import { describePlan } from './describe-plan.ts';
import { readEvidenceFile } from './evidence-file.ts';
import { readModel } from './read-model.ts';
import { requireFile } from './require-file.ts';
import { printJson } from './service.ts';

const mostRows = 5_000_000;
const mostRowsDrawn = 20_000;
const mostLooks = 10_000;

/** `ratchet gate plan`: answers the exit code. */
export async function plan(args: readonly string[]): Promise<number> {
  const { values, positionals } = readArgs(args, {
    model: { type: 'string' },
    rows: { type: 'string' },
    positives: { type: 'string' },
    challenger: { type: 'string', multiple: true, default: [] },
    gain: { type: 'string', multiple: true, default: [] },
    disagreement: { type: 'string' },
    predictions: { type: 'string' },
    thresholds: { type: 'string' },
    look: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  });
  if (positionals.length > 0)
    throw new UsageError(`gate plan takes options only; found ${JSON.stringify(positionals[0])}`);
  if (values.model === undefined) throw new UsageError('--model is missing: the model file with the gates');
  if (values.rows === undefined)
    throw new UsageError('--rows is missing: the number of rows the holdout would have');
  const rows = readWhole('--rows', values.rows, values.predictions === undefined ? mostRows : mostRowsDrawn);
  const look = readWhole('--look', values.look, mostLooks);
  const positives = readShare(
    '--positives',
    values.positives,
    (share) => share > 0 && share < 1,
    'above 0 and below 1',
  );
  const disagreement = readShare(
    '--disagreement',
    values.disagreement,
    (share) => share >= 0 && share <= 1,
    'from 0 to 1',
  );
  requireFile(values.model, '--model takes a model file, such as models/NAME.yaml');
  const model = readModel(values.model);
  if (!model) return 2;
  if (positives !== undefined && model.task !== 'binary')
    throw new UsageError(
      `--positives is the share of class 1 of a binary model, and ${model.model} is ${model.task}; leave it out`,
    );
  const given = {
    task: model.task,
    positives: positives ?? null,
    challenger: readValues('--challenger', values.challenger, model, ['bound', 'against-champion']),
    gain: readValues('--gain', values.gain, model, ['against-champion']),
    disagreement,
  };
  const { gates } = model;
  const planned = planGates({
    model: model.model,
    gates,
    rows,
    look,
    holdout: model.holdout ?? {},
    given,
    predictions:
      values.predictions === undefined ? null : await readDrawn(values.predictions, values.thresholds, model),
    dependent: (model.evaluation.groups ?? model.evaluation.order) !== undefined,
    weighed: model.evaluation.priors !== undefined,
    progress: (sentence) => console.error(sentence),
  });
  if (values.json) printJson(planned);
  else for (const line of describePlan(planned)) console.log(line);
  return 0;
}

async function readDrawn(
  file: string,
  thresholds: string | undefined,
  model: ModelConfig,
): Promise<Predictions> {
  requireFile(file, '--predictions takes the predictions file of an earlier run');
  const read = await readEvidenceFile(file, (files) => readPredictions(files, readingOptionsOf(model)));
  if (!read || 'broken' in read || read.labels.length === 0) {
    const why = read && 'broken' in read ? read.broken : 'it has no rows';
    throw new UsageError(`--predictions ${file} cannot be used for planning: ${why}`);
  }
  const files = thresholds === undefined ? null : { trained: null, evaluated: readThresholds(thresholds) };
  const { rule, broken } = chooseThresholds(decisionRuleOf(model), files, read.champion !== null);
  if (broken !== null) throw new UsageError(`--thresholds: ${broken}`);
  return { ...read, rule };
}

function readThresholds(file: string): unknown {
  requireFile(file, '--thresholds takes the thresholds.json of an earlier run');
  const text = readFileSync(file, 'utf8');
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function readWhole(option: string, text: string, most: number): number {
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (number >= 1 && number <= most) return number;
  throw new UsageError(`${option} must be a whole number from 1 to ${most}; found ${JSON.stringify(text)}`);
}

function readShare(
  option: string,
  text: string | undefined,
  isRight: (share: number) => boolean,
  range: string,
): number | undefined {
  if (text === undefined) return undefined;
  const share = readNumber(text);
  if (isRight(share)) return share;
  const meant = share > 1 && share <= 100 ? `; did you mean ${share / 100}?` : '';
  throw new UsageError(`${option} must be a share ${range}; found ${JSON.stringify(text)}${meant}`);
}

const readNumber = (text: string): number => (text.trim() === '' ? Number.NaN : Number(text));

/** `0.93` where there is one metric it could be of, `accuracy=0.93` otherwise. */
function readValues(
  option: string,
  texts: readonly string[],
  { gates }: ModelConfig,
  kinds: readonly string[],
): Map<string, number> {
  const metrics = [
    ...new Set(
      gates.flatMap((gate) => (gate.kind !== 'data' && kinds.includes(gate.kind) ? gate.metric : [])),
    ),
  ];
  const values = new Map<string, number>();
  for (const text of texts) {
    const at = text.lastIndexOf('=');
    const metric = at < 0 ? onlyMetric(option, text, metrics) : text.slice(0, at);
    if (!metrics.includes(metric)) {
      const known = metrics.length > 0 ? `they use ${metrics.join(', ')}` : 'none of them uses a metric';
      throw new UsageError(
        `${option} ${text}: no gate that this option applies to uses ${metric}${suggest(metric, metrics)}; ${known}`,
      );
    }
    if (values.has(metric)) throw new UsageError(`${option} gives ${metric} a second time; give it once`);
    values.set(metric, readValue(option, metric, text.slice(at + 1)));
  }
  return values;
}

function onlyMetric(option: string, text: string, metrics: readonly string[]): string {
  if (metrics.length === 1) return metrics[0]!;
  if (metrics.length === 0)
    throw new UsageError(`${option} ${text}: the model file has no gate that this option applies to`);
  throw new UsageError(
    `${option} ${text}: name the metric, as in ${option} ${metrics[0]}=${text}; the gates use ${metrics.join(', ')}`,
  );
}

function readValue(option: string, metric: string, text: string): number {
  const value = readNumber(text);
  const kind = findMetric(metric);
  const [lowest, highest] = [kind?.lowest ?? -Infinity, kind?.highest ?? Infinity];
  const least = option === '--gain' ? lowest - highest : lowest;
  const most = option === '--gain' ? highest - lowest : highest;
  if (Number.isFinite(value) && value >= least && value <= most) return value;
  throw new UsageError(
    `${option} of ${metric} must be a number from ${least} to ${most}; found ${JSON.stringify(text)}`,
  );
}
