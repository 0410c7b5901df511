import { expect, it } from 'vitest';
import { main } from '../../../cli/main.ts';
import { answering } from './answering.ts';
import { capturePrinted } from './printed.ts';

const { out } = capturePrinted();

const page = (names: readonly string[], more: object) => ({
  models: names.map((model) => ({
    ...{ model, configHash: 'x', champion: null, live: null, pending: null, lastRun: null, mode: 'auto' },
    ...{ modeSetBy: null, frozen: [], waiting: [], serving: [], glass: null },
  })),
  ...{ total: 3, fleetProblems: [], ...more },
});
const answers = {
  'GET /api/models': [200, page(['a', 'b'], { continuation: 'b+' })],
  'GET /api/models?continuation=b%2B': [200, page(['c'], {})],
} as const;

it('shows the models of all pages', async () => {
  await answering(answers, async (url) => {
    expect(await main(['models', '--url', url])).toBe(0);
    expect(await main(['models', '--json', '--url', url])).toBe(0);
    expect(await main(['models', 'd', '--url', url])).toBe(3);
  });
  const lines = out.join('\n');
  expect(lines.match(/^\w {2}champion none yet$/gm)).toHaveLength(3);
  const whole = JSON.parse(lines.slice(lines.indexOf('{'))) as { models: readonly { model: string }[] };
  expect(whole.models.map(({ model }) => model)).toEqual(['a', 'b', 'c']);
  expect(whole).toMatchObject({ total: 3, fleetProblems: [] });
  expect(whole).not.toHaveProperty('continuation');
});
