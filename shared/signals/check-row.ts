/** What a rule found, as the ledger keeps it, whatever came of it. Pure. */
import type { CheckRow } from '../domain/check.ts';
import { counted } from '../domain/plural.ts';
import type { Signal } from '../domain/signal.ts';
import type { Judgement } from './judge-value.ts';

/** What rules of all kinds have in common. */
interface Rule {
  readonly name: string;
  readonly below?: number | undefined;
  readonly above?: number | undefined;
  readonly minimumSample?: number | undefined;
}

type Seen = Pick<CheckRow, 'model' | 'kind' | 'at' | 'source' | 'metric' | 'window'> &
  Partial<Pick<CheckRow, 'value' | 'sample' | 'standardError'>>;

/** Of a number that was judged. */
export function judgedCheck(rule: Rule, seen: Seen, judgement: Judgement): CheckRow {
  const found =
    'signal' in judgement
      ? ({
          verdict: isSure(judgement.signal) ? 'breached' : 'inconclusive',
          sentence: judgement.signal.summary,
          signalId: judgement.signal.id,
        } as const)
      : ({ verdict: 'fine', sentence: judgement.recovery.summary, signalId: null } as const);
  return { ...bare(rule, seen), ...found };
}

/** By itself: over many windows admission asks for more. */
function isSure({ test }: Signal): boolean {
  return test === undefined || ('p' in test && test.p <= test.alpha);
}

/** Of one that was not, and why. */
export function unjudgedCheck(
  rule: Rule,
  seen: Seen,
  verdict: Extract<CheckRow['verdict'], 'too-few' | 'missing' | 'failed'>,
  sentence: string,
): CheckRow {
  return { ...bare(rule, seen), verdict, sentence: sentence.slice(0, longestSentence), signalId: null };
}

/** Of a number over fewer rows than the rule takes. */
export function tooFewCheck(
  rule: Rule,
  seen: Seen & { readonly value: number; readonly sample: number },
): CheckRow {
  const { metric, value, sample, window } = seen;
  const sentence = `${metric} ${value.toPrecision(4)} is over ${counted(sample, 'row')}, and the rule takes ${rule.minimumSample} (window ${window}).`;
  return unjudgedCheck(rule, seen, 'too-few', sentence);
}

const longestSentence = 1_000;

function bare(rule: Rule, { value = null, sample = null, ...seen }: Seen) {
  const { below, above, minimumSample = null } = rule;
  const limit =
    below !== undefined
      ? ({ side: 'below', value: below } as const)
      : above !== undefined
        ? ({ side: 'above', value: above } as const)
        : null;
  return { rule: rule.name, ...seen, value, limit, sample, minimumSample };
}
