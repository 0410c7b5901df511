/**
 * Judges a data gate: the rows that models are judged on, whatever the models say of them.
 *
 * Owns: how many rows there are, what share of them has a label or none, how many of them training saw.
 * Does not own: what makes a single row one that cannot be believed (predictions/collect-predictions.ts).
 *
 * Invariant: no predictions, no rows, a label that the file does not know, no ids of training, ids that cannot be
 * read, or that could never be those of the predictions are an `error`, never `passed`.
 */
import type { DataGate } from '../config/gate-schema.ts';
import { worst } from '../domain/gate-report.ts';
import { decide, type RuleVerdict, unmeasured } from './decide.ts';
import type { Evidence } from './evidence.ts';
import { countRows } from './find-too-few.ts';
import { type GateMeasurement, show } from './measure-gate.ts';
import type { ByteKinds } from './predictions/byte-kinds.ts';
import { countShared } from './predictions/hash-ids.ts';
import { suggestAlike } from './predictions/spellings.ts';
import type { Predictions, Rows } from './rows.ts';
import { exactProportion } from './statistics/exact-proportion.ts';
import type { Inference, NoInference } from './statistics/inference.ts';
import { inferFromInfluences } from './units.ts';

export function judgeData(gate: DataGate, { predictions, trainIds }: Evidence): RuleVerdict {
  if (!predictions) return error('the predictions, whose rows the gate judges, are missing');
  if (gate.rows) return judgeRows(gate.rows.atLeast, predictions);
  if (gate.unlabelledShare) return judgeUnlabelled(gate.unlabelledShare.atMost, predictions);
  if (predictions.labels.length === 0) return error('the predictions have no rows');
  if (gate.labelBalance) return judgeBalance(gate.labelBalance, gate.confidence, predictions);
  if (gate.overlap) return judgeOverlap(gate.overlap.atMost, predictions, trainIds);
  return error('the gate checks nothing; give rows, labelBalance, overlap or unlabelledShare');
}

/** Rows with weights count as so many of equal weight. */
function judgeRows(atLeast: number, predictions: Predictions): RuleVerdict {
  const { effective, weighted, rows: n } = countRows(predictions);
  const words = weighted ? 'effective rows' : 'rows';
  const sample = { among: '', rows: n, effective };
  return settle({ words, estimate: effective, limit: atLeast, goal: 'above', inference: null, n, sample });
}

/** Of all rows, weighed as they are. */
function judgeUnlabelled(atMost: number, { labels, weights, unlabelled }: Predictions): RuleVerdict {
  const without = unlabelled?.labels.length ?? 0;
  const n = labels.length + without;
  if (n === 0) return error('the predictions have no rows');
  const weigh = (rows: Pick<Rows, 'labels' | 'weights'>): number =>
    rows.weights?.reduce((sum, weight) => sum + weight, 0) ?? rows.labels.length;
  const weight = unlabelled ? weigh(unlabelled) : 0;
  const estimate = weight === 0 ? 0 : weight / (weight + weigh({ labels, weights }));
  return settle({
    words: 'share of rows without a label',
    estimate,
    limit: atMost,
    goal: 'below',
    inference: null,
    n,
  });
}

type Balance = NonNullable<DataGate['labelBalance']>;

function judgeBalance(
  { class: name, atLeast, atMost }: Balance,
  confidence: number | undefined,
  predictions: Predictions,
): RuleVerdict {
  const label = codeOfLabel(name, predictions);
  if (label === null) {
    const alike = suggestAlike(name, predictions.classes?.names ?? []);
    return error(`no row has the label ${JSON.stringify(name)}, and no side decides for it${alike}`);
  }
  const measured = {
    ...measureShare(label, confidence, predictions),
    words: `share of label ${JSON.stringify(name)}`,
  };
  const sides = [
    ...(atLeast === undefined ? [] : [settle({ ...measured, limit: atLeast, goal: 'above' }, confidence)]),
    ...(atMost === undefined ? [] : [settle({ ...measured, limit: atMost, goal: 'below' }, confidence)]),
  ];
  return worst(sides, byRoom) ?? error('the gate has no bound; give atLeast, atMost or both');
}

