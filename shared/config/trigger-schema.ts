/**
 * Rules that judge a number: reported, found by a query, or logged by a run.
 *
 * Owns: shape, units, defaults, the text of the reference page. Does not own: judging (shared/signals).
 */
import { z } from 'zod';
import { cron, duration, name, rowsAtMost, timeZone } from './fields.ts';
import { confidence, type Problem } from './gate-fields.ts';
import { findMetric } from './metric-catalog.ts';
import { formOf } from './metric-form.ts';

const limits = {
  below: z.number().optional().describe('A value under this is a breach.'),
  above: z.number().optional().describe('A value over this is a breach.'),
};

const hysteresis = {
  breaches: z
    .int()
    .min(1)
    .max(20)
    .default(1)
    .describe('How many of the last `windows` windows must be breaches before a run is asked for.'),
  windows: z
    .int()
    .min(1)
    .max(20)
    .default(1)
    .describe('Over how many windows, the latest included, breaches are counted; 20 at most.'),
};

const sureness = {
  confidence: confidence
    .optional()
    .describe(
      'How sure a breach must be, such as 0.95: a value counts as one where its interval lies wholly beyond the threshold, and the windows since the champion came say together that it does, so that a champion that is never beyond the threshold has any alarm with a chance of at most the rest. A value without an interval is no breach. Omitted: the value alone counts.',
    ),
  valueIs: z
    .enum(['proportion'])
    .optional()
    .describe(
      "What the value is of the rows of its sample: `proportion`, the share of those that count. Only with `confidence`, for names that are none of Ratchet's metrics. Omitted: what the name of the metric says.",
    ),
};

type Sureness = { confidence?: number | undefined; valueIs?: 'proportion' | undefined };
const usesForm = (rule: Sureness): boolean => rule.valueIs === undefined || rule.confidence !== undefined;
const formNeedsConfidence = {
  error: 'valueIs says how sure a value is, which nothing asks; give confidence, too',
  path: ['valueIs'],
};

const usesError = (rule: { standardError?: string | undefined; confidence?: number | undefined }): boolean =>
  rule.standardError === undefined || rule.confidence !== undefined;
const errorNeedsConfidence = {
  error: 'standardError says how sure a value is, which nothing asks; give confidence, too',
  path: ['standardError'],
};

type Sampled = { sample?: string | undefined; minimumSample?: number | undefined };
const usesSample = ({ sample, minimumSample }: Sampled): boolean =>
  minimumSample === undefined || sample !== undefined;
const minimumNeedsSample = (what: string) => ({
  error: `minimumSample needs a ${what} to compare with; give sample, too`,
  path: ['minimumSample'],
});

type Limits = { below?: number | undefined; above?: number | undefined };
type Hysteresis = { breaches: number; windows: number };

const hasOneLimit = ({ below, above }: Limits): boolean => (below === undefined) !== (above === undefined);
const oneLimit = 'give exactly one of below and above';
const canPersist = ({ breaches, windows }: Hysteresis): boolean => breaches <= windows;
const persistence = {
  error: 'breaches: at most as many as windows; give windows, too',
  path: ['breaches'],
};

const ruleName = name('a trigger name').describe('Name of the rule, shown in decisions.');

/** A threshold on a metric of a known name that is always passed, or never. */
function* findThresholdProblems({ metric, below, above }: Limits & { metric: string }): Generator<Problem> {
  const kind = findMetric(metric);
  const limit = below ?? above;
  if (!kind || limit === undefined || (limit >= kind.lowest && limit <= kind.highest)) return;
  const side = below === undefined ? 'above' : 'below';
  const isNever = side === 'above' ? limit > kind.highest : limit < kind.lowest;
  const meant = limit > 1 && limit / 100 <= kind.highest ? `; did you mean ${limit / 100}?` : '';
  const message = `${metric} has values from ${kind.lowest} to ${kind.highest}: ${isNever ? 'none' : 'each'} is ${side} ${limit}${meant}; a metric of another scale needs another name`;
  yield { path: [side], message };
}

export const MetricTriggerSchema = z
  .strictObject({
    name: ruleName,
    metric: z.string().min(1).describe('Name of the reported metric.'),
    ...limits,
    minimumSample: z
      .int()
      .min(1)
      .max(rowsAtMost)
      .default(1)
      .describe('Reports over fewer rows than this are ignored.'),
    ...sureness,
    ...hysteresis,
  })
  .refine(usesForm, formNeedsConfidence)
  .refine(hasOneLimit, oneLimit)
  .refine(canPersist, persistence)
  .superRefine((rule, context) => {
    for (const problem of findThresholdProblems(rule)) context.addIssue({ code: 'custom', ...problem });
  });

const column = z.string().min(1).max(200);

