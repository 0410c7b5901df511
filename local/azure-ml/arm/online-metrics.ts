/**
 * `GET .../onlineEndpoints/{e}/providers/Microsoft.Insights/metrics`: the metrics of an endpoint, as Azure Monitor answers
 * (REST reference "Metrics - List"). Of its filters the subset that `and`s `eq` and `ne`.
 */
import { parseDurationMs } from '../../clock/duration.ts';
import { utcTimeMs } from '../../clock/utc-time.ts';
import type { Reply } from '../../http/json-exchange.ts';
import { ServiceError } from '../../http/service-error.ts';
import type { Request } from '../http.ts';
import type { Params, Routes } from '../match.ts';
import { type Condition, dimensionOf, findMetric, metricNames, seriesOf } from '../serving/metrics.ts';
import type { OnlineStore } from '../store/online.ts';
import type { RequestStore } from '../store/requests.ts';
import { noEndpoint } from './online-replies.ts';
import { workspaceId } from './resource.ts';

interface MetricDependencies {
  readonly online: OnlineStore;
  readonly requests: RequestStore;
  readonly now: () => number;
}

type Metric = NonNullable<ReturnType<typeof findMetric>>;

export function onlineMetricRoutes(deps: MetricDependencies): Routes {
  return {
    'GET /onlineEndpoints/:endpoint/providers/Microsoft.Insights/metrics': (request, params) =>
      listMetrics(request, params, deps),
  };
}

const hourMs = 3_600_000;
const intervals = ['PT1M', 'PT5M', 'PT15M', 'PT30M', 'PT1H', 'PT6H', 'PT12H', 'P1D'];
const pointsAtMost = 1440 * 31;

function listMetrics(request: Request, params: Params, { online, requests, now }: MetricDependencies): Reply {
  const endpoint = online.findEndpoint(params['endpoint'] ?? '')?.endpoint;
  if (endpoint === undefined) throw noEndpoint(params['endpoint'] ?? '');
  const { query } = request;
  const names = query.get('metricnames') ?? '';
  const metrics = names.split(',').map((name) => findMetric(name.trim()) ?? unknownMetric(name));
  const aggregation = query.get('aggregation') ?? 'Average';
  if (aggregation.toLowerCase() !== 'average')
    throw badRequest(`aggregation: ${quote(aggregation)} is not that of these metrics; ask for Average`);
  const interval = query.get('interval') ?? 'PT1M';
  if (!intervals.includes(interval))
    throw badRequest(`interval: ${quote(interval)} is none of ${intervals.join(', ')}`);
  const window = { ...readTimespan(query.get('timespan'), now()), intervalMs: parseDurationMs(interval)! };
  if ((window.toMs - window.fromMs) / window.intervalMs > pointsAtMost)
    throw badRequest(
      `timespan: more than ${pointsAtMost} intervals; ask for a shorter one or longer intervals`,
    );
  const counted = requests.between(endpoint, window.fromMs, window.toMs);
  const id = `${workspaceId}/onlineEndpoints/${endpoint}`;
  const value = metrics.map((metric) => ({
    ...describeMetric(metric, id),
    timeseries: seriesOf(metric, counted, readFilter(query.get('$filter'), metric), window).map(renderSeries),
    errorCode: 'Success',
  }));
  const timespan = [window.fromMs, window.toMs].map(isoOf).join('/');
  const namespace = 'Microsoft.MachineLearningServices/workspaces/onlineEndpoints';
  return { status: 200, body: { cost: 0, timespan, interval, namespace, resourceregion: 'local', value } };
}

function describeMetric({ name, title, unit }: Metric, resource: string) {
  return {
    id: `${resource}/providers/Microsoft.Insights/metrics/${name}`,
    type: 'Microsoft.Insights/metrics',
    name: { value: name, localizedValue: title },
    displayDescription: title,
    unit,
  };
}

function renderSeries({ dimensions, points }: ReturnType<typeof seriesOf>[number]) {
  return {
    metadatavalues: dimensions.map(([name, value]) => ({
      name: { value: name, localizedValue: name },
      value,
    })),
    data: points.map(({ atMs, average }) => ({
      timeStamp: isoOf(atMs),
      ...(average !== null && { average }),
    })),
  };
}

/** Two times; the last hour where none are given. Begins with a whole minute. */
function readTimespan(timespan: string | null, nowMs: number): { fromMs: number; toMs: number } {
  const wholeMinute = (ms: number): number => Math.floor(ms / 60_000) * 60_000;
  if (timespan === null) return { fromMs: wholeMinute(nowMs - hourMs), toMs: nowMs + 1 };
  const [fromMs = Number.NaN, toMs = Number.NaN] = timespan.split('/').map(utcTimeMs);
  if (fromMs < toMs) return { fromMs: wholeMinute(fromMs), toMs };
  throw badRequest(
    `timespan: expected two times, 2026-01-01T00:00:00Z/2026-01-01T01:00:00Z, got ${quote(timespan)}`,
  );
}

function readFilter(filter: string | null, metric: Metric): Condition[] {
  if (filter === null || filter.trim() === '') return [];
  return filter.split(/\s+and\s+/i).map((text) => {
    const [, name = '', operator = '', value = ''] = /^\s*(\w+)\s+(eq|ne)\s+'([^']*)'\s*$/i.exec(text) ?? [];
    if (name === '')
      throw badRequest(
        `$filter: ${quote(text)} is not understood here; write DIMENSION eq 'VALUE', with and between`,
      );
    const dimension = dimensionOf(metric, name);
    if (dimension === undefined)
      throw badRequest(
        `$filter: metric ${metric.name} has no dimension ${name}; it has ${metric.dimensions.join(', ')}`,
      );
    return { dimension, isEqual: operator.toLowerCase() === 'eq', value };
  });
}

function unknownMetric(name: string): never {
  throw badRequest(`metricnames: ${quote(name)} is none of the metrics kept here: ${metricNames.join(', ')}`);
}

const isoOf = (ms: number): string => new Date(ms).toISOString();
const quote = (text: string): string => JSON.stringify(text.slice(0, 100));
const badRequest = (message: string): ServiceError => new ServiceError(400, 'BadRequest', message);
