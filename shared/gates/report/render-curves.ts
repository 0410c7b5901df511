import type { GateReportDocument, ReliabilityBin, SideCurves } from '../../domain/gate-report.ts';
import { counted } from '../../domain/plural.ts';
import { show } from '../measure-gate.ts';
import { type Html, html } from './html.ts';
import { mostOf, plotReliability, plotResiduals, plotScores, totalOf } from './plot-curves.ts';

interface SideOf {
  readonly side: 'challenger' | 'champion';
  readonly curves: SideCurves;
}

/** The section about the scores; null where there is nothing to draw. */
export function renderCurves({ curves }: GateReportDocument): Html | null {
  if (!curves) return null;
  const sides: SideOf[] = [{ side: 'challenger', curves: curves.challenger }];
  if (curves.champion) sides.push({ side: 'champion', curves: curves.champion });
  const drawn = [drawReliability(sides), ...sides.map(drawScores), ...drawResiduals(sides)].filter(
    (figure) => figure !== null,
  );
  if (drawn.length === 0) return null;
  return html`<section aria-labelledby="scores"><h2 id="scores">How the scores behave</h2>
<p class="dim">For the reader only: nothing here decides.</p>
<div class="figures">${drawn}</div>${tabulateReliability(sides)}</section>`;
}

function drawReliability(sides: readonly SideOf[]): Html | null {
  const known = sides.flatMap(({ side, curves }) =>
    curves.reliability ? [{ side, bins: curves.reliability }] : [],
  );
  if (known.length === 0) return null;
  const outcome = sides[0]?.curves.scores ? 'share of class 1' : 'share decided right';
  const champion = known.some(({ side }) => side === 'champion') ? ', champion: squares' : '';
  return html`<figure>${plotReliability(known, outcome)}<figcaption>Reliability (challenger: circles${champion}; the larger, the more rows). On the dotted line scores are true to their word.</figcaption></figure>`;
}

function drawScores({ side, curves: { scores } }: SideOf): Html | null {
  if (!scores) return null;
  return html`<figure>${plotScores(side, scores.label0, scores.label1)}<figcaption>Scores of the ${side}: ${counted(totalOf(scores.label1), 'row')} of class 1 above, ${totalOf(scores.label0)} of class 0 below, each as shares of its class.</figcaption></figure>`;
}

function drawResiduals(sides: readonly SideOf[]): Html[] {
  const known = sides.flatMap(({ side, curves: { residuals } }) => (residuals ? [{ side, residuals }] : []));
  const most = mostOf(known.map(({ residuals }) => residuals));
  return known.map(
    ({ side, residuals }) =>
      html`<figure>${plotResiduals(side, residuals, most)}<figcaption>Residuals of the ${side}, score less label, ${counted(totalOf(residuals), 'row')}. The outermost bars also count what lies beyond.</figcaption></figure>`,
  );
}

function tabulateReliability(sides: readonly SideOf[]): Html | null {
  const rows = sides.flatMap(({ side, curves }) =>
    (curves.reliability ?? []).map((bin) => tabulateBin(side, bin)),
  );
  if (rows.length === 0) return null;
  return html`<details><summary>Reliability in numbers</summary><div class="scroll"><table>
<thead><tr><th scope="col">side</th><th scope="col">scores</th><th scope="col" class="number">rows</th><th scope="col" class="number">mean score</th><th scope="col" class="number">share true</th></tr></thead>
<tbody>${rows}</tbody></table></div></details>`;
}

function tabulateBin(side: string, { low, high, rows, meanScore, shareTrue }: ReliabilityBin): Html {
  return html`<tr><td>${side}</td><td>${low} to ${high}</td><td class="number">${rows}</td><td class="number">${figure(meanScore)}</td><td class="number">${figure(shareTrue)}</td></tr>`;
}

/** A number as the page shows it. */
export const figure = (value: number | null): string => (value === null ? '–' : show(value));
