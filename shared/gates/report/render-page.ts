/**
 * The gate report as one HTML document, for people.
 *
 * Owns: what the page shows, and in which order.
 * Does not own: any number or verdict; the document has them all.
 *
 * Invariants
 * 1. Pure: a report has one page, to the byte.
 * 2. The page runs no script and loads nothing; its own policy forbids both.
 * 3. Whatever the report says, names of gates and values of columns included, is text on the page and never markup.
 */
import type { GateReportDocument, GateResult } from '../../domain/gate-report.ts';
import { describeLook } from '../ask-of-look.ts';
import { type Html, html } from './html.ts';
import { figure, renderCurves } from './render-curves.ts';
import { describeFacts, renderGate, renderVerdict } from './render-gate.ts';
import { scriptlessPage } from './scriptless-page.ts';

export function renderPage(report: GateReportDocument): string {
  const { gates } = report;
  const main = html`<h1>Gate report</h1>
<p class="dim">Run ${report.runId}</p>
<div class="top">${renderVerdict(report.verdict)}
<p>${report.sentence}</p>
<dl>${describeFacts(factsOf(report))}</dl>
</div>
${renderNotes(report.notes)}
<section aria-labelledby="gates"><h2 id="gates">Gates</h2>
${gates.length === 0 ? html`<p>No gate was judged.</p>` : renderOverview(gates)}
${gates.map((gate, place) => renderGate(gate, `gate-${place + 1}`))}</section>
${renderCurves(report)}`;
  return scriptlessPage(`${report.verdict}: gate report of ${report.runId}`, main);
}

function factsOf({ rows, evidence, holdout }: GateReportDocument): [string, string][] {
  const facts: [string, string][] = [
    ['rows', rows === null ? 'none' : String(rows)],
    ['evidence', evidence],
  ];
  if (!holdout) return [...facts, ['holdout', 'no look counted']];
  facts.push(['holdout', describeLook(holdout, 'these rows')]);
  return holdout.version === null ? facts : [...facts, ['holdout version', holdout.version]];
}

function renderNotes(notes: readonly string[]): Html | null {
  if (notes.length === 0) return null;
  return html`<section aria-labelledby="notes"><h2 id="notes">Notes</h2><ul>${notes.map((note) => html`<li>${note}</li>`)}</ul></section>`;
}

function renderOverview(gates: readonly GateResult[]): Html {
  const rows = gates.map(
    (gate, place) =>
      html`<tr><th scope="row"><a href="#gate-${place + 1}">${gate.gate}</a></th><td>${renderVerdict(gate.verdict)}</td><td>${gate.severity}</td><td>${gate.metric}</td><td class="number">${figure(gate.estimate)}</td><td class="number">${figure(gate.limit)}</td></tr>`,
  );
  return html`<div class="scroll"><table>
<thead><tr><th scope="col">gate</th><th scope="col">verdict</th><th scope="col">severity</th><th scope="col">metric</th><th scope="col" class="number">estimate</th><th scope="col" class="number">limit</th></tr></thead>
<tbody>${rows}</tbody></table></div>`;
}
