import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KqlError } from '../../../local/log-analytics/kql/error.ts';
import { evaluateQuery } from '../../../local/log-analytics/kql/evaluate.ts';
import { renderValue, type Table } from '../../../local/log-analytics/kql/values.ts';

const nowMs = Date.parse('2026-03-10T06:00:00Z');
const at = (time: string) => Date.parse(`2026-03-${time}Z`);

const scores: Table = {
  columns: [
    { name: 'TimeGenerated', type: 'datetime' },
    { name: 'Model', type: 'string' },
    { name: 'Score', type: 'real' },
    { name: 'Rows', type: 'long' },
    { name: 'Good', type: 'bool' },
    { name: 'Detail', type: 'dynamic' },
  ],
  rows: [
    [at('08T01:00:00'), 'fraud', 0.5, 10, true, { a: 1 }],
    [at('08T23:59:59'), 'fraud', 0.75, 20, false, null],
    [at('09T00:00:00'), 'Fraud', null, 30, null, null],
    [at('09T12:00:00'), 'spam', 1.5, null, true, null],
    [at('10T05:30:00'), '', -2, 7, false, null],
  ],
};

const run = (query: string) =>
  evaluateQuery(query, { nowMs, find: (name) => (name === 'Scores' ? scores : null) });

/** The rows as they cross the wire. */
function ask(query: string) {
  const { columns, rows } = run(query);
  return rows.map((row) => row.map((value, index) => renderValue(columns[index]!.type, value)));
}

const headOf = (query: string) => run(query).columns.map(({ name, type }) => `${name} ${type}`);
const count = (condition: string) => ask(`Scores | where ${condition}\n| count`)[0]![0];

function errorOf(query: string): KqlError {
  try {
    run(query);
  } catch (error) {
    expect(error).toBeInstanceOf(KqlError);
    return error as KqlError;
  }
  throw new Error(`understood: ${query}`);
}

describe('where', () => {
  it.each([
    ['Score > 0.5', 2],
    ['Score >= 0.5 and Score <= 0.75', 2],
    ['Score between (0.5 .. 0.75)', 2],
    ['Score == 1.5 or Rows == 7', 2],
    ['Score < -1', 1],
    ["Model == 'fraud'", 2],
    ['Model != "fraud"', 3],
    ["Model =~ 'FRAUD'", 3],
    ["Model !~ 'FRAUD'", 2],
    ["Model contains 'RAU'", 3],
    ["Model startswith 's'", 1],
    ["Model in ('spam', 'fraud')", 3],
    ["Model !in ('spam', 'fraud')", 2],
    ['Score between (0.5 .. Rows)', 2],
    ['Score in (0.5, Score)', 4],
    ['Good', 2],
    ['not(Good)', 2],
    ['Good == true', 2],
    ['isnull(Score)', 1],
    ['isnotnull(Score) and isnotnull(Rows)', 3],
    ['Rows > 5.5', 4],
    ['TimeGenerated > ago(1d)', 2],
    ['TimeGenerated >= ago(1h)', 1],
    ['TimeGenerated < datetime(2026-03-09)', 2],
    ["TimeGenerated == datetime('2026-03-09T12:00:00Z')", 1],
    ['TimeGenerated between (datetime(2026-03-09 00:00) .. now() - 6h)', 2],
    ['TimeGenerated < startofday(now()) and TimeGenerated >= startofday(now()) - 1d', 2],
    ['now() - TimeGenerated < 1h', 1],
    ['(Score > 0.5 or Rows < 20) and Good', 2],
    ['Rows * 2 + 1 == 21', 1],
    ['Rows / 3 == 3', 1],
    ['todouble(Rows) / 4 == 2.5', 1],
    ['-Score > 1', 1],
    ["todouble('x') == 1 or true", 5],
    [`tostring(Detail["a"]) == '1'`, 1],
    [`tostring(Detail['b']) == ''`, 5],
    ['tostring(Good) == "true" and tostring(Rows) == "10"', 1],
    ["['Score'] > 1 // a remark", 1],
    ["Model == @'fraud' and Model != 'a\\'b'", 2],
  ])('%s', (condition, rows) => expect(count(condition)).toBe(rows));

  it('takes a null for not known to be so', () => {
    expect(count('Score != 0.5')).toBe(3);
    expect(count('not(Score > 100)')).toBe(4);
    expect(count('not(Good)')).toBe(2);
  });
});

