import { parseMetricName } from '../../config/metric-catalog.ts';

/** A metric that is the share of right decisions among some rows, or a function of one. */
export interface Share {
  /** Which rows: all, those of the class, those decided for it, or either. */
  readonly among: 'all' | 'seen' | 'decided' | 'either';
  /** Number of the class; of no meaning for `all`. */
  readonly of: number;
  /** Whether the metric is the share of wrong ones. */
  readonly wrong: boolean;
}

const binaryShares: Readonly<Record<string, Share>> = {
  precision: { among: 'decided', of: 1, wrong: false },
  recall: { among: 'seen', of: 1, wrong: false },
  // F1 = 2j / (1 + j), j the share of right ones among the rows seen or decided 1.
  f1: { among: 'either', of: 1, wrong: false },
  false_positive_rate: { among: 'seen', of: 0, wrong: true },
  false_negative_rate: { among: 'seen', of: 1, wrong: true },
};
const shareOfAll: Share = { among: 'all', of: 0, wrong: false };
const ofAll = ['accuracy', 'precision_micro', 'recall_micro', 'f1_micro', 'recall_weighted'];
const ofClass: Readonly<Record<string, Share['among']>> = {
  'precision@CLASS': 'decided',
  'recall@CLASS': 'seen',
  'f1@CLASS': 'either',
};

/** The share a metric is; undefined where it is none. `classes` are null for other tasks than multiclass. */
export function findShare(metric: string, classes: readonly string[] | null): Share | undefined {
  if (ofAll.includes(metric)) return shareOfAll;
  const parsed = parseMetricName(metric);
  const among = parsed && Object.hasOwn(ofClass, parsed.base) ? ofClass[parsed.base] : undefined;
  if (among && classes) return { among, of: classes.indexOf(parsed?.className ?? ''), wrong: false };
  return !classes && Object.hasOwn(binaryShares, metric) ? binaryShares[metric] : undefined;
}

/** Whether a row of this class, decided for that one, is among those the share is of. */
export function isAmong({ among, of }: Share, label: number, decision: number): boolean {
  switch (among) {
    case 'all':
      return true;
    case 'seen':
      return label === of;
    case 'decided':
      return decision === of;
    case 'either':
      return label === of || decision === of;
  }
}
