import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { evaluateQuery } from '../../../local/log-analytics/kql/evaluate.ts';
import { parseModelFile } from '../../../shared/config/load.ts';
import { judgeRows } from '../../../shared/signals/judge-rows.ts';

const page = readFileSync('docs/signals.md', 'utf8');
const sample = readFileSync('test/fixtures/tiny-model/models/tiny.yaml', 'utf8');
const tick = '2026-03-10T06:00:00.000Z';

it('the rules shown in docs/signals.md are rules, and their query is understood and judged', () => {
  const shown = [...page.matchAll(/```yaml\ntriggers:\n(.*?)```/gs)].map(([, text]) => text);
  const rules = shown
    .filter((text) => /^ {2}(?:queries|runs):/.test(text!))
    .map((text) => {
      const parsed = parseModelFile('m.yaml', sample.replace('triggers:\n', `triggers:\n${text}`));
      if (!('model' in parsed)) throw new Error(JSON.stringify(parsed.problems));
      return parsed.model.config.triggers;
    });
  const queries = rules.flatMap((each) => each.queries);
  expect([queries.length, rules.flatMap(({ runs }) => runs).length]).toEqual([1, 2]);

  const at = (time: string) => Date.parse(`2026-03-${time}:00:00Z`);
  const rows = ['07T12', '08T00', '08T23', '09T12', '10T01'].flatMap((time) =>
    Array.from({ length: 100 }, (_, index) => [at(time), 'fraud', index < 90]),
  );
  const columns = [
    { name: 'TimeGenerated', type: 'datetime' } as const,
    { name: 'Model', type: 'string' } as const,
    { name: 'Correct', type: 'bool' } as const,
  ];
  const found = evaluateQuery(queries[0]!.query, {
    nowMs: Date.parse(tick),
    find: () => ({ columns, rows }),
  });
  const dated = found.rows.map(([day, ...rest]) => [new Date(day as number).toISOString(), ...rest]);
  expect(judgeRows(queries[0]!, { ...found, rows: dated }, { model: 'tiny', tick })).toMatchObject({
    judgements: [{ signal: { evidence: { window: '2026-03-08T00:00:00.000Z', value: 0.9, sample: 200 } } }],
    small: 1,
  });
});
