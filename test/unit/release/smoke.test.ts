import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { secretPattern } from '../../../shared/mask-secrets.ts';
import { findSmokeProblem, isSilent, readPointer } from '../../../shared/release/targets/smoke.ts';

const answerOf = (status: number, more: object = {}) => ({
  ...{ status, modelStatus: null, text: '', isCut: false },
  ...more,
});
const problem = (body: string, version: string, versionAt = '/version') =>
  findSmokeProblem(answerOf(200, { text: body }), versionAt, version, secretPattern());

describe('a JSON pointer', () => {
  const document = { foo: ['bar', 'baz'], '': 0, 'a/b': 1, 'm~n': 8, '~1': 9, k: { length: 5 } };

  // The examples of RFC 6901, section 5, and what is easily read wrongly.
  it.each([
    ['/foo', ['bar', 'baz']],
    ['/foo/0', 'bar'],
    ['/', 0],
    ['/a~1b', 1],
    ['/m~0n', 8],
    ['/~01', 9],
    ['/k/length', 5],
    ['/foo/length', undefined],
    ['/foo/-', undefined],
    ['/foo/00', undefined],
    ['/foo/2', undefined],
    ['/foo/0/0', undefined],
    ['/constructor', undefined],
    ['/__proto__', undefined],
    ['/foo/at', undefined],
  ])('%s leads to %j', (pointer, found) => {
    expect(readPointer(document, pointer)).toEqual(found);
  });

  it('finds whatever lies where it leads, under any name', () => {
    const name = fc.string().filter((text) => text !== '__proto__');
    fc.assert(
      fc.property(fc.array(name, { minLength: 1, maxLength: 5 }), fc.jsonValue(), (names, value) => {
        const whole = names.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);
        const pointer = names.map((key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
        expect(readPointer(whole, pointer)).toEqual(value);
      }),
    );
  });
});

describe('a version in an answer', () => {
  it.each([
    ['{"version":"7"}', '7'],
    ['{"version":7}', '7'],
    ['{"version":"a1"}', 'a1'],
  ])('%s is version %s', (body, version) => {
    expect(problem(body, version)).toBeNull();
  });

  it.each([
    ['{"version":"07"}', '7'],
    ['{"version":" 7"}', '7'],
    ['{"version":7.5}', '7'],
    ['{"version":["7"]}', '7'],
    ['{"version":{"toString":"7"}}', '7'],
    ['{"version":true}', 'true'],
    // The parser reads this number as the version, which it is not.
    ['{"version":9007199254740993}', '9007199254740992'],
    ['{}', 'undefined'],
    ['null', 'null'],
    ['[]', '0'],
  ])('%s is not version %s', (body, version) => {
    expect(problem(body, version)).toEqual(expect.any(String));
  });

  it('is told in a bounded sentence on one line, without secrets, whatever is answered', () => {
    fc.assert(
      fc.property(
        fc.string({ maxLength: 2_000, unit: 'binary' }),
        fc.integer({ min: 100, max: 599 }),
        (text, status) => {
          const secret = 'a-secret-key-of-the-endpoint';
          const answer = answerOf(status, { text: `${secret}${text}${secret}` });
          const why = findSmokeProblem(answer, '/version', '7', secretPattern([secret])) ?? '';
          expect(why).not.toBe('');
          expect(why.length).toBeLessThan(300);
          expect(why).not.toMatch(/[\r\n]/);
          expect(why).not.toContain(secret);
        },
      ),
    );
  });

  it('is missed where nothing came in time, or too much', () => {
    const pattern = secretPattern();
    expect(findSmokeProblem(null, '/version', '7', pattern)).toBe('gave no answer in time');
    const cut = answerOf(200, { text: '{"version":"7"}', isCut: true });
    expect(findSmokeProblem(cut, '/version', '7', pattern)).toMatch(/breaks off/);
  });
});

describe('an answer', () => {
  it.each([
    [408, null],
    [424, null],
    [424, 502],
    [424, 503],
    [424, 504],
    [500, null],
    [502, null],
    [503, null],
    [504, null],
  ])('of %i (the container: %s) says nothing of the version', (status, modelStatus) => {
    expect(isSilent(answerOf(status, { modelStatus }))).toBe(true);
  });

  it('that did not come says nothing of the version', () => {
    expect(isSilent(null)).toBe(true);
  });

  it.each([
    [200, null],
    [201, null],
    [307, null],
    [400, null],
    [404, null],
    [413, null],
    [424, 200],
    [424, 400],
    [424, 500],
    [501, null],
  ])('of %i (the container: %s) is an answer of the version', (status, modelStatus) => {
    expect(isSilent(answerOf(status, { modelStatus }))).toBe(false);
  });
});
