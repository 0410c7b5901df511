import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withAgent } from '../../../shared/access/read-agent.ts';
import type { Visitor } from '../../../shared/access/visitor.ts';
import { describeActor } from '../../../shared/domain/actor.ts';
import { manualSignal } from '../../../shared/signals/parse-manual-request.ts';

const ada: Visitor = {
  actor: { kind: 'person', name: 'ada', id: 'a-1' },
  ...{ roles: ['operator'], teams: ['ml-leads'], incomplete: null },
};
const naming = (agent: string) => ({
  get: (name: string) => (name === 'x-ratchet-agent' ? agent : null),
});

describe('a program that acts for somebody', () => {
  it('stands beside who it was, and changes nothing of what they may', () => {
    const visitor = withAgent(naming('helpful 1.0'), ada);
    expect(visitor).toEqual({ ...ada, actor: { ...ada.actor, agent: 'helpful 1.0' } });
    expect(describeActor(visitor.actor)).toBe('ada (through helpful 1.0)');
    expect(describeActor({ ...visitor.actor, kind: 'machine' })).toBe('machine:ada (through helpful 1.0)');
    expect(withAgent({ get: () => null }, ada)).toBe(ada);
  });

  it('requests for the person: they are the requester, and the source', () => {
    const { actor } = withAgent(naming('helpful 1.0'), ada);
    expect(manualSignal('m', { reason: 'r' }, { key: 'k', actor })).toMatchObject({
      source: 'person:ada',
      summary: 'ada (through helpful 1.0) requests a run: r',
      evidence: { actor: { id: 'a-1', agent: 'helpful 1.0' } },
    });
  });

  it('is refused by a name that could be taken for something else in a record, or be too long for it', () => {
    for (const name of ['', ' x', '-x', 'a:b', 'a\nb', 'a)', 'é', 'x'.repeat(81)])
      expect(() => withAgent(naming(name), ada)).toThrow('X-Ratchet-Agent: expected the name of a program');
    fc.assert(
      fc.property(fc.string({ maxLength: 100 }), (name) => {
        try {
          const { actor } = withAgent(naming(name), ada);
          expect(describeActor(actor)).not.toMatch(/[:\n\r]/);
        } catch (error) {
          expect(error).toMatchObject({ code: 'bad-request' });
        }
      }),
    );
  });
});
