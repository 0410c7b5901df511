import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Finding, GateReportDocument, GateResult } from '../../../shared/domain/gate-report.ts';
import { renderPage } from '../../../shared/gates/report/render-page.ts';
import { reports } from './sample-reports.ts';

/** A report with every text a stranger may have a hand in replaced, and nothing else. */
function rename(report: GateReportDocument, text: string): GateReportDocument {
  const findingOf = <Each extends Finding>(finding: Each): Each => ({
    ...finding,
    sentence: text,
    interval: finding.interval && { ...finding.interval, method: text },
    test: finding.test && { ...finding.test, name: text },
  });
  const gates = report.gates.map(
    (gate): GateResult => ({
      ...findingOf(gate),
      gate: text,
      metric: text,
      rule: text,
      slices: gate.slices && {
        by: text,
        results: gate.slices.results.map((slice) => ({ ...findingOf(slice), slice: text })),
      },
    }),
  );
  const holdout = report.holdout && { ...report.holdout, version: text };
  return { ...report, runId: text, sentence: text, notes: [text, text], gates, holdout };
}

const tag = /<(\/?[a-z][a-z0-9]*|!doctype)((?:\s[a-zA-Z-]+(?:="[^"]*")?)*)\s*\/?>/g;

/** Every tag with the names of its attributes, in order; what is not a tag must be text. */
function structureOf(page: string): string[] {
  const body = page.replace(/<style>[^<]*<\/style>/, '');
  expect(body.replaceAll(tag, '')).not.toMatch(/[<>]/);
  return [...body.matchAll(tag)].map(([, name, attributes]) =>
    [name, ...[...attributes!.matchAll(/([a-zA-Z-]+)="/g)].map((each) => each[1])].join(' '),
  );
}

const numbersIn = (page: string): string[] =>
  [...page.matchAll(/ (?:d|x|y|cx|cy|r|width|height|viewBox)="([^"]*)"/g)].map((each) => each[1]!);

const forbidden = /<(?:script|link|img|iframe|object|base|form)\b|url\(|@import|https?:|\sstyle=|\son[a-z]+=/;

const known = Object.entries(reports).map(([name, makeReport]) => [name, makeReport()] as const);

describe('the page of a report', () => {
  it.each(known)('shows the verdict, all gates, sentences and notes of %s', (_, report) => {
    const page = renderPage(report);
    const text = page
      .replaceAll(tag, ' ')
      .replaceAll('&quot;', '"')
      .replaceAll('&#39;', "'")
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>');
    const slices = report.gates.flatMap(
      ({ slices }) => slices?.results.map(({ sentence }) => sentence) ?? [],
    );
    for (const said of [
      report.runId,
      report.verdict,
      report.sentence,
      ...report.notes,
      ...report.gates.flatMap(({ gate, rule, sentence }) => [gate, rule, sentence]),
      ...slices,
    ]) {
      expect(text).toContain(said);
    }
  });

  it('draws an interval for each gate that has an estimate, and the curves that are there', () => {
    const titles = (name: string): string[] =>
      [...renderPage(reports[name]!()).matchAll(/<title[^>]*>([^<]*)<\/title>/g)].map((each) => each[1]!);
    const binary = titles('a binary model');
    expect(binary.filter((title) => title.startsWith('Estimate '))).toHaveLength(4);
    expect(binary.filter((title) => /^(?:Reliability|Scores) of/.test(title))).toHaveLength(3);
    expect(titles('a regression model').filter((title) => title.startsWith('Residuals of'))).toHaveLength(2);
    expect(titles('a multiclass model').join()).toContain('share decided right');
    expect(titles('no predictions')).toHaveLength(1);
  });

  it('has only numbers in its drawings, however extreme those of the report are', () => {
    const number = fc.oneof(
      fc.constantFrom(0, -0, Number.MAX_VALUE, -Number.MAX_VALUE, Number.MIN_VALUE, 1 + Number.EPSILON),
      fc.double({ noNaN: true }),
    );
    const report = reports['a binary model']!();
    const curves = report.curves!;
    fc.assert(
      fc.property(number, number, number, number, (estimate, limit, low, high) => {
        const finding = {
          estimate,
          limit,
          interval: { low, high, confidence: 0.95, method: 'm' },
          harm: estimate - limit,
        };
        const gates = report.gates.map((gate) => ({
          ...gate,
          ...finding,
          slices: gate.slices && {
            ...gate.slices,
            results: gate.slices.results.map((slice) => ({ ...slice, ...finding })),
          },
        }));
        const residuals = { low: Math.min(low, high), high: Math.max(low, high), counts: [0, 3, 1] };
        const challenger = { ...curves.challenger, residuals };
        const page = renderPage({ ...report, gates, curves: { ...curves, challenger } });
        const drawn = numbersIn(page);
        expect(drawn.length).toBeGreaterThan(50);
        expect(drawn.filter((numbers) => !/^[MHVLhv\d .-]+$/.test(numbers))).toEqual([]);
      }),
    );
  });

  it('lets no text out of its element, whatever gates, slices and sentences are called', () => {
    const report = reports['a binary model']!();
    const plain = structureOf(renderPage(rename(report, 'plain')));
    const hostile = fc.oneof(
      fc.constantFrom(
        '<script>alert(1)</script>',
        '"><img src=x onerror=alert(1)>',
        "' onload='alert(1)",
        '</title></svg></style><iframe>',
        '<!--',
        ']]>',
        '&lt;b&gt;',
        '\u0000<\u0000b>',
        '\ud800<b>',
      ),
      fc.string({ unit: 'binary' }),
      fc
        .array(fc.constantFrom('<', '>', '"', "'", '&', '/', '=', '`', '-', '!', 'a', ' '))
        .map((signs) => signs.join('')),
    );
    fc.assert(
      fc.property(hostile, (text) => {
        expect(structureOf(renderPage(rename(report, text)))).toEqual(plain);
      }),
    );
  });

  it('shows text as text: signs of markup, and none of what would turn or hide it', () => {
    const report = reports['a binary model']!();
    const page = renderPage(rename(report, `<b> & "c" 'd' \u202edelif\u0007`));
    expect(page).toContain(
      '<h3 id="gate-1-name">&lt;b&gt; &amp; &quot;c&quot; &#39;d&#39; \ufffddelif\ufffd</h3>',
    );
  });

  it('cuts what is too long to be read', () => {
    const page = renderPage(rename(reports['a gap']!(), 'long '.repeat(100_000)));
    expect(page.length).toBeLessThan(500_000);
    expect(page).toContain('long …</h3>');
  });

  it('runs nothing, loads nothing and allows nothing but its own style', () => {
    for (const [, report] of known) {
      const page = renderPage(report);
      const [, style] = /<style>([^<]*)<\/style>/.exec(page)!;
      const hash = createHash('sha256').update(style!).digest('base64');
      expect(page).toContain(`content="default-src 'none'; style-src 'sha256-${hash}';`);
      expect(forbidden.exec(page)).toBeNull();
      const addresses = [...page.matchAll(/ (?:href|src)="([^"]*)"/g)].map((each) => each[1]!);
      expect(addresses.every((address) => /^#gate-\d+$/.test(address))).toBe(true);
    }
  });

  it('has an id only once, and every label names one', () => {
    for (const [, report] of known) {
      const page = renderPage(report);
      const ids = [...page.matchAll(/ id="([^"]*)"/g)].map((each) => each[1]!);
      expect(new Set(ids).size).toBe(ids.length);
      const named = [...page.matchAll(/ aria-labelledby="([^"]*)"/g)].map((each) => each[1]!);
      expect(named.filter((id) => !ids.includes(id))).toEqual([]);
    }
  });

  it('shows the hundred most harmed slices of a gate and says where the others are', () => {
    const report = reports['a binary model']!();
    const [gate] = report.gates;
    const [slice] = gate!.slices!.results;
    const results = Array.from({ length: 130 }, (_, at) => ({ ...slice!, slice: `slice-${at}.` }));
    const page = renderPage({ ...report, gates: [{ ...gate!, slices: { by: 'source', results } }] });
    expect(page).toContain('slice-99.');
    expect(page).not.toContain('slice-100.');
    expect(page).toContain('30 more, less harmed, are in gate-report.json.');
  });
});
