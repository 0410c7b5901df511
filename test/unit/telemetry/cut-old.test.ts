import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base';
import { expect, it } from 'vitest';
import { cutOld } from '../../../shared/telemetry/azure-monitor.ts';

const hour = 3_600;
const nowSeconds = 1_800_000_000;

/** What arrives of a span that began and ended so many hours ago. */
function sent(beganHoursAgo: number, endedHoursAgo: number): ReadableSpan {
  const arrived: ReadableSpan[] = [];
  const exporter: SpanExporter = {
    export: (spans) => void arrived.push(...spans),
    shutdown: async () => {},
  };
  const startTime = [nowSeconds - beganHoursAgo * hour, 0];
  const endTime = [nowSeconds - endedHoursAgo * hour, 5];
  const span = { name: 'run', startTime, endTime, attributes: { a: 1 } } as unknown as ReadableSpan;
  cutOld(exporter, () => nowSeconds * 1_000).export([span], () => {});
  return arrived[0]!;
}

it('a span that began longer ago than Application Insights takes begins as late as it must, and says when it began', () => {
  expect(sent(200, 1)).toMatchObject({
    name: 'run',
    startTime: [nowSeconds - 47 * hour, 0],
    endTime: [nowSeconds - hour, 5],
    duration: [46 * hour, 5],
    attributes: { a: 1, 'ratchet.started_at': new Date((nowSeconds - 200 * hour) * 1_000).toISOString() },
  });
  expect(sent(200, 100)).toMatchObject({ startTime: sent(200, 100).endTime, duration: [0, 0] });
  expect(sent(40, 1).attributes).toEqual({ a: 1 });
});
