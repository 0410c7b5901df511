/**
 * What Argo Rollouts makes of a web metric, as far as a template of ours needs it; whatever else a template holds is an error.
 *
 * Sources, argoproj/argo-rollouts: metricproviders/webmetric (a GET; any other status than 2xx is an error; `jsonPath`),
 * utils/evaluate (what the two conditions come to) and analysis/analysis.go, `assessMetricStatus` (what measurements come to).
 */
import { z } from 'zod';

const MetricSchema = z.strictObject({
  name: z.string(),
  count: z.int(),
  failureLimit: z.int(),
  inconclusiveLimit: z.int(),
  successCondition: z.string(),
  failureCondition: z.string().optional(),
  provider: z.strictObject({
    web: z.strictObject({
      url: z.string(),
      headers: z.array(z.strictObject({ key: z.string(), value: z.string() })),
      timeoutSeconds: z.int(),
      jsonPath: z.string(),
    }),
  }),
});
export const AnalysisTemplateSchema = z.strictObject({
  apiVersion: z.literal('argoproj.io/v1alpha1'),
  kind: z.literal('AnalysisTemplate'),
  metadata: z.strictObject({ name: z.string() }),
  spec: z.strictObject({
    args: z.array(
      z.strictObject({
        name: z.string(),
        valueFrom: z
          .strictObject({ secretKeyRef: z.strictObject({ name: z.string(), key: z.string() }) })
          .optional(),
      }),
    ),
    metrics: z.tuple([MetricSchema]),
  }),
});
export type Metric = z.infer<typeof MetricSchema>;
export type Phase = 'Successful' | 'Failed' | 'Inconclusive' | 'Error';

/** Takes one measurement over the wire. */
export async function measure(metric: Metric, args: Readonly<Record<string, string>>): Promise<Phase> {
  const { url, headers, jsonPath } = metric.provider.web;
  const fill = (text: string) =>
    text.replaceAll(/\{\{\s*args\.([a-z]+)\s*\}\}/g, (_, name: string) => {
      if (args[name] === undefined) throw new Error(`no argument ${name}`);
      return args[name];
    });
  const response = await fetch(fill(url), {
    headers: Object.fromEntries(headers.map(({ key, value }) => [key, fill(value)])),
  });
  if (!response.ok) return 'Error';
  const [, field] = /^\{\$\.([a-zA-Z]+)\}$/.exec(jsonPath) ?? [];
  if (field === undefined) throw new Error(`no jsonPath that is understood: ${jsonPath}`);
  const result = ((await response.json()) as Record<string, unknown>)[field];
  return result === undefined ? 'Error' : assess(metric, String(result));
}

function assess({ successCondition, failureCondition }: Metric, result: string): Phase {
  const isSuccess = holds(successCondition, result);
  const isFailure = failureCondition === undefined ? !isSuccess : holds(failureCondition, result);
  if (isFailure) return 'Failed';
  return isSuccess ? 'Successful' : 'Inconclusive';
}

/** Of the expressions only comparisons with a text are understood. */
function holds(condition: string, result: string): boolean {
  const [, operator, text] = /^result (==|!=) "([^"\\]*)"$/.exec(condition) ?? [];
  if (operator === undefined) throw new Error(`no condition that is understood: ${condition}`);
  return (operator === '==') === (result === text);
}

/** What so many measurements come to; null: another one is taken. */
export function conclude(metric: Metric, measured: readonly Phase[]): Phase | null {
  const countOf = (phase: Phase) => measured.filter((each) => each === phase).length;
  if (countOf('Failed') > metric.failureLimit) return 'Failed';
  if (countOf('Inconclusive') > metric.inconclusiveLimit) return 'Inconclusive';
  const errorsInARow = measured.length - 1 - measured.findLastIndex((phase) => phase !== 'Error');
  if (errorsInARow > 4) return 'Error';
  return measured.length - countOf('Error') >= metric.count ? 'Successful' : null;
}
