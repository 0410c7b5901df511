/** Serving where the cloud's clock stands still: processes live in real time, what is told of them goes by the clock. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../local/clock/clock.ts';
import { localCloud } from '../../../local/cloud-context.ts';
import { until } from '../../until.ts';
import { at, endpoint, often } from './online-fixture.ts';
import { openScoring, type Scoring, toDeployment } from './serving-fixture.ts';

const clock = new VirtualClock(Date.parse('2031-05-04T03:02:01.000Z'));
let s: Scoring;
beforeAll(async () => {
  s = await openScoring({ clock, random: () => 0 });
});
afterAll(() => s.workspace.close());

const pass = () => clock.setNow(clock.nextDueMs() ?? clock.now());

async function ended<T>(begun: Promise<{ pollUntilDone(): Promise<T> }>): Promise<T> {
  const poller = await begun;
  pass();
  return poller.pollUntilDone();
}
const putEndpoint = (traffic: Record<string, number>) =>
  s.client.onlineEndpoints.beginCreateOrUpdate(...at, 'front', endpoint({ traffic }), often);

/** As whoever moves a virtual clock waits: at two looks in a row nothing is under way, and nothing has begun. */
const untilQuiet = () => {
  let before = -1;
  return until(() => {
    const { busy, begun } = s.workspace.work;
    const isQuiet = busy === 0 && begun === before;
    before = busy === 0 ? begun : -1;
    return isQuiet;
  });
};

it('a deployment is made in no time of the clock but its own, and its start counts as work', async () => {
  await ended(putEndpoint({}));
  for (const name of ['blue', 'green']) {
    const body = s.echoed({}, { MODEL: name });
    const poller = await s.client.onlineDeployments.beginCreateOrUpdate(...at, 'front', name, body, often);
    const begunMs = clock.now();
    await until(() => s.workspace.work.busy === 0);
    pass();
    expect(s.workspace.work.busy).toBe(1);
    const made = await poller.pollUntilDone();
    expect(made.properties.provisioningState).toBe('Succeeded');
    expect(clock.now()).toBe(begunMs + 1_000);
    await until(() => s.workspace.work.busy === 0);
  }
});

it('requests go by the old weights until the new ones have succeeded', async () => {
  await ended(putEndpoint({ blue: 100 }));
  const call = await s.caller('front');
  const poller = await putEndpoint({ green: 100 });
  const { properties } = await s.client.onlineEndpoints.get(...at, 'front');
  expect(properties).toMatchObject({ provisioningState: 'Updating', traffic: { green: 100 } });
  expect((await call()).json.model).toBe('blue');
  pass();
  await poller.pollUntilDone();
  expect((await call()).json.model).toBe('green');
});

it('a request is logged with the time of the clock', async () => {
  const call = await s.caller('front');
  await call({}, toDeployment('blue'));
  expect(s.rows().at(-1)).toMatchObject({
    TimeGenerated: new Date(clock.now()).toISOString(),
    EndpointName: 'front',
    DeploymentName: 'blue',
    ResponseCode: 200,
    ModelStatusCode: 200,
    AuthType: 'Key',
  });
});

it.each([
  ['ends by itself', () => {}, { die: true }],
  [
    'is ended on demand',
    () => s.workspace.azureMl.setFaults({ faults: [{ endpoint: 'front', crashAfterRequests: 1 }] }),
    {},
  ],
])('a process that %s comes back before the clock may move', async (_how, arrange, body) => {
  const call = await s.caller('front');
  arrange();
  expect((await call(body, toDeployment('blue'))).status).toBe(424);
  s.workspace.azureMl.setFaults({ faults: [] });
  await untilQuiet();
  expect((await call({}, toDeployment('blue'))).status).toBe(200);
});

