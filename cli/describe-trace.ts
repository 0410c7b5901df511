/** A trace for a person at a terminal: a line a span, with a bar on one axis of time. Pure. */
import pc from 'picocolors';
import { counted } from '../shared/domain/plural.ts';
import type { Trace, TraceSpan } from '../shared/domain/trace.ts';

const barWidth = 32;

export function describeTrace(trace: Trace): string {
  const { kind, id, traceId, spans, isCut } = trace;
  if (spans.length === 0) return describeAbsence(trace);
  const startMs = Math.min(...spans.map(startOf));
  const wholeMs = Math.max(...spans.map((span) => startOf(span) + span.durationMs)) - startMs;
  const nameWidth = Math.max(...spans.map(({ name, depth }) => name.length + 2 * depth));
  return [
    `${pc.bold(`${kind} ${id}`)}  ${counted(spans.length, 'span')}${isCut ? ', the first of more' : ''}, ${formatMs(wholeMs)} from ${spans[0]!.startedAt}`,
    ...spans.map((span) => describeSpan(span, { startMs, wholeMs, nameWidth })),
    pc.dim(`trace ${traceId}`),
  ].join('\n');
}

interface Axis {
  readonly startMs: number;
  readonly wholeMs: number;
  readonly nameWidth: number;
}

function describeSpan(span: TraceSpan, { startMs, wholeMs, nameWidth }: Axis): string {
  const { name, depth, durationMs, error } = span;
  const afterMs = startOf(span) - startMs;
  const scale = wholeMs === 0 ? 0 : barWidth / wholeMs;
  const from = Math.min(barWidth - 1, Math.floor(afterMs * scale));
  const length = Math.max(1, Math.min(barWidth - from, Math.round(durationMs * scale)));
  const bar = `${' '.repeat(from)}${'█'.repeat(length)}`.padEnd(barWidth);
  const title = `${'  '.repeat(depth)}${name}`.padEnd(nameWidth);
  const failed = error === null ? '' : pc.red(`  failed${error === '' ? '' : `: ${error}`}`);
  return `  ${title}  ${error === null ? bar : pc.red(bar)}  +${formatMs(afterMs)}, took ${formatMs(durationMs)}${failed}`;
}

function describeAbsence({ kind, id, traceId, isRead }: Trace): string {
  const where = isRead
    ? 'nothing of it is kept: it is older than what the trace store keeps, or nothing of it was sent yet'
    : 'this service cannot read traces: start it with --traces, or set RATCHET_TRACES';
  return `${kind} ${id}: ${where}; where telemetry goes elsewhere, look for trace ${traceId}`;
}

const startOf = ({ startedAt }: TraceSpan): number => Date.parse(startedAt);

/** `4 ms`, `2.5 s`, `3 min 20 s`, `2 h 5 min`. */
function formatMs(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  const seconds = Math.round(ms / 1_000);
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3_600)} h ${Math.floor((seconds % 3_600) / 60)} min`;
}
