/** The spans of a trace from OTLP in JSON, each after its parent. Pure. What is no span is left out. */
import type { TraceSpan } from '../domain/trace.ts';

interface Read {
  readonly span: Omit<TraceSpan, 'depth'>;
  readonly parent: string;
  readonly startNs: bigint;
}

type Fields = Readonly<Record<string, unknown>>;

const spanId = /^[0-9a-f]{16}$/i;
const nanoseconds = /^\d{1,19}$/;

/** `answer`: `{resourceSpans: [...]}`, or that under `result`. */
export function readSpans(answer: unknown, traceId: string): readonly TraceSpan[] {
  const { result, resourceSpans } = fieldsOf(answer);
  const all = listOf(resourceSpans ?? fieldsOf(result)['resourceSpans'])
    .flatMap((resource) => listOf(fieldsOf(resource)['scopeSpans']))
    .flatMap((scope) => listOf(fieldsOf(scope)['spans']))
    .flatMap((span) => readSpan(fieldsOf(span), traceId) ?? []);
  // What was told twice is the same span twice.
  return order([...new Map(all.map((each) => [each.span.spanId, each])).values()]);
}

function readSpan(raw: Fields, traceId: string): Read | null {
  const { name, startTimeUnixNano, endTimeUnixNano, parentSpanId } = raw;
  const [id, start, end] = [raw['spanId'], startTimeUnixNano, endTimeUnixNano].map((value) =>
    String(value ?? ''),
  );
  if (String(raw['traceId']).toLowerCase() !== traceId || typeof name !== 'string') return null;
  if (!spanId.test(id!) || !nanoseconds.test(start!) || !nanoseconds.test(end!)) return null;
  const startNs = BigInt(start!);
  return {
    startNs,
    parent: typeof parentSpanId === 'string' ? parentSpanId.toLowerCase() : '',
    span: {
      spanId: id!.toLowerCase(),
      name,
      startedAt: new Date(Number(startNs / 1_000_000n)).toISOString(),
      durationMs: Math.max(0, Number(BigInt(end!) - startNs) / 1e6),
      error: errorOf(fieldsOf(raw['status'])),
      attributes: attributesOf(raw['attributes']),
      links: listOf(raw['links']).flatMap((link) => {
        const { traceId: to } = fieldsOf(link);
        return typeof to === 'string' ? [to.toLowerCase()] : [];
      }),
    },
  };
}

/** `Error` of the specification: 2, by its name in some encodings. */
function errorOf({ code, message }: Fields): string | null {
  if (code !== 2 && code !== 'STATUS_CODE_ERROR') return null;
  return typeof message === 'string' ? message : '';
}

function attributesOf(raw: unknown): TraceSpan['attributes'] {
  return Object.fromEntries(
    listOf(raw).flatMap((each) => {
      const { key, value } = fieldsOf(each);
      const { stringValue, boolValue, intValue, doubleValue } = fieldsOf(value);
      const known =
        stringValue ?? boolValue ?? doubleValue ?? (intValue === undefined ? undefined : Number(intValue));
      const isPlain = ['string', 'boolean', 'number'].includes(typeof known);
      return typeof key === 'string' && isPlain ? [[key, known as string | number | boolean]] : [];
    }),
  );
}

/** Depth first. A span whose parent is not there stands for itself, and so does one whose parents lead round to it. */
function order(all: readonly Read[]): readonly TraceSpan[] {
  const byStart = all.toSorted((a, b) => (a.startNs < b.startNs ? -1 : a.startNs > b.startNs ? 1 : 0));
  const known = new Set(all.map(({ span }) => span.spanId));
  const children = Map.groupBy(byStart, ({ parent }) => (known.has(parent) ? parent : ''));
  const left = new Set(byStart);
  const ordered: TraceSpan[] = [];
  const stack: (readonly [read: Read, depth: number])[] = [];
  const push = (reads: readonly Read[], depth: number): void => {
    for (const read of reads.toReversed()) stack.push([read, depth]);
  };
  push(children.get('') ?? [], 0);
  for (;;) {
    const [read, depth] = stack.pop() ?? [[...left][0], 0];
    if (read === undefined) return ordered;
    if (!left.delete(read)) continue;
    ordered.push({ ...read.span, depth });
    push(children.get(read.span.spanId) ?? [], depth + 1);
  }
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null ? (value as Fields) : {};