/** Labels are numbers, of a multiclass model those of its classes. Null where there is no such label. */
function codeOfLabel(name: string, { classes }: Predictions): number | null {
  if (classes) return classes.names.includes(name) ? classes.names.indexOf(name) : null;
  return name === '0' ? 0 : name === '1' ? 1 : null;
}

function measureShare(
  label: number,
  confidence: number | undefined,
  predictions: Predictions,
): Pick<Known, 'estimate' | 'inference' | 'n' | 'sample'> {
  const { labels, weights } = predictions;
  let [count, weight, total] = [0, 0, 0];
  for (let row = 0; row < labels.length; row++) {
    const counts = weights ? weights[row]! : 1;
    total += counts;
    if (labels[row] !== label) continue;
    count++;
    weight += counts;
  }
  const n = labels.length;
  const exact: Inference | NoInference = weights
    ? { why: 'rows have weights, and a weighted share no exact one' }
    : predictions.dependence
      ? inferFromInfluences(
          count / n,
          labels.map((of) => ((of === label ? 1 : 0) - count / n) / n),
          predictions,
          {
            extremes: {
              least: Float64Array.of(-count / n / n),
              greatest: Float64Array.of((1 - count / n) / n),
            },
          },
        )
      : exactProportion(count, n);
  const { effective } = countRows(predictions);
  const inference = confidence === undefined ? null : exact;
  return { estimate: weight / total, inference, n, sample: { among: '', rows: n, effective } };
}

function judgeOverlap(
  atMost: number,
  { idHashes, idKinds }: Predictions,
  trainIds: Evidence['trainIds'],
): RuleVerdict {
  if (!trainIds) {
    return error(
      'train-ids.csv, the ids that training saw, is missing; have the jobs leave it (docs/jobs.md)',
    );
  }
  if ('broken' in trainIds) return error(trainIds.broken);
  if (!idHashes) return error('the ids of the predictions were not kept');
  const unlike = idKinds && trainIds.kinds && findUnlike(idKinds, trainIds.kinds);
  if (unlike) return error(unlike);
  const estimate = countShared(idHashes, trainIds.hashes);
  const words = `rows of the holdout among the ${trainIds.hashes.length} that training read:`;
  return settle({ words, estimate, limit: atMost, goal: 'below', inference: null, n: idHashes.length });
}

/** Why no row could be found in both files, whatever training saw: `7` and `7.0` are two ids. */
function findUnlike(predictions: ByteKinds, training: ByteKinds): string | null {
  const [ours, theirs] = [predictions.findOwn(training), training.findOwn(predictions)];
  if (!ours && !theirs) return null;
  const all = ours ? `of the predictions has ${ours}` : `that training read has ${theirs}`;
  const none = ours ? 'that training read' : 'of the predictions';
  return `no id could be in both files: every id ${all}, and none ${none}; ids are compared byte by byte: write them alike`;
}

type Known = Pick<GateMeasurement, 'words' | 'estimate' | 'limit' | 'goal' | 'inference' | 'n' | 'sample'>;

function settle(known: Known, confidence?: number): RuleVerdict {
  const { estimate, words } = known;
  const measured = {
    ...known,
    metric: 'label_share',
    words: `${words} ${show(estimate)}`,
    challenger: estimate,
    champion: null,
    inclusive: true,
    test: null,
  };
  // It is about neither side.
  return { ...decide(measured, confidence), challenger: null };
}

/** That with the least room first. */
function byRoom(a: RuleVerdict, b: RuleVerdict): number {
  const roomOf = ({ estimate, limit }: RuleVerdict): number => Math.abs(estimate! - limit!);
  return roomOf(a) - roomOf(b);
}

function error(sentence: string): RuleVerdict {
  return { verdict: 'error', sentence, ...unmeasured };
}
