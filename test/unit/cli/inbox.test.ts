import { describe, expect, it } from 'vitest';
import { main } from '../../../cli/main.ts';
import { answering } from './answering.ts';
import { capturePrinted } from './printed.ts';

const { out } = capturePrinted();

const item = (whyNot: string | null) => ({
  ...{ what: 'run', id: 'run r', model: 'm', runId: 'r', sentence: 'Gate floor: too few rows.' },
  ...{ since: null, until: '2026-03-02T00:00:00.000Z', otherwise: 'It ends and releases nothing.' },
  acts: [
    {
      action: 'accept-run',
      fields: { runId: 'r' },
      does: '',
      whyNot,
      command: 'ratchet accept r --reason TEXT',
    },
  ],
});
const showing = (items: readonly object[], unread: readonly string[] = []) =>
  answering(
    { 'GET /api/inbox': [200, { at: '2026-03-01T00:00:00.000Z', items, unread, changes: 'x' }] },
    async (url) => {
      expect(await main(['inbox', '--url', url])).toBe(items.length === 1 ? 1 : 0);
    },
  );

describe('ratchet inbox', () => {
  it('shows what waits with the commands that answer it, and says so by its exit code', async () => {
    await showing([item(null)]);
    expect(out[0]!.split('\n')).toEqual([
      'run  m  until 2026-03-02T00:00:00.000Z, then: It ends and releases nothing.',
      '  Gate floor: too few rows.',
      '  ratchet accept r --reason TEXT',
    ]);
  });

  it('says why somebody cannot answer, and what could not be read', async () => {
    const mine = item('it takes the role approver');
    await showing([mine, mine], ['other']);
    expect(out[0]).toContain('  you cannot answer: it takes the role approver');
    expect(out[0]).not.toContain('ratchet accept');
    expect(out[0]).toContain('not read, so that what waits there is missing: other');
    await showing([]);
    expect(out[1]).toBe('Nothing waits for a person.');
  });

  it('shows all pages, and what is on two of them once', async () => {
    const page = (ids: readonly string[], more: object) => ({
      ...{ at: '2026-03-01T00:00:00.000Z', unread: [], changes: 'x', total: 3, ...more },
      items: ids.map((id) => ({ ...item(null), id, sentence: `Run ${id} asks.` })),
    });
    const answers = {
      'GET /api/inbox': [200, page(['a', 'b'], { continuation: 'b+' })],
      'GET /api/inbox?continuation=b%2B': [200, page(['b', 'c'], {})],
    } as const;
    await answering(answers, async (url) => {
      expect(await main(['inbox', '--url', url])).toBe(1);
    });
    expect(out.join('\n').match(/Run \w asks/g)).toEqual(['Run a asks', 'Run b asks', 'Run c asks']);
  });
});
