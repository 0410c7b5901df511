import { describe, expect, it } from 'vitest';
import { TraceKeeper } from '../../../local/traces/keeper.ts';
import { readSpans } from '../../../shared/traces/read-spans.ts';

const idOf = (digit: string): string => digit.repeat(32);
const span = (spanId: string, more: object = {}) => ({
  traceId: idOf('a'),
  spanId: spanId.padStart(16, '0'),
  name: `span ${spanId}`,
  startTimeUnixNano: '1772438400000000000',
  endTimeUnixNano: '1772438401500000000',
  ...more,
});
const sent = (...spans: object[]) => ({ resourceSpans: [{ scopeSpans: [{ spans }] }] });

describe('the traces that the local cloud keeps', () => {
  it('are answered as they were sent, each span once, however often it is sent', () => {
    const keeper = new TraceKeeper();
    expect(keeper.take(sent(span('1'), span('2')))).toEqual({});
    keeper.take(sent(span('1', { name: 'again' }), span('3', { traceId: idOf('b') })));
    const spans = readSpans(keeper.find(idOf('A')), idOf('a'));
    expect(spans.map(({ name }) => name)).toEqual(['again', 'span 2']);
    expect(spans[0]).toMatchObject({ startedAt: '2026-03-02T08:00:00.000Z', durationMs: 1500, error: null });
    expect(keeper.find(idOf('c'))).toBeNull();
  });

  it('are as many as there is room for: the one that was longest without a span goes first', () => {
    const keeper = new TraceKeeper({ spans: 3, bytes: 1_000_000 });
    for (const digit of ['a', 'b', 'c']) keeper.take(sent(span('1', { traceId: idOf(digit) })));
    keeper.take(sent(span('2', { traceId: idOf('a') })));
    expect(['a', 'b', 'c'].map((digit) => keeper.find(idOf(digit)) !== null)).toEqual([true, false, true]);
    const small = new TraceKeeper({ spans: 100, bytes: 3_000 });
    for (const digit of ['a', 'b'])
      small.take(sent(span('1', { traceId: idOf(digit), note: 'x'.repeat(2_000) })));
    expect(['a', 'b'].map((digit) => small.find(idOf(digit)) !== null)).toEqual([false, true]);
  });

  it('are those that OTLP allows: others are counted and refused, and what is no export is', () => {
    const keeper = new TraceKeeper();
    const wrong = [
      { traceId: idOf('0') },
      { spanId: 'x' },
      { name: '' },
      { startTimeUnixNano: 'now' },
      { endTimeUnixNano: null },
    ];
    const answer = keeper.take(sent(span('1'), ...wrong.map((each) => span('2', each)), 7 as never));
    expect(answer).toMatchObject({
      partialSuccess: { rejectedSpans: '6', errorMessage: expect.stringContaining('traceId') },
    });
    expect(readSpans(keeper.find(idOf('a')), idOf('a'))).toHaveLength(1);
    expect(() => keeper.take({ resourceSpans: [{ scopeSpans: 'many' }] })).toThrow(
      /expected an ExportTraceServiceRequest/,
    );
  });
});

describe('the spans of a trace', () => {
  const read = (...spans: object[]) =>
    readSpans({ result: { resourceSpans: sent(...spans).resourceSpans } }, idOf('a'));
  const child = (id: string, parent: string, startMs: number) =>
    span(id, {
      parentSpanId: parent.padStart(16, '0'),
      startTimeUnixNano: String(BigInt(1_772_438_400_000 + startMs) * 1_000_000n),
    });

  it('come each after its parent, by their start, with how deep they lie', () => {
    const spans = read(
      child('4', '2', 30),
      child('3', '1', 20),
      span('1'),
      child('2', '1', 10),
      child('9', '8', 5),
    );
    expect(spans.map(({ name, depth }) => `${depth} ${name}`)).toEqual([
      ...['0 span 1', '1 span 2', '2 span 4', '1 span 3', '0 span 9'],
    ]);
  });

  it('are all there where parents lead round in a circle', () => {
    const spans = read(child('1', '2', 0), child('2', '1', 10), child('3', '3', 20));
    expect(spans.map(({ name, depth }) => `${depth} ${name}`)).toEqual(['0 span 1', '1 span 2', '0 span 3']);
  });

  it('say why they failed, what they are about and what they link to, and nothing of another trace', () => {
    const [failed, ...others] = read(
      span('1', {
        status: { code: 2, message: 'no compute' },
        attributes: [
          { key: 'ratchet.model', value: { stringValue: 'tiny' } },
          { key: 'n', value: { intValue: '7' } },
          { key: 'is', value: { boolValue: false } },
          { key: 'list', value: { arrayValue: { values: [] } } },
        ],
        links: [{ traceId: idOf('B'), spanId: '1' }],
      }),
      span('2', { traceId: idOf('b') }),
      { name: 'none' },
    );
    expect(failed).toMatchObject({
      error: 'no compute',
      attributes: { 'ratchet.model': 'tiny', n: 7, is: false },
      links: [idOf('b')],
    });
    expect(others).toEqual([]);
    for (const nothing of [null, 7, {}, { resourceSpans: 'x' }, { resourceSpans: [null] }])
      expect(readSpans(nothing, idOf('a'))).toEqual([]);
  });
});
