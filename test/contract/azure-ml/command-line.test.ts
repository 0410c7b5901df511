import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fillWords, parseCommandLine } from '../../../local/azure-ml/job-runner/command-line.ts';

const declared = { inputs: new Set(['a', 'b']), outputs: new Set(['model']) };
const words = (command: string, a = 'A', b = 'B') =>
  fillWords(parseCommandLine(command, declared), {
    inputs: new Map(Object.entries({ a, b })),
    outputs: new Map([['model', '/out/model']]),
  });
const refusal = (command: string): string => {
  try {
    parseCommandLine(command, declared);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error(`accepted: ${command}`);
};

describe('a command line', () => {
  it.each([
    ['python train.py  --lr\t0.1', ['python', 'train.py', '--lr', '0.1']],
    [`node -e 'a b' "c d" e' 'f`, ['node', '-e', 'a b', 'c d', 'e f']],
    [`node '' ""`, ['node', '', '']],
    ['node a\\ b "c\\"d" "e\\\\f" \'g\\h\' "i\\j"', ['node', 'a b', 'c"d', 'e\\f', 'g\\h', 'i\\j']],
    ['node a~b c#d x=y', ['node', 'a~b', 'c#d', 'x=y']],
    ['node "a|b" \'c>d;e&f\' \'$HOME\' "*"', ['node', 'a|b', 'c>d;e&f', '$HOME', '*']],
    ['node --data=${{inputs.a}}/x ${{ outputs.model }}', ['node', '--data=A/x', '/out/model']],
    ['node \'${{inputs.a}}\' "${{inputs.b}} c"', ['node', 'A', 'B c']],
    ['  node x.js \n', ['node', 'x.js']],
    ['node a \\\n b', ['node', 'a', 'b']],
  ])('%j becomes %j', (command, expected) => {
    expect(words(command)).toEqual(expected);
  });

  it.each([
    ['node a | b', 'command: "|" at character 8 would need a shell'],
    ['node a > b', '">"'],
    ['node a && b', '"&"'],
    ['node a; b', '";"'],
    ['node $(id)', '"$"'],
    ['node `id`', '"`"'],
    ['node "$(id)"', '"$"'],
    ['node "`id`"', '"`"'],
    ['node $HOME', '"$"'],
    ['node *.csv', '"*"'],
    ['node ~/x', '"~"'],
    ['node $[[--a ${{inputs.a}}]]', '"$" at character 6'],
    ['node a\nnode b', 'a line break'],
    ['node #x', '"#"'],
    ['FOO=1 node x', 'begins with the assignment "FOO=1"'],
    ['${{inputs.a}} x', 'the program is a placeholder'],
    ['pre${{inputs.a}} x', 'the program is a placeholder'],
    ['node "open', 'the " at character 6 is not closed'],
    ['node x\\', 'ends with a backslash'],
    ['   ', 'command: empty'],
    ['node ${{inputs.c}}', '${{inputs.c}} names no input of this job; declare inputs.c'],
    ['node ${{outputs.a}}', '${{outputs.a}} names no output of this job'],
    ['node ${{inputs.a.path}}', 'is not a placeholder'],
    ['node ${{parent.inputs.a}}', 'is not a placeholder'],
  ])('%j is refused: %s', (command, message) => {
    expect(refusal(command)).toContain(message);
  });
});

/** Texts made of what a shell would act on, and of what might be taken for a placeholder. */
const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ' ',
        '\t',
        '\n',
        '"',
        "'",
        '\\',
        '$',
        '`',
        '|',
        '>',
        '<',
        '&',
        ';',
        '(',
        ')',
        '*',
        '--flag',
      ),
      fc.constantFrom(
        '${{inputs.b}}',
        '$[[',
        ']]',
        '$(touch /tmp/hacked)',
        '`id`',
        '; rm -rf ~',
        '%s',
        '\u0000',
      ),
      fc.string({ unit: 'binary', maxLength: 4 }),
    ),
    { maxLength: 12 },
  )
  .map((pieces) => pieces.join(''));

describe('a value', () => {
  it('never becomes a second word, and arrives as it is', () => {
    fc.assert(
      fc.property(hostile, hostile, (a, b) => {
        expect(words('node x.js ${{inputs.a}} "${{inputs.b}}" last', a, b)).toEqual([
          'node',
          'x.js',
          a,
          b,
          'last',
        ]);
        expect(words("node --a=${{inputs.a}}${{inputs.b}} '${{inputs.a}}'", a, b)).toEqual([
          'node',
          `--a=${a}${b}`,
          a,
        ]);
      }),
    );
  });
});

describe('any command line', () => {
  const command = fc
    .array(
      fc.oneof(
        {
          weight: 9,
          arbitrary: fc.constantFrom(
            'node',
            ' ',
            '  ',
            '""',
            "''",
            '"',
            "'",
            '\\',
            'a',
            'b=c',
            '\t',
            '-',
            '\\\n',
          ),
        },
        {
          weight: 1,
          arbitrary: fc.constantFrom('$', '|', ';', '*', '(', '\n', '`', '#', '~', '!', '[', '{', ']'),
        },
      ),
      { maxLength: 20 },
    )
    .map((pieces) => `node ${pieces.join('')}`);

  it.skipIf(process.platform === 'win32')(
    'that is accepted means to a shell what it means here',
    { timeout: 60_000 },
    () => {
      fc.assert(
        fc.property(command, (text) => {
          let here: string[];
          try {
            here = words(text);
          } catch {
            return true; // refused: nothing to compare
          }
          const script = `set -f; node() { for word do printf '%s\\0' "$word"; done; }; ${text.trim()}`;
          const shell = execFileSync('sh', ['-c', script], { encoding: 'utf8' }).split('\0').slice(0, -1);
          expect(here.slice(1)).toEqual(shell);
          return true;
        }),
        { numRuns: 150 },
      );
    },
  );
});
