import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { commandOutputs } from '../../../cli/command-output-schema.ts';
import { main } from '../../../cli/main.ts';
import { capturePrinted } from './printed.ts';

const { out, err } = capturePrinted();

type Answer = object | 404 | 'away';

/** A service whose answer to each path goes on through a list, and stays at its end. */
async function telling(
  answers: Readonly<Record<string, readonly Answer[]>>,
  use: (args: readonly string[]) => Promise<void>,
): Promise<void> {
  const left = new Map(Object.entries(answers).map(([path, list]) => [path, [...list]]));
  const server = createServer((request, response) => {
    const list = left.get(request.url!.replace(/^\/api\//, '')) ?? [404];
    const answer = list.length > 1 ? list.shift()! : list[0]!;
    if (answer === 'away') return void request.socket.destroy();
    const [status, body] = answer === 404 ? [404, { status: 404, detail: 'not there' }] : [200, answer];
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await use(['--every', '0.1', '--url', `http://127.0.0.1:${(server.address() as AddressInfo).port}`]);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const runId = 'm-20260101-0a1b2c3d';
const run = (outcome: string | null, phase = 'train') => ({
  run: {
    runId,
    model: 'm',
    phase,
    outcome,
    sentence: outcome === null ? '' : 'All 2 gates passed.',
    startedAt: '2026-01-01T00:00:00.000Z',
    endedAt: outcome === null ? null : '2026-01-01T00:05:00.000Z',
  },
  progress:
    outcome === null
      ? { phase, since: '2026-01-01T00:01:00.000Z', waits: `Waits for job ${runId}-${phase}.` }
      : null,
  gateReport: null,
});
const decision = (outcome: string, more: object = {}) => ({
  signal: { id: 'manual:m:1', model: 'm' },
  decidedAt: '2026-01-01T00:00:00.000Z',
  outcome,
  reason: outcome === 'deferred' ? 'cooldown' : 'idle',
  sentence: `It is ${outcome}.`,
  changedBy: outcome === 'admitted' ? '' : 'Wait for the end of the cooldown.',
  runId: null,
  ...more,
});
const one = (...rest: Parameters<typeof decision>) => ({ decision: decision(...rest), run: null });

describe('ratchet watch', () => {
  it('tells each change of a run once, and ends with it', async () => {
    await telling(
      { [`runs/${runId}`]: [run(null), run(null), run(null, 'evaluate'), run('released', 'settled')] },
      async (args) => {
        expect(await main(['watch', runId, ...args])).toBe(0);
      },
    );
    expect(out).toEqual([
      `2026-01-01T00:01:00.000Z  ${runId}  train  Waits for job ${runId}-train.`,
      `2026-01-01T00:01:00.000Z  ${runId}  evaluate  Waits for job ${runId}-evaluate.`,
      `2026-01-01T00:05:00.000Z  ${runId}  released  All 2 gates passed.\n  why, from the request on: ratchet explain ${runId}`,
    ]);
  });

  it.each([
    ['released', 0],
    ['candidate', 0],
    ['gate-failed', 1],
    ['inconclusive', 1],
    ['cancelled', 1],
    ['training-failed', 3],
    ['evaluation-failed', 3],
    ['evidence-error', 3],
    ['lost', 3],
    ['failed', 3],
  ])('says by its exit code that a run ended %s', async (outcome, code) => {
    await telling({ [`runs/${runId}`]: [run(outcome, 'settled')] }, async (args) => {
      expect(await main(['watch', runId, ...args])).toBe(code);
    });
  });

  it('follows a signal from its wait to its run', async () => {
    const answers = {
      'decisions/manual:m:1': [404, one('deferred'), one('deferred'), one('admitted', { runId })] as const,
      // A run is written down after the decision that names it.
      [`runs/${runId}`]: [404 as const, 404 as const, run('released')],
    };
    await telling(
      { ...answers, 'decisions/manual%3Am%3A1': answers['decisions/manual:m:1'] },
      async (args) => {
        expect(await main(['watch', 'manual:m:1', ...args, '--json'])).toBe(0);
      },
    );
    const seen = out
      .map((line) => commandOutputs.watch.parse(JSON.parse(line)))
      .map((news) => ({
        event: news.event,
        decision: news.event === 'decision' ? news.decision : undefined,
      }));
    expect(seen.map(({ event, decision: told }) => [event, told?.outcome])).toEqual([
      ['decision', 'deferred'],
      ['decision', 'admitted'],
      ['run', undefined],
    ]);
  });

  it('ends with a signal that is rejected', async () => {
    await telling({ 'decisions/manual%3Am%3A1': [one('rejected')] }, async (args) => {
      expect(await main(['watch', 'manual:m:1', ...args])).toBe(1);
    });
    expect(out.join('\n')).toContain('to change this: Wait for the end of the cooldown.');
  });

  it('waits with --next for the next run of a model where none is under way, and shows decisions until then', async () => {
    const listed = (...outcomes: string[]) => ({ decisions: outcomes.map((outcome) => decision(outcome)) });
    await telling(
      {
        models: [{ models: [{ model: 'm' }] }],
        'runs?model=m&limit=1': [{ runs: [] }, { runs: [] }, { runs: [run(null).run] }],
        'decisions?model=m&limit=20': [listed(), listed(), listed('admitted')],
        [`runs/${runId}`]: [run('gate-failed')],
      },
      async (args) => {
        expect(await main(['watch', 'm', '--next', ...args])).toBe(1);
      },
    );
    expect(err).toEqual(['m has no run under way: it has had none; waiting for the next one, Ctrl-C ends']);
    expect(out[0]).toContain('admitted (idle)');
    expect(out[1]).toContain('gate-failed');
  });

  it('says at once that no run of a model is under way, and ends', async () => {
    const last = {
      models: [{ models: [{ model: 'm' }] }],
      'runs?model=m&limit=1': [{ runs: [run('lost').run] }],
    };
    await telling(last, async (args) => {
      expect(await main(['watch', 'm', ...args])).toBe(1);
      expect(await main(['watch', 'm', '--json', ...args])).toBe(1);
    });
    const sentence = `m has no run under way: the last one, ${runId}, ended lost; --next waits for one, ratchet explain m says what blocks one`;
    expect(err).toEqual([sentence]);
    expect(out.map((line) => JSON.parse(line) as unknown)).toEqual([
      { event: 'waiting', model: 'm', sentence },
    ]);
    expect(commandOutputs.watch.parse(JSON.parse(out[0]!))).toBeTruthy();
  });

  it('goes on where the service has been away for a moment', async () => {
    await telling({ [`runs/${runId}`]: [run(null), 'away', 'away', run('released')] }, async (args) => {
      expect(await main(['watch', runId, ...args])).toBe(0);
    });
    expect(err.filter((line) => line.includes('nothing answers'))).toHaveLength(1);
    expect(out.at(-1)).toContain('released');
  });

  it('says what there is not', async () => {
    await telling({ models: [{ models: [{ model: 'spam' }] }] }, async (args) => {
      expect(await main(['watch', 'spma', ...args])).toBe(2);
      expect(err[0]).toContain('there is no model "spma"; did you mean "spam"?; the service has spam');
      expect(await main(['watch', runId, ...args])).toBe(3);
      expect(err[1]).toContain(`there is no run ${runId}`);
      expect(await main(['watch', runId, '--every', 'often'])).toBe(2);
    });
    expect(await main(['watch', runId, '--url', 'http://127.0.0.1:1'])).toBe(3);
    expect(err.at(-1)).toContain('nothing answers at http://127.0.0.1:1');
  });
});
