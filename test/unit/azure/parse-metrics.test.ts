import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { toTrackedRun } from '../../../shared/azure/tracked-run.ts';
import { parseAnswer } from '../../../shared/azure/tracking.ts';

const parse = (body: string) =>
  toTrackedRun(parseAnswer(body, { asked: 'reading run j', subject: { run: 'j' } })['run'])?.metrics;
const runOf = (data: object): string => JSON.stringify({ run: { info: { run_id: 'j' }, data } });

describe('the metrics of a run', () => {
  it('are read from what MLflow answers', () => {
    const captured = new URL('../../fixtures/payloads/mlflow-runs-get.json', import.meta.url);
    expect(parse(readFileSync(captured, 'utf8'))).toEqual({ rmse: 0.21 });
  });

  it('keep a value that is no number as one, for the gate to see', () => {
    const metrics = [{ key: 'a', value: 'NaN' }, { key: 'b', value: 'Infinity' }, { key: 'c' }];
    expect(parse(runOf({ metrics }))).toEqual({ a: Number.NaN, b: Number.POSITIVE_INFINITY, c: Number.NaN });
  });

  it('are none where nothing was logged', () => {
    expect(parse(runOf({}))).toEqual({});
  });

  it('are refused where the answer is no JSON', () => {
    expect(() => parse('<html>')).toThrow('reading run j: the response is not JSON');
  });
});