describe('summarize', () => {
  it('folds columns, leaving nulls out', () => {
    const query =
      'Scores | summarize count(), countif(Good), sum(Rows), avg(Score), min(Score), max(TimeGenerated), percentile(Rows, 50)';
    expect(headOf(query)).toEqual([
      'count_ long',
      'countif_Good long',
      'sum_Rows long',
      'avg_Score real',
      'min_Score real',
      'max_TimeGenerated datetime',
      'percentile_Rows_50 long',
    ]);
    expect(ask(query)).toEqual([[5, 2, 67, 0.1875, -2, '2026-03-10T05:30:00.000Z', 10]]);
  });

  it('groups by columns and by stretches of time', () => {
    expect(
      ask('Scores | summarize n = count(), best = max(Score) by bin(TimeGenerated, 1d), Good | order by n'),
    ).toEqual([
      ['2026-03-08T00:00:00.000Z', true, 1, 0.5],
      ['2026-03-08T00:00:00.000Z', false, 1, 0.75],
      ['2026-03-09T00:00:00.000Z', null, 1, null],
      ['2026-03-09T00:00:00.000Z', true, 1, 1.5],
      ['2026-03-10T00:00:00.000Z', false, 1, -2],
    ]);
    expect(ask('Scores | summarize by half = bin(Rows, 15)')).toEqual([[0], [15], [30], [null]]);
  });

  it('takes expressions over aggregates', () => {
    expect(ask('Scores | summarize value = 1.0 * countif(Good) / count(), n = count()')).toEqual([[0.4, 5]]);
    expect(headOf('Scores | summarize countif(Good) / count()')).toEqual(['Column1 long']);
    expect(ask('Scores | summarize a = count() in (4, 5), b = count() between (6 .. 1 + sum(Rows))')).toEqual(
      [[true, false]],
    );
  });

  it('has no way to what it computes with, and no percentile that differs from row to row', () => {
    expect(errorOf('Scores | summarize count(), b = ["$0"] in (1)').message).toContain("'$0'");
    expect(errorOf('Scores | summarize b = Rows in (1)').message).toContain('neither aggregated');
    expect(errorOf('Scores | summarize percentile(Rows, Rows)').message).toContain("Aggregate 'percentile'");
  });

  it('of nothing is one row without keys, and none with them', () => {
    const nothing = 'Scores | where Score > 100 | summarize count(), sum(Score), avg(Score), max(Score)';
    expect(ask(nothing)).toEqual([[0, 0, 'NaN', null]]);
    expect(ask(`${nothing} by Model`)).toEqual([]);
  });

  it('gives names that are taken a number', () => {
    expect(headOf('Scores | summarize min(Score), min(Score), min(Score) by Model')).toEqual([
      'Model string',
      'min_Score real',
      'min_Score1 real',
      'min_Score2 real',
    ]);
  });
});

describe('the other operators', () => {
  it('project columns and expressions', () => {
    const query = 'Scores | take 1 | project Model, double = Score * 2, TimeGenerated - ago(1d)';
    expect(headOf(query)).toEqual(['Model string', 'double real', 'Column3 timespan']);
    expect(ask(query)).toEqual([['fraud', 1, '-1.05:00:00']]);
    expect(ask('Scores | limit 1 | project Detail, Rows / 0, Score / 0')).toEqual([
      ['{"a":1}', null, 'Infinity'],
    ]);
  });

  it('rename columns', () => {
    expect(headOf('Scores | project Score, Rows | project-rename value = Score')).toEqual([
      'value real',
      'Rows long',
    ]);
  });

  it('order, descending by default, with nulls at the end that the direction has', () => {
    const scoresBy = (key: string) => ask(`Scores | order by ${key} | project Score`).flat();
    expect(scoresBy('Score')).toEqual([1.5, 0.75, 0.5, -2, null]);
    expect(scoresBy('Score asc')).toEqual([null, -2, 0.5, 0.75, 1.5]);
    expect(scoresBy('Score asc nulls last')).toEqual([-2, 0.5, 0.75, 1.5, null]);
    expect(scoresBy('Score desc nulls first')).toEqual([null, 1.5, 0.75, 0.5, -2]);
    expect(ask('Scores | sort by Good asc, Rows desc | project Rows').flat()).toEqual([30, 20, 7, 10, null]);
  });

  it('count rows, also of an empty table, over several lines', () => {
    expect(ask('Scores\n| where Score > 100\n| count;')).toEqual([[0]]);
    expect(ask('Scores | take 0')).toEqual([]);
  });
});

