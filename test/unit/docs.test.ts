import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseFleetFile } from '../../shared/config/load.ts';
import { admissionOutcomes, reasonCodes } from '../../shared/domain/decision.ts';
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
  });

  it('shows a fleet file that is valid', () => {
    const [fleet] = blocks('docs/operators.md', 'yaml');
    expect(parseFleetFile('docs/operators.md', fleet!, ['spam-filter'])).toHaveProperty('fleet');
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
