import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseFleetFile, parseModelFile } from '../../shared/config/load.ts';
import { admissionOutcomes, reasonCodes } from '../../shared/domain/decision.ts';
import { releaseStates } from '../../shared/domain/release-state.ts';
import { runOutcomes, runPhases } from '../../shared/domain/run.ts';
import { errorCodes } from '../../shared/errors.ts';
import { ModelOperationSchema } from '../../shared/operations/parse-operation.ts';
import { ManualRequestSchema } from '../../shared/signals/parse-manual-request.ts';
import { MetricReportSchema } from '../../shared/signals/parse-metric-report.ts';

const pages = ['README.md', 'CONTRIBUTING.md', ...globSync('docs/**/*.md')].sort();
const textOf = (page: string) => readFileSync(page, 'utf8');
const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as Record<
  'scripts' | 'dependencies' | 'devDependencies' | 'optionalDependencies',
  Record<string, string>
>;

const blocks = (page: string, language: string): string[] =>
  [...textOf(page).matchAll(new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 'gs'))].map((match) => match[1]!);

/** The sample model file with a release, its stages, or the checks of one of them, as a page shows them. */
function withRelease(shown: string): string {
  const sample = textOf('test/fixtures/spam-filter.yaml').replace(/^release:[\s\S]*/m, '');
  if (shown.startsWith('release:')) return `${sample}${shown}`;
  if (shown.startsWith('notices:')) return `${textOf('test/fixtures/spam-filter.yaml')}${shown}`;
  const indent = (text: string, by: number) => text.trimEnd().replaceAll(/^/gm, ' '.repeat(by));
  const stages = shown.startsWith('checks:')
    ? `    - stage: shown\n      kind: canary\n      steps: [10]\n${indent(shown, 6)}`
    : indent(shown, 4);
  const target = '{ kind: online-endpoint, endpoint: front, instanceType: Standard_DS3_v2 }';
  const production = /kind: production/.test(shown) ? '' : '\n    - { stage: rest, kind: production }';
  return `${sample}release:\n  target: ${target}\n  stages:\n${stages}${production}\n`;
}

describe('the documentation', () => {
  it.each(pages)('of %s links only to what exists', (page) => {
    const prose = textOf(page).replaceAll(/`[^`\n]*`/g, '');
    const links = [...prose.matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)].map((match) => match[1]!);
    expect(links.filter((link) => !existsSync(join(dirname(page), link)))).toEqual([]);
  });

  it('names only npm scripts that exist', () => {
    const named = pages.flatMap((page) =>
      [...textOf(page).matchAll(/npm run ([a-z][\w:-]*)/g)].map((match) => match[1]!),
    );
    expect(named.length).toBeGreaterThan(5);
    expect([...new Set(named)].filter((script) => !(script in manifest.scripts))).toEqual([]);
  });

  it('justifies every dependency in one line, and no other', () => {
    const listed = [...textOf('docs/dependencies.md').matchAll(/^\| (`[^|]+) \|/gm)]
      .flatMap((row) => [...row[1]!.matchAll(/`([^`]+)`/g)])
      .map((match) => match[1]!);
    const installed = [
      manifest.dependencies,
      manifest.devDependencies,
      manifest.optionalDependencies,
    ].flatMap(Object.keys);
    expect(listed.sort()).toEqual(installed.sort());
  });

  it('lists every closed code', () => {
    const admission = textOf('docs/admission.md');
    for (const code of [...admissionOutcomes, ...reasonCodes])
      expect(admission, code).toContain(`\`${code}\``);
    for (const code of Object.keys(errorCodes))
      expect(textOf('docs/errors.md'), code).toContain(`\`${code}\``);
    for (const code of [...runOutcomes, ...runPhases])
      expect(textOf('docs/runs.md'), code).toContain(`\`${code}\``);
    const states = [...textOf('docs/releases.md').matchAll(/^\| `([a-z-]+)` \| (?:final: )?/gm)].map(
      (row) => row[1]!,
    );
    for (const state of releaseStates) expect(states, state).toContain(state);
  });

  it('shows a fleet file that is valid', () => {
    const [fleet] = blocks('docs/operators.md', 'yaml');
    expect(parseFleetFile('docs/operators.md', fleet!, ['spam-filter'])).toHaveProperty('fleet');
  });

  it.each([
    'docs/releases.md',
    'docs/release-checks.md',
    'docs/pipelines.md',
    'docs/probation.md',
    'docs/approvals.md',
    'docs/notices.md',
  ])('of %s shows releases that are valid', (page) => {
    const shown = blocks(page, 'yaml');
    expect(shown.length).toBeGreaterThan(0);
    for (const text of shown) {
      const parsed = parseModelFile('m.yaml', withRelease(text));
      expect('problems' in parsed ? parsed.problems : [], text).toEqual([]);
    }
  });

  it('shows request bodies that the API accepts', () => {
    const [report, request] = blocks('docs/api.md', 'json').map((text) => JSON.parse(text) as unknown);
    expect(MetricReportSchema.safeParse(report).success).toBe(true);
    expect(ManualRequestSchema.safeParse(request).success).toBe(true);
    const operation = blocks('docs/api.md', 'json')
      .map((text) => JSON.parse(text))
      .find((body) => 'action' in body);
    expect(ModelOperationSchema.safeParse(operation).error).toBeUndefined();
  });

  it('shows JSON that is JSON', () => {
    const shown = pages.flatMap((page) => blocks(page, 'json').map((text) => ({ page, text })));
    expect(shown.length).toBeGreaterThan(3);
    for (const { page, text } of shown) expect(() => JSON.parse(text), page).not.toThrow();
  });
});
