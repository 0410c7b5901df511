/**
 * The trace of a signal, run or release: a table whose rows have a bar on one axis of time. Asked for once it is opened, and again
 * while what it is of goes on.
 */
import { useState } from 'preact/hooks';
import type { Trace, TracedKind, TraceSpan } from '../../shared/domain/trace.ts';
import { command } from '../format/command.ts';
import { counted } from '../format/number.ts';
import { describeSpan } from '../format/time.ts';
import { useResource } from '../service/resource.ts';
import { Command } from './command.tsx';
import { Empty, Part } from './part.tsx';

interface TraceProps {
  readonly kind: TracedKind;
  readonly id: string;
  readonly goesOn: boolean;
}

export function TraceCard({ kind, id, goesOn }: TraceProps) {
  const [isOpen, setOpen] = useState(false);
  const path = isOpen ? `traces/${kind}/${encodeURIComponent(id)}` : null;
  const told = useResource<{ readonly trace: Trace }>(path, goesOn ? 5_000 : null);
  return (
    <details class="card trace" onToggle={({ currentTarget: { open } }) => setOpen(open)}>
      <summary>
        <h2>Trace</h2>
      </summary>
      {isOpen && (
        <Part of={told} what="the trace">
          {({ trace }) => (trace.spans.length === 0 ? <Absent trace={trace} /> : <Waterfall trace={trace} />)}
        </Part>
      )}
      <Command line={command('trace', id)} />
    </details>
  );
}

function Absent({ trace: { traceId, isRead } }: { readonly trace: Trace }) {
  return (
    <Empty title={isRead ? 'Nothing of this trace is kept.' : 'This service cannot read traces.'}>
      <p>
        {isRead
          ? 'It is older than what the trace store keeps, or nothing of it was sent yet.'
          : 'Locally, start it with --traces; in Azure, traces are in Application Insights.'}{' '}
        The id of the trace is <code>{traceId}</code>.
      </p>
    </Empty>
  );
}

function Waterfall({ trace: { spans, isCut, traceId } }: { readonly trace: Trace }) {
  const startMs = Math.min(...spans.map(startOf));
  const wholeMs = Math.max(1, ...spans.map((span) => startOf(span) + span.durationMs - startMs));
  return (
    <>
      <p class="dim">
        {counted(spans.length, 'span')}
        {isCut && ', the first of more'}, {formatMs(wholeMs)} in all. Trace <code>{traceId}</code>
      </p>
      <section class="scroll" tabIndex={0} aria-label="Spans of the trace">
        <table class="waterfall">
          <thead>
            <tr>
              <th scope="col">Span</th>
              <th scope="col">Begins after</th>
              <th scope="col">Takes</th>
              <th scope="col">On the time axis</th>
            </tr>
          </thead>
          <tbody>
            {spans.map((span) => (
              <Row key={span.spanId} of={span} startMs={startMs} wholeMs={wholeMs} />
            ))}
          </tbody>
        </table>
      </section>
    </>
  );
}

interface RowProps {
  readonly of: TraceSpan;
  readonly startMs: number;
  readonly wholeMs: number;
}

const deepest = 4;

function Row({ of, startMs, wholeMs }: RowProps) {
  const afterMs = startOf(of) - startMs;
  const share = (ms: number) => Math.round((ms / wholeMs) * 1000) / 10;
  const width = Math.max(0.5, share(of.durationMs));
  return (
    <tr class={of.error === null ? '' : 'failed'}>
      <th scope="row" class={`deep-${Math.min(deepest, of.depth)}`}>
        {of.name}
        {of.error !== null && <div class="bad">failed{of.error !== '' && `: ${of.error}`}</div>}
      </th>
      <td>{formatMs(afterMs)}</td>
      <td>{formatMs(of.durationMs)}</td>
      <td class="bar">
        <svg width="100%" height="12" aria-hidden="true">
          <rect x={`${Math.min(99.5, share(afterMs))}%`} y="1" width={`${width}%`} height="10" rx="2" />
        </svg>
      </td>
    </tr>
  );
}

const startOf = ({ startedAt }: TraceSpan): number => Date.parse(startedAt);
const formatMs = (ms: number): string => (ms < 1_000 ? `${Math.round(ms)} ms` : describeSpan(ms));
