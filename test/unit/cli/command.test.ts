import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readArgs, UsageError } from '../../../cli/command.ts';

const options = { token: { type: 'string' }, reason: { type: 'string' }, json: { type: 'boolean' } } as const;

describe('the value of an option', () => {
  it('may begin with a dash, as one in 64 of the tokens that are made does', () => {
    const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 });
    fc.assert(
      fc.property(bytes, fc.boolean(), (random, isDashed) => {
        const token = `${isDashed ? '-' : ''}${Buffer.from(random).toString('base64url')}`;
        expect(readArgs(['RUN', '--token', token, '--json'], options)).toMatchObject({
          values: { token, json: true },
          positionals: ['RUN'],
        });
      }),
    );
  });

  it.each([['-5 % in a week'], ['-'], ['- it drifts'], ['--9'], ['-j'], ['--Reason']])(
    'is %j where that is what follows',
    (reason) => {
      expect(readArgs(['--reason', reason, '--json'], options).values).toEqual({ reason, json: true });
      expect(readArgs([`--reason=${reason}`], options).values).toEqual({ reason });
    },
  );

  it.each([
    [['--reason', '--json'], /--reason/],
    [['--reason', '--token=x'], /--reason/],
    [['--reason', '--jsn', 'x'], /--reason/],
    [['--reason'], /--reason/],
    [['--json', '-5'], /-5/],
    [['--constructor', '-5'], /constructor/],
  ])('is missed in %j', (args, said) => {
    expect(() => readArgs(args, options)).toThrow(UsageError);
    expect(() => readArgs(args, options)).toThrow(said);
  });

  it('is not taken from behind two dashes', () => {
    expect(readArgs(['--json', '--', '--token', '-x'], options)).toMatchObject({
      values: { json: true },
      positionals: ['--token', '-x'],
    });
    expect(() => readArgs(['--token', '--', '-x'], options)).toThrow(UsageError);
  });
});
