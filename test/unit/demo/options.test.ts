import { describe, expect, it } from 'vitest';
import { readOptions } from '../../../demo/options.ts';

describe('the options of the demo', () => {
  it('are off by default', () => {
    expect(readOptions([])).toEqual({ json: false, keep: false, help: false });
  });

  it('are read', () => {
    expect(readOptions(['--json', '--keep', '--weeks', '3'])).toEqual({
      json: true,
      keep: true,
      help: false,
      weeks: 3,
    });
  });

  it('are refused with what is wrong', () => {
    expect(() => readOptions(['--weeks', '0'])).toThrow(
      '--weeks: expected a whole number of at least 1, got "0"',
    );
    expect(() => readOptions(['--weeks', '2.5'])).toThrow('--weeks');
    expect(() => readOptions(['--wekks', '2'])).toThrow('--wekks');
    expect(() => readOptions(['now'])).toThrow('now');
  });
});
