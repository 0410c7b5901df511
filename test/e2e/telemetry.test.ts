import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type MetricName, metrics } from '../../shared/telemetry/metric-catalog.ts';
import { idsOf } from '../../shared/telemetry/trace-ids.ts';
import { until, untilSeen } from '../until.ts';
import { openTelemetryReceiver, type TelemetryReceiver } from '../world/telemetry-receiver.ts';
import { openWorld, type World } from '../world/world.ts';

describe('what the app tells', () => {
  let receiver: TelemetryReceiver;
  let world: World;

  beforeAll(async () => {
    receiver = await openTelemetryReceiver();
    const ikey = '11111111-2222-4333-8444-555555555555';
    world = await openWorld({
      env: {
        OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
        OTEL_EXPORTER_OTLP_TIMEOUT: '500',
        OTEL_BSP_SCHEDULE_DELAY: '100',
        OTEL_METRIC_EXPORT_INTERVAL: '1000',
        APPLICATIONINSIGHTS_CONNECTION_STRING: `InstrumentationKey=${ikey};IngestionEndpoint=${receiver.secureUrl}/`,
        NODE_EXTRA_CA_CERTS: receiver.caFile,
        RATCHET_WATCHDOG_TICK: '*/2 * * * * *',
      },
    });
  });

  afterAll(async () => {
    await world?.close();
    receiver?.close();
  });

  it('changes nothing while whoever is told does not answer', async () => {
    const signalId = await world.requestRun('unheard');
    await world.untilSettled([signalId]);
    expect(await world.runs()).toMatchObject([{ outcome: 'released' }]);
    await until(() => receiver.hanging > 0);
    expect(receiver.bodies).toEqual([]);
    receiver.answer();
  });

  it('is a trace of each signal and each run, linked to one another, with the ids of both', async () => {
    await world.uploadData();
    const signalId = await world.requestRun('heard');
    await world.untilSettled([signalId]);
    const runId = (await world.runs())[0]!.runId;
    const ofSignal = idsOf('signal', signalId);
    const ofRun = idsOf('run', runId);
    const find = (name: string, traceId: string) =>
      untilSeen(() => receiver.spans.find((span) => span.name === name && span.traceId === traceId));

    expect(await find('signal', ofSignal.traceId)).toMatchObject({
      spanId: ofSignal.spanId,
      attributes: { 'ratchet.model': 'tiny', 'ratchet.decision_id': signalId },
    });
    expect(await find('decision', ofSignal.traceId)).toMatchObject({
      parentSpanId: ofSignal.spanId,
      links: [{ traceId: ofRun.traceId, spanId: ofRun.spanId }],
      attributes: { 'ratchet.outcome': 'admitted', 'ratchet.run_id': runId, 'ratchet.decision_id': signalId },
    });
    expect(await find('run', ofRun.traceId)).toMatchObject({
      spanId: ofRun.spanId,
      links: [{ traceId: ofSignal.traceId, spanId: ofSignal.spanId }],
      attributes: {
        'ratchet.outcome': 'released',
        'ratchet.run_id': runId,
        'ratchet.decision_id': signalId,
      },
      status: 0,
    });
    for (const part of ['run train', 'run evaluate', 'run gate', 'step submit-job', 'step judge-evidence']) {
      expect(await find(part, ofRun.traceId)).toMatchObject({
        parentSpanId: ofRun.spanId,
        attributes: { 'ratchet.run_id': runId, 'ratchet.model': 'tiny' },
      });
    }
    // The host's own span of the invocation is linked.
    expect((await find('step record-run', ofRun.traceId)).links).toHaveLength(1);
  });

  it('is metrics of the catalogue, with no more attributes than it lists', async () => {
    const seen = (metric: MetricName) =>
      untilSeen(() => receiver.points.find((point) => point.metric === metric));
    const counted = { 'ratchet.model': 'tiny', 'ratchet.kind': 'manual' };
    expect((await seen('ratchet.signals')).attributes).toEqual({ ...counted, 'ratchet.repeated': false });
    expect((await seen('ratchet.decisions')).attributes).toEqual({
      ...counted,
      'ratchet.outcome': 'admitted',
      'ratchet.reason': 'idle',
    });
    await seen('ratchet.decision.delay');
    expect((await seen('ratchet.runs')).attributes).toEqual({
      'ratchet.model': 'tiny',
      'ratchet.kind': 'retrain',
      'ratchet.outcome': 'released',
    });
    await seen('ratchet.watchdog');
    expect(await seen('ratchet.inbox.oldest.age')).toMatchObject({ value: 0 });
    const unknown = receiver.points.filter(
      ({ metric, attributes }) =>
        !(metric in metrics) ||
        Object.keys(attributes).some(
          (name) => !(metrics[metric as MetricName].attributes as readonly string[]).includes(name),
        ),
    );
    expect(unknown).toEqual([]);
  });

  it('reaches Application Insights under the same names', async () => {
    const dataOf = (type: string) =>
      receiver.envelopes
        .filter(({ data }) => data.baseType === type)
        .map(({ data, tags }) => ({ ...data.baseData, role: tags['ai.cloud.role'] }));
    const look = () => {
      expect(dataOf('RemoteDependencyData')).toContainEqual(
        expect.objectContaining({
          ...{ name: 'signal', role: 'ratchet' },
          properties: expect.objectContaining({ 'ratchet.model': 'tiny', 'ratchet.kind': 'manual' }),
        }),
      );
      expect(dataOf('MetricData')).toContainEqual(
        expect.objectContaining({ metrics: [expect.objectContaining({ name: 'ratchet.watchdog' })] }),
      );
    };
    // What was told before the exporter tries again is not kept: something is told until it has.
    let told = 0;
    await until(async () => {
      await world.requestRun(`again-${++told}`);
      await until(look, 3_000);
    });
  });

  it('has no secret in it', () => {
    const accountKey = /AccountKey=([^;]+)/.exec(world.cloud().storage)?.[1] ?? '';
    expect(accountKey.length).toBeGreaterThan(8);
    expect(receiver.bodies.length).toBeGreaterThan(0);
    for (const secret of [accountKey, world.tokenOf('jane')]) {
      expect(receiver.bodies.some((body) => body.includes(secret))).toBe(false);
    }
  });
});
