import { expect, it } from 'vitest';
import { findRequesters } from '../../../shared/dispatch/find-requesters.ts';
import type { Decision } from '../../../shared/domain/decision.ts';

const decision = (id: string, evidence: object, more: object = {}) =>
  ({ signal: { id, evidence }, runId: null, joinedSignalId: null, ...more }) as unknown as Decision;
const ada = { kind: 'person', name: 'ada@example.com', id: 'a-1' };
const bob = { kind: 'person', name: 'bob@example.com', id: 'B-2' };

it('finds who requested a run and who joined it, by account and by name', async () => {
  const begun = decision('s1', { requestedBy: 'ada@example.com', actor: ada }, { runId: 'r1' });
  const rows = [
    begun,
    decision('s2', { requestedBy: 'bob@example.com', actor: bob }, { joinedSignalId: 's1' }),
    // Of before accounts were known, and of another run.
    decision('s3', { requestedBy: 'carol' }, { runId: 'r1' }),
    decision('s4', { requestedBy: 'eve', actor: { ...ada, name: 'eve', id: 'e-5' } }, { runId: 'r2' }),
    decision('s5', {}, { runId: 'r1' }),
  ];
  const ledger = { getDecision: async () => begun, listDecisions: async () => ({ items: rows }) };
  expect(await findRequesters(ledger, 'tiny', ['s1'])).toEqual({
    requestedBy: ['B-2', 'a-1', 'carol'],
    requesterNames: { 'a-1': 'ada@example.com', 'b-2': 'bob@example.com' },
  });
});