export const QueryTriggerSchema = z
  .strictObject({
    name: ruleName,
    query: z
      .string()
      .min(1)
      .max(10_000)
      .describe('The query in KQL, over the Log Analytics workspace of `RATCHET_LOGS_WORKSPACE`.'),
    cron: cron.describe('When it is asked: five fields, such as `0 6 * * *` for every day at 06:00.'),
    timeZone: timeZone.default('UTC').describe('Time zone of `cron`, an IANA name.'),
    lookBack: duration('lookBack', { least: 'PT1M', most: 'P366D' })
      .default('P1D')
      .describe(
        "The query's timespan, as an ISO 8601 duration: only rows whose `TimeGenerated` lies within so much time before the tick are seen.",
      ),
    value: column.default('value').describe('Name of the numeric column of the result that is judged.'),
    window: column
      .optional()
      .describe(
        'Name of the column that says which window a row is about, best a datetime; with `windows` it must be one. Omitted: all rows are about the tick.',
      ),
    sample: column
      .optional()
      .describe('Name of the numeric column that says over how many rows the value was computed.'),
    minimumSample: z
      .int()
      .min(1)
      .max(rowsAtMost)
      .optional()
      .describe('Rows of the result over a smaller sample than this are ignored. Omitted: none is.'),
    standardError: column
      .optional()
      .describe(
        'Name of the numeric column that has the standard error of the value. Only with `confidence`. Omitted: the sample says how sure the value is, where `valueIs` is given.',
      ),
    ...limits,
    ...sureness,
    ...hysteresis,
  })
  .refine(usesForm, formNeedsConfidence)
  .refine(usesError, errorNeedsConfidence)
  .refine(
    ({ confidence: asked, standardError, valueIs, sample }) =>
      asked === undefined || standardError !== undefined || (valueIs !== undefined && sample !== undefined),
    {
      error:
        'confidence needs an interval; give standardError, or sample and valueIs: proportion where the value is a share of its rows',
      path: ['confidence'],
    },
  )
  .refine(hasOneLimit, oneLimit)
  .refine(canPersist, persistence)
  .refine(usesSample, minimumNeedsSample('column'));

const logged = z.string().min(1).max(250);

export const RunTriggerSchema = z
  .strictObject({
    name: ruleName,
    experiment: z
      .string()
      .min(1)
      .max(255)
      .describe(
        "Name of the experiment whose runs are watched, in any casing. Ratchet's own jobs in it are not.",
      ),
    metric: logged.describe('Name of the metric that a run logs through MLflow.'),
    sample: logged
      .optional()
      .describe(
        'Name of the metric of the same run that says over how many rows the value was computed. A run without it is not judged. Omitted: nothing says it.',
      ),
    minimumSample: z
      .int()
      .min(1)
      .max(rowsAtMost)
      .optional()
      .describe('Runs over a smaller sample than this are ignored. Only with `sample`. Omitted: none is.'),
    standardError: logged
      .optional()
      .describe(
        'Name of the metric of the same run that is the standard error of the value. Only with `confidence`. Omitted: the sample says how sure the value is, where it can.',
      ),
    ...limits,
    ...sureness,
    ...hysteresis,
  })
  .refine(usesForm, formNeedsConfidence)
  .refine(usesError, errorNeedsConfidence)
  .refine(usesSample, minimumNeedsSample('metric'))
  .superRefine((rule, context) => {
    for (const problem of findLackOfInterval(rule)) context.addIssue({ code: 'custom', ...problem });
  })
  .refine(hasOneLimit, oneLimit)
  .refine(canPersist, persistence)
  .superRefine((rule, context) => {
    for (const problem of findThresholdProblems(rule)) context.addIssue({ code: 'custom', ...problem });
  });

/** A value without any interval is never a breach. */
function* findLackOfInterval(
  rule: Sureness & { metric: string; sample?: string | undefined; standardError?: string | undefined },
): Generator<Problem> {
  const { metric, sample, standardError, valueIs } = rule;
  if (rule.confidence === undefined || standardError !== undefined) return;
  const isKnown = valueIs !== undefined || formOf(metric) !== null;
  if (isKnown && sample !== undefined) return;
  const lacks = isKnown
    ? 'sample, the metric that says over how many rows'
    : 'standardError, or sample and valueIs: proportion where the value is a share of its rows';
  yield { path: ['confidence'], message: `confidence needs an interval of ${metric}; give ${lacks}` };
}

/** The names that rules of all three kinds share: a name is part of what a rule asks. */
export function findSharedNames(rules: readonly (readonly { readonly name: string }[])[]): readonly string[] {
  const names = rules.flat().map((rule) => rule.name);
  return [...new Set(names.filter((one, index) => names.indexOf(one) !== index))];
}
