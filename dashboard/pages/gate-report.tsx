/** The gate report: every gate with its interval against its limit, its slices, and how the scores behave. */
import type { GateReportDocument, GateResult, SliceResult } from '../../shared/domain/gate-report.ts';
import { CurvesOf } from '../charts/curves.tsx';
import { goodSide, IntervalPlot, rangeOfPlotted, SmallInterval } from '../charts/interval-plot.tsx';
import { counted, formatNumber } from '../format/number.ts';
import { sayVerdict } from '../format/words.ts';
import { Badge } from '../parts/badge.tsx';
import { Card, Facts } from '../parts/facts.tsx';
import { door } from '../service/ask.ts';

interface GateReportProps {
  readonly report: GateReportDocument;
  readonly runId: string;
}

export function GateReportView({ report, runId }: GateReportProps) {
  const { verdict, gates, rows, evidence, notes, curves } = report;
  return (
    <Card
      title="Gate report"
      acts={
        <a href={`${door}/runs/${encodeURIComponent(runId)}/report`} target="_blank" rel="noreferrer">
          The report as a page of its own
        </a>
      }
    >
      <p>
        <Badge of={sayVerdict(verdict)} /> {counted(gates.length, 'gate')}
        {rows !== null && `, ${counted(rows, 'row')} judged`}, from {evidence}.
      </p>
      {notes.map((note) => (
        <p key={note} class="note quiet">
          {note}
        </p>
      ))}
      <div class="gates">
        {gates.map((gate) => (
          <Gate key={gate.gate} of={gate} />
        ))}
      </div>
      {curves && (
        <details class="curves">
          <summary>How the scores behave</summary>
          <CurvesOf of={curves} />
        </details>
      )}
    </Card>
  );
}

const does = { block: null, warn: 'warns only', record: 'is only recorded' } as const;

function Gate({ of: gate }: { readonly of: GateResult }) {
  const isPlotted = gate.estimate !== null && (gate.interval !== null || gate.estimate !== gate.limit);
  return (
    <section class="gate">
      <div class="gate-head">
        <h3>{gate.gate}</h3>
        <Badge of={sayVerdict(gate.verdict)} />
        {does[gate.severity] && <span class="dim">{does[gate.severity]}</span>}
      </div>
      <p class="dim">{gate.rule}</p>
      {isPlotted && (
        <IntervalPlot of={gate} side={goodSide(gate)} hasZero={gate.kind === 'against-champion'} />
      )}
      <p>{gate.sentence}</p>
      <details>
        <summary>Numbers</summary>
        <Numbers of={gate} />
      </details>
      {gate.slices && (
        <details
          open={gate.slices.results.some(({ verdict }) => verdict !== 'passed' && verdict !== 'ignored')}
        >
          <summary>
            {counted(gate.slices.results.length, 'slice')} by {gate.slices.by}
          </summary>
          <Slices results={gate.slices.results} />
        </details>
      )}
    </section>
  );
}

const number = (value: number | null | undefined) =>
  value === null || value === undefined ? null : formatNumber(value);

function Numbers({ of }: { readonly of: GateResult }) {
  const { interval, power, test, n, effectiveRows, holdout, unlabelled } = of;
  return (
    <Facts
      of={[
        ['Challenger', number(of.challenger)],
        ['Champion', number(of.champion)],
        ['Estimate', number(of.estimate)],
        ['Limit', number(of.limit)],
        [
          'Interval',
          interval &&
            `${formatNumber(interval.low)} to ${formatNumber(interval.high)}, ${formatNumber(100 * interval.confidence)} % (${interval.method})`,
        ],
        ['Rows', number(n)],
        ['Worth in independent rows', effectiveRows !== n && number(effectiveRows)],
        ['Smallest difference so many rows show', number(power?.minimumDetectable)],
        ['Rows that would decide', number(power?.rowsToDecide)],
        ['Test beside it', test && `${test.name}, p = ${formatNumber(test.pValue)}`],
        ['Confidence asked at this look', number(holdout?.confidenceAsked)],
        [
          'Rows without a label',
          unlabelled &&
            `${unlabelled.rows}; whatever they are, the estimate lies between ${number(unlabelled.low) ?? 'no bound'} and ${number(unlabelled.high) ?? 'no bound'}`,
        ],
      ]}
    />
  );
}

const slicesShown = 30;

function Slices({ results }: { readonly results: readonly SliceResult[] }) {
  const shown = results.slice(0, slicesShown);
  const range = rangeOfPlotted(shown);
  return (
    <div class="scroll">
      <table class="slices">
        <thead>
          <tr>
            {['Slice', 'Verdict', 'Estimate', 'Interval', 'Against the limit', 'Rows'].map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((slice) => (
            <tr key={slice.slice}>
              <th scope="row">{slice.slice}</th>
              <td>
                <Badge of={sayVerdict(slice.verdict)} />
              </td>
              <td class="num">{number(slice.estimate)}</td>
              <td class="num">
                {slice.interval &&
                  `${formatNumber(slice.interval.low)} to ${formatNumber(slice.interval.high)}`}
              </td>
              <td>
                <SmallInterval of={slice} range={range} />
              </td>
              <td class="num">{slice.n}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {results.length > shown.length && (
        <p class="dim">
          The {slicesShown} most harmed of {results.length}; the JSON has all of them.
        </p>
      )}
    </div>
  );
}
