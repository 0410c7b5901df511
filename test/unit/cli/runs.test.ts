import { expect, it } from 'vitest';
import { main } from '../../../cli/main.ts';
import type { Run } from '../../../shared/domain/run.ts';
import { run } from '../../fixtures/ledger.ts';
import { answering } from './answering.ts';
import { capturePrinted } from './printed.ts';

const { out } = capturePrinted();

async function show(more: Partial<Run>): Promise<string> {
  const one = run({ phase: 'settled', outcome: 'released', released: true, ...more });
  const answers = { [`GET /api/runs/${one.runId}`]: [200, { run: one, gateReport: null }] } as const;
  await answering(answers, async (url) => {
    expect(await main(['runs', one.runId, '--url', url])).toBe(0);
  });
  return out.join('\n');
}

it('ratchet runs tells of a past champion that was released again, and of those that were not', async () => {
  const { runId } = run();
  const challenger = { name: 'spam-filter', version: '2', modelUri: 'azureml://2', chosenBy: runId };
  const shown = await show({
    challenger,
    registeredVersion: '2',
    pastChampions: [
      { version: '3', jobName: null, verdict: null, sentence: 'It was not scored: it is archived.' },
      { version: '2', jobName: `${runId}-evaluate`, verdict: 'passed', sentence: 'All passed.' },
    ],
  });
  expect(shown).toContain('version 2 again, trained and registered nothing, released yes');
  expect(shown).toContain('past champion 3: not judged. It was not scored: it is archived.');
  expect(shown).toContain(`past champion 2 by ${runId}-evaluate: passed. All passed.`);
});

it('ratchet runs tells of a run that found none, and is silent of one that looked for none', async () => {
  expect(await show({ registeredVersion: '4', pastChampions: [] })).toContain(
    'past champions: none that could be scored',
  );
  out.length = 0;
  const shown = await show({ registeredVersion: '4' });
  expect(shown).toContain('registered 4, released yes');
  expect(shown).not.toContain('past champion');
});
