import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { main } from '../../../cli/main.ts';
import { HistoryLineSchema } from '../../../shared/backtest/history-schema.ts';
import { capturePrinted } from '../cli/printed.ts';

const { out, err } = capturePrinted();
const page = readFileSync('docs/backtest.md', 'utf8');
const blocks = (language: string): string[] =>
  [...page.matchAll(new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 'gs'))].map((match) => match[1]!);

describe('the page about backtests', () => {
  const folder = mkdtempSync(join(tmpdir(), 'backtest-page-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const file = (name: string): string => join(folder, name);

  it('shows a history, a policy and commands that do what it says', async () => {
    const [history] = blocks('jsonl');
    const [quick, tests] = blocks('yaml');
    writeFileSync(file('history.jsonl'), history!);
    writeFileSync(file('quick.yaml'), quick!);
    copyFileSync('models/spam-filter.yaml', file('spam-filter.yaml'));
    writeFileSync(file('spam-filter.tests.yaml'), tests!);
    const commands = blocks('sh').flatMap((block) => block.split('\n').filter((line) => line !== ''));
    const played = commands
      .map((line) => line.replace(/\s+#.*/, ''))
      .filter((line) => line.includes('--events'));
    expect(played.length).toBeGreaterThan(2);
    for (const line of played) {
      const words = line.split(/\s+/).slice(2);
      const args = words.map((word) => (/^\w+\.(?:jsonl|yaml|html)$/.test(word) ? file(word) : word));
      expect(await main(args), err.join('\n')).toBe(0);
    }
    // The hash of the file is another with every change of it.
    const plain = (line: string): string => line.replace(`${folder}/`, '').replace(/ {2}[0-9a-f]{12}$/, '');
    const shown = blocks('text')[0]!.trimEnd().split('\n').map(plain);
    const printed = out.map(plain);
    // Of the last command: what is printed before it is of the others.
    const last = printed.slice(printed.lastIndexOf(shown[0]!));
    expect(last.slice(0, shown.length)).toEqual(shown);
    expect(await main(['test', file('spam-filter.tests.yaml')])).toBe(0);
  });

  it('lists every type of line', () => {
    const listed = [...page.matchAll(/^\| (`[^|]+) \|/gm)]
      .flatMap((row) => [...row[1]!.matchAll(/`([^`]+)`/g)])
      .map((match) => match[1]!);
    const types = HistoryLineSchema.options.map((option) => option.shape.type.value);
    expect(listed.sort()).toEqual([...types].sort());
  });
});
