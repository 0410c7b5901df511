import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseMetrics } from '../../../shared/azure/tracking.ts';

const parse = (body: string) => parseMetrics(body, 'reading the metrics of job j', { job: 'j' });

describe('the metrics of a job', () => {
  it('are read from what MLflow answers', () => {
    const captured = new URL('../../fixtures/payloads/mlflow-runs-get.json', import.meta.url);
    expect(parse(readFileSync(captured, 'utf8'))).toEqual({ rmse: 0.21 });
  });

  it('keep a value that is no number as one, for the gate to see', () => {
    const metrics = [{ key: 'a', value: 'NaN' }, { key: 'b', value: 'Infinity' }, { key: 'c' }];
    expect(parse(JSON.stringify({ run: { data: { metrics } } }))).toEqual({
      a: Number.NaN,
      b: Number.POSITIVE_INFINITY,
      c: Number.NaN,
    });
  });

  it('are none where nothing was logged', () => {
    expect(parse('{"run":{"info":{},"data":{}}}')).toEqual({});
  });

  it('are refused where the answer is no JSON', () => {
    expect(() => parse('<html>')).toThrow('reading the metrics of job j: the answer is not JSON');
  });
});