describe('what is not understood', () => {
  it('is named with its place', () => {
    const error = errorOf('Scores\n| extend x = 1');
    expect(error).toMatchObject({ kind: 'SyntaxError', place: { line: 2, pos: 2, token: 'extend' } });
    expect(error.message).toBe(
      "Query could not be parsed at 'extend' on line [2,2]; the local Log Analytics knows where, summarize, project, project-rename, order by, sort by, take, limit and count",
    );
  });

  it.each([
    ['', "at '<EOF>' on line [1,0]; expected the name of a table"],
    ['Scores |', "at '<EOF>' on line [1,8]"],
    ['Scores where', "at 'where' on line [1,7]"],
    ['Scores | where', "at '<EOF>' on line [1,14]; expected a value"],
    ['Scores | where (Score > 1', "at '<EOF>' on line [1,25]; expected ')'"],
    ['Scores | where Score has_any 1', "at 'has_any'"],
    ['Scores | where Score ? 1', "at '?' on line [1,21]"],
    ["Scores | where Model == 'open", "at ''' on line [1,24]"],
    ['Scores | where TimeGenerated > datetime(soon)', "at 'datetime(soon)'"],
    ['Scores | take 1.5', "at '1.5' on line [1,14]; expected a whole number of rows"],
    ['Scores | order Score', "at 'Score' on line [1,15]; expected 'by'"],
    ['Scores | project-away Score', "at 'away'"],
    ['Scores | count | count |', "at '<EOF>'"],
    ['let x = 1; Scores', "at 'x'"],
  ])('in the grammar: %s', (query, said) => {
    const error = errorOf(query);
    expect([error.kind, error.message]).toEqual(['SyntaxError', expect.stringContaining(said)]);
  });

  it.each([
    ['Score', "Failed to resolve table or column expression named 'Score'"],
    ['Scores | where Scor', "'where' operator: Failed to resolve column or scalar expression named 'Scor'"],
    ['Scores | where score > 1', "named 'score'"],
    ['Scores | where Score', "'where' operator: the condition is real, not bool"],
    ["Scores | where Score == '1'", "Cannot compare values of types real and string with '=='"],
    ['Scores | where Detail == Detail', 'types dynamic and dynamic'],
    ['Scores | where Score and Good', "Operator 'and' expects bool, found real"],
    ["Scores | project Model + 'x'", "Operator '+' is not defined for string and string"],
    [
      'Scores | project strlen(Model)',
      "'project' operator: Unknown function: 'strlen'; the local Log Analytics knows now,",
    ],
    ['Scores | project toString(Model)', "Unknown function: 'toString'"],
    ['Scores | where Detail["a"] == 1', "Cannot compare values of types dynamic and long with '=='"],
    ['Scores | where Model["a"] == 1', "A value of type string has no member 'a'"],
    ['Scores | project ago(1)', "Function 'ago' cannot be invoked with arguments of types (long)"],
    ['Scores | project avg(Score)', "Unknown function: 'avg'"],
    ['Scores | summarize sum(Model)', "Aggregate 'sum' cannot be invoked with arguments of types (string)"],
    ['Scores | summarize Score', "column 'Score' is neither aggregated"],
    ['Scores | order by Detail', 'a dynamic value has no order'],
    ['Scores | project-rename Rows = Score', "a column named 'Rows' exists already"],
    ['Scores | project-rename x = nothing', "named 'nothing'"],
  ])('in the meaning: %s', (query, said) => {
    const error = errorOf(query);
    expect([error.kind, error.message]).toEqual(['SemanticError', expect.stringContaining(said)]);
  });

  it('is refused however deep, long or broken it is, and with nothing but that error', () => {
    for (const hostile of [
      `Scores | where ${'('.repeat(100_000)}`,
      `Scores | where ${'-'.repeat(100_000)}1 == 1`,
      `Scores | where ${'not('.repeat(60)}Good${')'.repeat(60)}`,
      `Scores | where Good${' and Good'.repeat(100_000)}`,
      `Scores${' | count'.repeat(100_000)}`,
      `Scores | where Model == '${'x'.repeat(1_000_000)}`,
      `${'/'.repeat(10_000)}`,
    ]) {
      expect(() => errorOf(hostile)).not.toThrow();
    }
    // Each operand is computed once: 2 to the power of 40 steps would not end.
    const nested = (before: string, after: string) => `${'('.repeat(40)}Good${before}${after.repeat(40)}`;
    expect(count(nested('', ' between (false .. true))'))).toBe(5);
    expect(count(nested('', ' in (true, false))'))).toBe(5);
    // Long, but no longer than a query may be.
    expect(count(`Good${' and Good'.repeat(900)}`)).toBe(2);
  });

  it('never breaks the evaluation', () => {
    const word = fc.constantFrom(
      ...['Scores', '|', 'where', 'summarize', 'project', 'project-rename', 'order', 'by', 'take', 'count'],
      ...[
        'Score',
        'Rows',
        'Model',
        'Good',
        'Detail',
        'TimeGenerated',
        'avg(',
        'count()',
        'bin(',
        'ago(',
        'percentile(',
      ],
      ...[
        '(',
        ')',
        ',',
        '=',
        '==',
        '>',
        '+',
        '-',
        '/',
        '*',
        'and',
        'or',
        'not(',
        'in',
        'between',
        '..',
        'asc',
      ],
      ...[
        '1',
        '0',
        '0.5',
        '1d',
        '99999999999d',
        "'x'",
        'true',
        'datetime(2026-03-09)',
        'datetime(null)',
        '\n',
        '//',
        ';',
      ],
    );
    const likely = fc.array(word, { maxLength: 25 }).map((words) => `Scores | ${words.join(' ')}`);
    fc.assert(
      fc.property(fc.oneof(likely, fc.string(), fc.string({ unit: 'binary' })), (query) => {
        try {
          const { columns, rows } = run(query);
          for (const row of rows) {
            expect(row).toHaveLength(columns.length);
            JSON.stringify(row.map((value, index) => renderValue(columns[index]!.type, value)));
          }
        } catch (error) {
          expect(error, query).toBeInstanceOf(KqlError);
        }
      }),
      { numRuns: 5000 },
    );
  });
});
