import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assembleLineage } from '../../../shared/lineage/assemble-lineage.ts';
import { text, toModelCard } from '../../../shared/lineage/model-card.ts';
import type { LineageFacts } from '../../../shared/lineage/read-lineage.ts';
import { byHand, ended, facts, gateReport, subject } from './facts.ts';

const card = (found: LineageFacts) => toModelCard(assembleLineage(subject, found)!);
const sections = [
  ...['Model details', 'Intended use', 'Factors', 'Metrics', 'Evaluation data', 'Training data'],
  ...['Quantitative analyses', 'Ethical considerations', 'Caveats and recommendations', 'Releases'],
];

/** A backslash before ASCII punctuation makes it stand for itself. */
const unescaped = (markdown: string) => markdown.replaceAll(/\\([!-/:-@[-`{-~])/g, '$1');

describe('a model card', () => {
  it('has the sections of Mitchell et al., for versions of every origin', () => {
    for (const found of [facts(), byHand(), facts({ registered: null, tagged: null, other: ended })]) {
      const titles = [...card(found).matchAll(/^## (.*)$/gm)].map(([, title]) => title);
      expect(titles).toEqual(sections);
    }
  });

  it('has gates with their figures, data and what people did', () => {
    const shown = card(facts());
    expect(shown).toContain('| accuracy\\-floor | accuracy | 0.961 | 0.94 | passed |');
    expect(unescaped(shown)).toContain('held-out rows of 1 files, 20 bytes');
    expect(unescaped(shown)).toContain('approve-release by ada: it looks right');
  });

  it('says of a version that was registered by hand what is not known', () => {
    const shown = unescaped(card(byHand()));
    expect(shown).toContain('not made by Ratchet');
    expect(shown).toContain('- Not known: Who asked for it');
  });

  it('shows what others named as text, and nothing of it is markup', () => {
    const hostile =
      '](javascript:alert(1)) <script>x</script> | `x` **b** \n# h\n- www.evil.example http://e.example ![i](x)';
    const gates = [{ ...gateReport.gates[0]!, gate: hostile, sentence: hostile }];
    const operations = [{ ...facts().operations[0]!, by: hostile, reason: hostile }];
    const shown = card(facts({ gateReport: { ...gateReport, gates, verdict: 'passed' }, operations }));
    expect(shown).not.toMatch(/(?<!\\)<script|(?<!\\)\]\(|(?<!\\)`x|(?<!\\)!\[|http:\/|www\./);
    expect([...shown.matchAll(/^#+ /gm)]).toHaveLength(sections.length + 1);
    const row = shown.split('\n').find((line) => line.includes('accuracy') && line.startsWith('|'))!;
    expect(row.replaceAll(/\\\|/g, '').match(/\|/g)).toHaveLength(7);
  });

  it('keeps every text that can be shown, whatever is escaped', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme-ascii' }), (value) => {
        expect(unescaped(text(value))).toBe(value);
        expect(text(value)).not.toContain('\n');
      }),
    );
  });
});
