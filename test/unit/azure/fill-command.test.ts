import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fillCommand } from '../../../shared/azure/fill-command.ts';

const fill = (command: string, inputs: string[], outputs: string[] = []): string =>
  fillCommand(command, new Set(inputs), new Set(outputs), { job: 'run-1-evaluate' });

describe('the command of a job', () => {
  const command =
    'node evaluate.ts --challenger ${{inputs.challenger}} $[[--champion ${{inputs.champion}}]] --out ${{outputs.evidence}}';

  it('keeps an optional part, without its brackets, when its input has a value', () => {
    expect(fill(command, ['challenger', 'champion'], ['evidence'])).toBe(
      'node evaluate.ts --challenger ${{inputs.challenger}} --champion ${{inputs.champion}} --out ${{outputs.evidence}}',
    );
  });

  it('loses an optional part whose input has no value', () => {
    expect(fill(command, ['challenger'], ['evidence'])).toBe(
      'node evaluate.ts --challenger ${{inputs.challenger}} --out ${{outputs.evidence}}',
    );
  });

  it('loses a part when any of its inputs has no value, and no other part', () => {
    expect(fill('x $[[-a ${{inputs.a}} -b ${{inputs.b}}]] $[[-c ${{inputs.c}}]]', ['a', 'c'])).toBe(
      'x -c ${{inputs.c}}',
    );
  });

  it('keeps an optional part without inputs', () => {
    expect(fill('x $[[--verbose]]', [])).toBe('x --verbose');
  });

  it('keeps the blanks inside quotes', () => {
    expect(fill('x --title "two  blanks"', [])).toBe('x --title "two  blanks"');
  });

  it('is refused when it needs an input that has no value', () => {
    expect(() => fill('x ${{inputs.champion}} ${{outputs.model}}', ['data'], ['evidence'])).toThrow(
      'the command of job run-1-evaluate names inputs.champion, outputs.model, which has no value here (it has inputs data; outputs evidence); put an optional input in $[[ ]]',
    );
  });

  it('never names an input without a value, whatever the parts', () => {
    const part = fc.constantFrom(
      'run ',
      ' $[[-a ${{inputs.a}}]]',
      ' $[[-b ${{ inputs.b }}]]',
      ' $[[-ab ${{inputs.a}} ${{inputs.b}}]]',
    );
    fc.assert(
      fc.property(fc.array(part), fc.subarray(['a', 'b']), (parts, inputs) => {
        const filled = fill(parts.join(''), inputs);
        const named = [...filled.matchAll(/inputs\.(\w)/g)].map((match) => match[1]!);
        expect(named.filter((name) => !inputs.includes(name))).toEqual([]);
        expect(filled).not.toMatch(/\$\[\[|\]\]/);
      }),
    );
  });
});
