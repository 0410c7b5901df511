/**
 * The metrics of an online endpoint, made of its requests. Pure.
 *
 * Names, units, aggregation and dimensions are those of the reference "Supported metrics for
 * Microsoft.MachineLearningServices/workspaces/onlineEndpoints": a sample a minute, averaged over the interval asked for.
 */
import type { CountedRequest } from '../store/requests.ts';

interface Metric {
  readonly name: string;
  readonly title: string;
  readonly unit: 'Count' | 'MilliSeconds';
  readonly dimensions: readonly Dimension[];
  /** The sample of a minute; never of no requests. */
  readonly sample: (requests: readonly CountedRequest[]) => number;
}

type Dimension = keyof typeof dimensions;

const dimensions = {
  deployment: ({ deployment }: CountedRequest) => deployment,
  statusCode: ({ status }: CountedRequest) => String(status),
  statusCodeClass: ({ status }: CountedRequest) => `${Math.floor(status / 100)}xx`,
  modelStatusCode: ({ modelStatus }: CountedRequest) => (modelStatus === null ? '' : String(modelStatus)),
};

const latency = (name: string, title: string, sample: Metric['sample']): Metric => ({
  ...{ name, title, unit: 'MilliSeconds', dimensions: ['deployment'], sample },
});
const ofShare = (share: number): Metric =>
  latency(`RequestLatency_P${share}`, `Request Latency P${share}`, (requests) => {
    const sorted = requests.map(({ totalMs }) => totalMs).sort((a, b) => a - b);
    return sorted[Math.max(Math.ceil((share / 100) * sorted.length), 1) - 1]!;
  });

const metrics: readonly Metric[] = [
  {
    ...{ name: 'RequestsPerMinute', title: 'Requests Per Minute', unit: 'Count' },
    dimensions: ['deployment', 'statusCode', 'statusCodeClass', 'modelStatusCode'],
    sample: (requests) => requests.length,
  },
  latency('RequestLatency', 'Request Latency', (requests) => mean(requests.map(({ totalMs }) => totalMs))),
  ...[50, 90, 95, 99].map(ofShare),
];

export const metricNames = metrics.map(({ name }) => name);

export function findMetric(name: string): Metric | undefined {
  return metrics.find((metric) => metric.name.toLowerCase() === name.toLowerCase());
}

/** `deployment eq 'blue'`; a dimension that is named is told apart, and `*` is any of its values. */
export interface Condition {
  readonly dimension: Dimension;
  readonly isEqual: boolean;
  readonly value: string;
}

export function dimensionOf({ dimensions: known }: Metric, name: string): Dimension | undefined {
  return known.find((dimension) => dimension.toLowerCase() === name.toLowerCase());
}

interface Window {
  readonly fromMs: number;
  readonly toMs: number;
  readonly intervalMs: number;
}

interface Series {
  readonly dimensions: readonly (readonly [Dimension, string])[];
  /** By the beginning of each interval; null where no request came. */
  readonly points: readonly { readonly atMs: number; readonly average: number | null }[];
}

const minuteMs = 60_000;

/** One series of all requests, or one for each combination of the dimensions that conditions name. */
export function seriesOf(
  metric: Metric,
  requests: readonly CountedRequest[],
  conditions: readonly Condition[],
  window: Window,
): Series[] {
  const named = [...new Set(conditions.map(({ dimension }) => dimension))];
  const fitting = requests.filter((request) => conditions.every((condition) => fits(request, condition)));
  const groups = new Map<string, CountedRequest[]>(named.length === 0 ? [['[]', []]] : []);
  for (const request of fitting)
    push(groups, JSON.stringify(named.map((dimension) => dimensions[dimension](request))), request);
  return [...groups].map(([key, members]) => ({
    dimensions: (JSON.parse(key) as string[]).map((value, index) => [named[index]!, value] as const),
    points: pointsOf(metric, members, window),
  }));
}

function fits(request: CountedRequest, { dimension, isEqual, value }: Condition): boolean {
  if (value === '*') return isEqual;
  return (dimensions[dimension](request).toLowerCase() === value.toLowerCase()) === isEqual;
}

function pointsOf(metric: Metric, requests: readonly CountedRequest[], window: Window): Series['points'] {
  const { fromMs, toMs, intervalMs } = window;
  const minutes = new Map<number, CountedRequest[]>();
  for (const request of requests) push(minutes, Math.floor(request.atMs / minuteMs), request);
  const samples = [...minutes].map(([minute, members]) => ({
    atMs: Math.max(minute * minuteMs, fromMs),
    value: metric.sample(members),
  }));
  return Array.from({ length: Math.ceil((toMs - fromMs) / intervalMs) }, (_, index) => {
    const atMs = fromMs + index * intervalMs;
    const values = samples.filter((one) => one.atMs >= atMs && one.atMs < atMs + intervalMs);
    return { atMs, average: values.length === 0 ? null : mean(values.map(({ value }) => value)) };
  });
}

function push<Key>(groups: Map<Key, CountedRequest[]>, key: Key, request: CountedRequest): void {
  const group = groups.get(key);
  if (group) group.push(request);
  else groups.set(key, [request]);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
