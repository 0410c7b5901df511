import { describe, expect, it } from 'vitest';
import { main } from '../../../cli/main.ts';
import { assembleLineage } from '../../../shared/lineage/assemble-lineage.ts';
import { ended, facts, runId, subject } from '../lineage/facts.ts';
import { answering } from './answering.ts';
import { capturePrinted } from './printed.ts';

const { out, err } = capturePrinted();
const path = 'GET /api/models/spam-filter/versions/7/lineage';
const lineage = assembleLineage(subject, facts());

async function type(args: readonly string[], body: unknown = lineage): Promise<number> {
  let code = -1;
  const models = [
    { model: 'spam-filter', champion: { version: '7' } },
    { model: 'new', champion: null },
  ];
  const answers = { [path]: [200, body], 'GET /api/models': [200, { models }] } as const;
  await answering(answers, async (url) => {
    code = await main(['lineage', ...args, '--url', url]);
  });
  return code;
}

describe('ratchet lineage', () => {
  it.each([['spam-filter:7'], ['azureml:spam-filter:7'], ['spam-filter']])('shows %s', async (name) => {
    expect(await type([name])).toBe(0);
    const shown = out.join('\n');
    for (const part of [
      `run ${runId}`,
      'metric:1',
      'azureml:spam:2',
      'accuracy-floor: passed',
      'by ada',
      'settled',
    ])
      expect(shown).toContain(part);
  });

  it('writes the document, the events or the card, and nothing else', async () => {
    expect(await type(['spam-filter:7', '--json'])).toBe(0);
    expect(JSON.parse(out.splice(0).join('\n'))).toEqual(lineage);
    expect(await type(['spam-filter', '--format', 'openlineage'])).toBe(0);
    expect(JSON.parse(out.splice(0).join('\n'))).toHaveLength(4);
    expect(await type(['spam-filter:7', '--format', 'card'])).toBe(0);
    expect(out.join('\n')).toMatch(/^# spam\\-filter, version 7\n/);
    expect(err).toEqual([]);
  });

  it('exits 1 where registry and ledger do not agree', async () => {
    const changed = assembleLineage(subject, facts({ tagged: { ...ended, configHash: 'x' } }));
    expect(await type(['spam-filter:7'], changed)).toBe(1);
    expect(out.join('\n')).toContain('differs   Its tag says model file');
  });

  it.each([
    [[], 2, 'name exactly one model or version'],
    [['a', 'b'], 2, 'name exactly one model or version'],
    [['spam-filter:'], 2, 'expected MODEL or MODEL:VERSION, got "spam-filter:"'],
    [
      ['spam-filter', '--format', 'cart'],
      2,
      '--format: expected text, json, card, openlineage, got "cart"; did you mean "card"?',
    ],
    [['spam-filter', '--format', 'card', '--json'], 2, 'give one of them'],
    [['spam-filte'], 3, 'no model "spam-filte"; did you mean "spam-filter"?'],
    [['new'], 3, 'model new has no champion yet: name a version, as ratchet lineage new:1'],
  ])('says what is wrong with %j', async (args, code, said) => {
    expect(await type(args)).toBe(code);
    expect(err.join('\n')).toContain(said);
  });
});
