import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { estimateHours } from '../../../shared/config/estimate.ts';
import { parseModelFile } from '../../../shared/config/load.ts';
import { trainingParameters } from '../../../shared/domain/elsewhere.ts';
import { describePolicy } from '../../../shared/overview/policy-words.ts';

const sample = readFileSync('test/fixtures/spam-filter.yaml', 'utf8');
const fields = { kind: 'azure-pipelines', project: 'ml', pipeline: 'train-spam', timeout: 'PT6H' };

function parse(changes: Readonly<Record<string, string | undefined>> = {}) {
  const lines = Object.entries({ ...fields, ...changes }).flatMap(([name, text]) =>
    text === undefined ? [] : [`  ${name}: ${text}`],
  );
  return parseModelFile(
    'spam-filter.yaml',
    sample.replace(/^training:[\s\S]*?\n\n/m, `training:\n${lines.join('\n')}\n\n`),
  );
}

function problemsOf(changes: Readonly<Record<string, string | undefined>>): string[] {
  const parsed = parse(changes);
  return 'problems' in parsed ? parsed.problems.map(({ path, message }) => `${path}: ${message}`) : [];
}

function configOf(changes: Readonly<Record<string, string>> = {}) {
  const parsed = parse(changes);
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
  return parsed.model.config;
}

describe('training elsewhere', () => {
  it('is a pipeline and how long it may take, which is what a run reserves', () => {
    const config = configOf({ settings: '{ rounds: 3, fast: true, region: north }', branch: 'main' });
    expect(config.training).toMatchObject({ ...fields, branch: 'main', settings: { rounds: 3 } });
    expect(estimateHours(config, 'retrain') - estimateHours(config, 'promote')).toBe(6);
  });

  it('is told in a sentence', () => {
    const config = configOf();
    const told = describePolicy(config, config);
    expect(JSON.stringify(told)).toContain(
      'Training is pipeline train-spam of ml, outside of the workspace, for 6 hours at most.',
    );
  });

  it.each(trainingParameters)('leaves parameter %s to Ratchet', (name) => {
    expect(problemsOf({ settings: `{ ${name.toUpperCase()}: x }` })).toEqual([
      expect.stringContaining(`Ratchet sends ${trainingParameters.join(', ')} itself`),
    ]);
  });

  it.each([
    [{ pipeline: undefined }, 'training.pipeline'],
    [{ project: '"a/b"' }, 'the name of a project'],
    [{ branch: 'refs/heads/main' }, 'without refs/heads/ before it'],
    [{ timeout: 'P91D' }, '90 days at most'],
    [{ settings: '{ a-b: 1 }' }, 'a parameter: letters, digits and underscores'],
    [{ compute: 'cpu' }, 'compute'],
    [{ kind: 'databricks' }, 'docs/elsewhere-training.md'],
  ])('refuses %j', (changes, said) => {
    const problems = problemsOf(changes as Record<string, string | undefined>);
    expect(problems.length).toBeGreaterThan(0);
    expect(problems.join('\n')).toContain(said);
  });
});
