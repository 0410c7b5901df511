/**
 * A backtest as one HTML document, for people.
 *
 * Invariants
 * 1. Pure: a backtest has one page, to the byte.
 * 2. The page runs no script and loads nothing; its own policy forbids both. Names and sentences are text, never markup.
 */
import type { Backtest } from '../../shared/backtest/backtest.ts';
import { type Html, html } from '../../shared/gates/report/html.ts';
import { scriptlessPage } from '../../shared/gates/report/scriptless-page.ts';
import { describeLoss, number, sideOf } from './describe.ts';
import { plotBacktest } from './plot.ts';

type Policy = Backtest['policies'][number];

/** More rows than a person reads; --json has all. */
const rowsAtMost = 500;

export function renderBacktest(found: Backtest): string {
  const { model, from, until, policies, differences, record, assumptions } = found;
  const main = html`<h1>Backtest of ${model}</h1>
<p class="dim">${from} to ${until}</p>
${plotBacktest(found)}
<section aria-labelledby="policies"><h2 id="policies">Policies side by side</h2>${renderPolicies(policies)}
${policies.map(renderUnsaid)}</section>
<section aria-labelledby="assumed"><h2 id="assumed">Assumed where the history does not say</h2>
<dl>${assumptions.map(({ what, value, flag }) => html`<dt>${what}</dt><dd>${value} <span class="dim">(${flag})</span></dd>`)}</dl></section>
${differences.map(renderDifferences)}
${record && renderRecord(record)}
${policies.map(renderRuns)}`;
  return scriptlessPage(`Backtest of ${model}`, main);
}

const rows: readonly (readonly [string, (policy: Policy) => string])[] = [
  ['runs', ({ runs }) => `${runs.started} started, ${runs.released} released`],
  ['of them took place', ({ runs }) => String(runs.recorded)],
  [
    'hours of jobs',
    ({ runs }) => `${number(runs.hours)}${runs.hoursUnknown > 0 ? `, unknown of ${runs.hoursUnknown}` : ''}`,
  ],
  ['money', ({ runs }) => (runs.money === null ? 'no price is given' : number(runs.money))],
  [
    'signals',
    ({ signals }) => signals.map((each) => `${each.signals} ${each.outcome} (${each.reason})`).join(', '),
  ],
  [
    'waits',
    ({ waits }) =>
      waits.map((each) => `${each.reason}: ${number(each.hours)} h of ${each.signals}`).join(', ') || 'none',
  ],
  [
    'age of what serves, days',
    ({ championAge: age }) =>
      age ? `${number(age.meanDays)} on average, ${number(age.longestDays)} at most` : 'unknown',
  ],
  ['loss', ({ losses }) => (losses ? describeLoss(losses) : 'nothing is measured')],
  ['episodes', ({ episodes }) => `${episodes.found} found, ${episodes.missed} missed`],
  [
    'days to react',
    ({ episodes: { meanDaysToReact: days } }) => (days === null ? 'none was found' : number(days)),
  ],
  [
    'regret',
    ({ regret }) =>
      regret.said
        ? `${number(regret.regret)} against the best ${regret.runs} runs`
        : `cannot be said: ${regret.why}`,
  ],
];

function renderPolicies(policies: readonly Policy[]): Html {
  return html`<div class="scroll"><table>
<thead><tr><th scope="col"></th>${policies.map(({ name }) => html`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>${rows.map(([title, cell]) => html`<tr><th scope="row">${title}</th>${policies.map((policy) => html`<td>${cell(policy)}</td>`)}</tr>`)}</tbody></table></div>`;
}

function renderUnsaid({ name, cannotSay, ignored }: Policy): Html | null {
  if (cannotSay.length + ignored.length === 0) return null;
  const left = ignored.map(({ what, times }) => `Left out ${times} times: ${what}.`);
  return html`<h3>What is not said of ${name}</h3><ul>${[...cannotSay, ...left].map((line) => html`<li>${line}</li>`)}</ul>`;
}

function renderDifferences(
  { first, second, sentence, decisions }: Backtest['differences'][number],
  place: number,
): Html {
  const shown = decisions.slice(0, rowsAtMost);
  const left = decisions.length - shown.length;
  return html`<section aria-labelledby="differences-${place}"><h2 id="differences-${place}">What differs: ${second} against ${first}</h2>
<p>${sentence}</p>
<div class="scroll"><table><caption>${decisions.length} decisions${left > 0 ? `, the first ${shown.length}` : ''}</caption>
<thead><tr><th scope="col">signal</th><th scope="col">offered</th><th scope="col">${first}</th><th scope="col">${second}</th></tr></thead>
<tbody>${shown.map((each) => html`<tr><th scope="row">${each.signalId}</th><td>${each.offeredAt}</td><td>${sideOf(each.first)}</td><td>${sideOf(each.second)}</td></tr>`)}</tbody></table></div></section>`;
}

function renderRecord({ decisions, same, differences }: NonNullable<Backtest['record']>): Html {
  return html`<section aria-labelledby="record"><h2 id="record">Against what was decided then</h2>
<p>${same} of ${decisions} decisions are the same.</p>
${differences.length === 0 ? null : html`<ul>${differences.slice(0, rowsAtMost).map((each) => html`<li>${each.signalId}: ${each.recorded ?? 'nothing'}, here ${each.played ?? 'nothing'}: ${each.why}</li>`)}</ul>`}</section>`;
}

function renderRuns({ name, runList }: Policy, place: number): Html {
  const shown = runList.slice(0, rowsAtMost);
  return html`<section aria-labelledby="runs-${place}"><h2 id="runs-${place}">Runs of ${name}</h2>
<details><summary>${runList.length} runs</summary><div class="scroll"><table>
<thead><tr><th scope="col">run</th><th scope="col">started</th><th scope="col">outcome</th><th scope="col">because of</th><th scope="col">took place</th></tr></thead>
<tbody>${shown.map((run) => html`<tr><th scope="row">${run.runId}</th><td>${run.startedAt}</td><td>${run.outcome ?? 'under way'}</td><td>${run.signalId}</td><td>${run.isRecorded ? 'yes' : 'no'}</td></tr>`)}</tbody></table></div></details></section>`;
}
