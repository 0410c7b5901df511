import type { GateResult, SliceResult, Verdict } from '../../domain/gate-report.ts';
import { counted } from '../../domain/plural.ts';
import { describeConfidence } from '../describe-rule.ts';
import { show } from '../measure-gate.ts';
import { type Html, html } from './html.ts';
import { numbersOf, plotInterval, plotSmallInterval } from './plot-interval.ts';
import { figure } from './render-curves.ts';
import { fitScale } from './scale.ts';

/** The rest of a gate's slices are in the document. */
const mostSlicesShown = 100;

const signs = { passed: '✓', inconclusive: '?', failed: '✗', error: '!', ignored: '–' } as const;

export function renderVerdict(verdict: Verdict | 'ignored'): Html {
  return html`<span class="verdict ${verdict}"><span aria-hidden="true">${signs[verdict]} </span>${verdict}</span>`;
}

/** One gate as a section; `id` is that of its element. */
export function renderGate(gate: GateResult, id: string): Html {
  const role = gate.severity === 'block' ? 'blocks' : `${gate.severity}: does not decide`;
  const numbers = numbersOfGate(gate).map(
    ([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`,
  );
  return html`<section class="gate" id="${id}" aria-labelledby="${id}-name">
<div class="head">${renderVerdict(gate.verdict)}<h3 id="${id}-name">${gate.gate}</h3><span class="dim">${gate.kind}, ${role}</span></div>
<p>${gate.sentence}</p>
${plotInterval(gate, { id, zero: gate.kind === 'against-champion' })}
${numbers.length > 0 ? html`<dl class="numbers">${numbers}</dl>` : null}
<dl>${describeFacts(factsOf(gate))}</dl>
${gate.slices && renderSlices(gate.slices.by, gate.slices.results, captionOf(gate))}</section>`;
}

type Fact = readonly [name: string, value: string];

const known = (facts: readonly (readonly [string, string | null])[]): Fact[] =>
  facts.filter((fact): fact is Fact => fact[1] !== null);

export const describeFacts = (facts: readonly Fact[]): Html[] =>
  facts.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`);

function numbersOfGate(gate: GateResult): Fact[] {
  const { kind, challenger, champion, estimate, limit, interval, n, effectiveRows } = gate;
  const number = (value: number | null): string | null => (value === null ? null : show(value));
  return known([
    ['challenger', number(challenger)],
    ['champion', number(champion)],
    [kind === 'against-champion' ? 'gain' : 'estimate', number(estimate)],
    ['limit', number(limit)],
    [
      `${describeConfidence(interval?.confidence ?? 0)} interval`,
      interval && `${show(interval.low)} to ${show(interval.high)}`,
    ],
    ['rows', number(n)],
    ['effective rows', effectiveRows === n ? null : number(effectiveRows)],
  ]);
}

function factsOf({ rule, interval, test, power, holdout, unlabelled }: GateResult): Fact[] {
  return known([
    ['rule', rule],
    ['method', interval?.method ?? null],
    ['test', test && `${test.name}, p = ${test.pValue.toPrecision(3)}; does not decide`],
    ['power', power && describePower(power)],
    ['holdout', holdout && describeAsk(holdout)],
    ['without a label', unlabelled ? describeUnlabelled(unlabelled) : null],
  ]);
}

function describePower({ minimumDetectable, rowsToDecide }: NonNullable<GateResult['power']>): string {
  const rows = rowsToDecide === null ? '' : `; about ${counted(rowsToDecide, 'row')} would decide`;
  if (minimumDetectable === null) return `no distance from the limit would be found${rows}`;
  return `a true distance of ${figure(minimumDetectable)} from the limit would be found 8 times in 10${rows}`;
}

function describeUnlabelled({ rows, low, high }: NonNullable<GateResult['unlabelled']>): string {
  const from = low === null ? null : `from ${figure(low)}`;
  const bounds =
    from === null && high === null
      ? 'no bounds are known'
      : [
          from ?? 'without a lower limit',
          high === null ? 'without an upper limit' : `to ${figure(high)}`,
        ].join(' ');
  return `${counted(rows, 'row')}; over all rows, whatever their labels are, ${bounds}`;
}

function describeAsk({ alphaSpent, confidenceAsked }: NonNullable<GateResult['holdout']>): string {
  if (confidenceAsked === null) return 'no error is left: nothing passes on these rows';
  return `${describeConfidence(confidenceAsked)} confidence asked at this look, which spends an error of ${figure(alphaSpent)}`;
}

/** What the word `passed` says of one slice, and what p is. */
function captionOf({ kind, severity }: GateResult): string {
  if (kind === 'gap') return '';
  if (severity === 'warn') {
    return 'Of those called passed, and of those called failed, few are so by chance: p, of the rule not holding, is corrected for all slices (Benjamini-Hochberg).';
  }
  return 'Passed says that the rule holds in that slice by itself, with the confidence asked; the gate passes where all do, so p, of the rule not holding, is not corrected. Failed is corrected for all slices (Holm).';
}

function renderSlices(by: string, results: readonly SliceResult[], caption: string): Html {
  const shown = results.slice(0, mostSlicesShown);
  const numbers = shown.flatMap(numbersOf);
  const scale = fitScale(numbers.length === 0 ? [0] : numbers, 6, 154);
  const rest = results.length - shown.length;
  const rows = shown.map(
    (
      slice,
    ) => html`<tr class="with-why"><th scope="row">${slice.slice === '' ? '(empty)' : slice.slice}</th><td>${renderVerdict(slice.verdict)}</td><td class="number">${figure(slice.n)}</td><td class="number">${figure(slice.estimate)}</td><td class="plot">${plotSmallInterval(scale, slice)}</td><td class="number">${figure(slice.harm)}</td><td class="number">${slice.corrected ? slice.corrected.ruleBroken.toPrecision(2) : '–'}</td></tr>
<tr class="why"><td colspan="7" class="dim">${slice.sentence}</td></tr>`,
  );
  return html`<h4>By ${by}, the most harmed first</h4><div class="scroll"><table>
<caption>Harm is how far the estimate lies on the wrong side of the limit. ${caption}</caption>
<thead><tr><th scope="col">${by}</th><th scope="col">verdict</th><th scope="col" class="number">rows</th><th scope="col" class="number">estimate</th><th scope="col">interval and limit</th><th scope="col" class="number">harm</th><th scope="col" class="number">p</th></tr></thead>
<tbody>${rows}</tbody></table></div>${rest > 0 ? html`<p class="dim">${rest} more, less harmed, are in gate-report.json.</p>` : null}`;
}