describe('the metrics of an endpoint', () => {
  const firstMinuteMs = Date.parse('2031-05-04T05:00:00.000Z');
  const timespan = '2031-05-04T05:00:00Z/2031-05-04T05:04:00Z';
  const metrics = (query: Record<string, string>, name = 'front') =>
    s.workspace.fetch(
      `${localCloud.workspaceId}/onlineEndpoints/${name}/providers/Microsoft.Insights/metrics?${new URLSearchParams(
        { 'api-version': '2018-01-01', ...query },
      )}`,
    );
  const seriesOf = async (query: Record<string, string>) => {
    const { status, json } = await metrics({ timespan, ...query });
    expect(status).toBe(200);
    // biome-ignore lint/suspicious/noExplicitAny: the shape is what is looked at
    return json.value[0].timeseries.map(({ metadatavalues, data }: any) => [
      // biome-ignore lint/suspicious/noExplicitAny: as above
      ...metadatavalues.map(({ value }: any) => value),
      // biome-ignore lint/suspicious/noExplicitAny: as above
      data.map(({ average }: any) => average ?? null),
    ]);
  };

  beforeAll(async () => {
    const call = await s.caller('front');
    // In the first minute blue three times, once wrongly; in the third green once.
    clock.setNow(firstMinuteMs);
    for (const status of [200, 200, 500]) await call({ status }, toDeployment('blue'));
    clock.setNow(firstMinuteMs + 150_000);
    await call({}, toDeployment('green'));
    clock.setNow(firstMinuteMs + 240_000);
  });

  it('count requests a minute, by deployment and by status', async () => {
    const metricnames = 'RequestsPerMinute';
    expect(await seriesOf({ metricnames })).toEqual([[[3, null, 1, null]]]);
    expect(await seriesOf({ metricnames, $filter: "deployment eq '*'" })).toEqual([
      ['blue', [3, null, null, null]],
      ['green', [null, null, 1, null]],
    ]);
    const wrong = "deployment eq 'blue' and statusCodeClass ne '2xx'";
    expect(await seriesOf({ metricnames, $filter: wrong })).toEqual([['blue', '4xx', [1, null, null, null]]]);
    expect(await seriesOf({ metricnames, $filter: "modelStatusCode eq '500'" })).toEqual([
      ['500', [1, null, null, null]],
    ]);
    expect(await seriesOf({ metricnames, interval: 'PT5M' })).toEqual([[[2]]]);
    expect(await seriesOf({ metricnames, $filter: "deployment eq 'none'" })).toEqual([]);
  });

  it('tell how long requests took, in the shape of Azure Monitor', async () => {
    const asked = await metrics({
      metricnames: 'RequestLatency,requestlatency_p95',
      timespan,
      aggregation: 'Average',
    });
    expect(asked.json).toMatchObject({
      timespan: '2031-05-04T05:00:00.000Z/2031-05-04T05:04:00.000Z',
      interval: 'PT1M',
      namespace: 'Microsoft.MachineLearningServices/workspaces/onlineEndpoints',
      value: [
        {
          id: `${localCloud.workspaceId}/onlineEndpoints/front/providers/Microsoft.Insights/metrics/RequestLatency`,
          type: 'Microsoft.Insights/metrics',
          name: { value: 'RequestLatency', localizedValue: 'Request Latency' },
          unit: 'MilliSeconds',
          errorCode: 'Success',
        },
        { name: { value: 'RequestLatency_P95' } },
      ],
    });
    const [, p95] = asked.json.value;
    const [first, second] = p95.timeseries[0].data;
    expect(first).toEqual({ timeStamp: '2031-05-04T05:00:00.000Z', average: expect.any(Number) });
    expect(first.average).toBeGreaterThan(0);
    expect(second).toEqual({ timeStamp: '2031-05-04T05:01:00.000Z' });
  });

  it.each([
    [{}, 'metricnames'],
    [
      { metricnames: 'Requests' },
      'metricnames: "Requests" is none of the metrics kept here: RequestsPerMinute',
    ],
    [{ metricnames: 'RequestLatency', aggregation: 'Total' }, 'aggregation: "Total"'],
    [{ metricnames: 'RequestLatency', interval: 'PT2M' }, 'interval: "PT2M"'],
    [{ metricnames: 'RequestLatency', timespan: 'today' }, 'timespan: expected two times'],
    [
      { metricnames: 'RequestLatency', timespan: '2000-01-01T00:00:00Z/2031-01-01T00:00:00Z' },
      'timespan: more than',
    ],
    [{ metricnames: 'RequestLatency', $filter: "statusCode eq '200'" }, 'has no dimension statusCode'],
    [{ metricnames: 'RequestLatency', $filter: "deployment eq 'a' or deployment eq 'b'" }, '$filter: '],
  ])('refuse %j', async (query, says) => {
    const { status, json } = await metrics(query);
    expect(status).toBe(400);
    expect(json.error.message).toContain(says);
  });

  it('are of endpoints that are there', async () => {
    expect((await metrics({ metricnames: 'RequestLatency' }, 'none')).status).toBe(404);
  });
});
