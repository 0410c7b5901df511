import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  compareRoutes,
  matchRoute,
  parseRouteTemplate,
} from '../../../local/functions-host/http/route-template.ts';

const match = (template: string, path: string): Record<string, string> | null => {
  const values = matchRoute(
    parseRouteTemplate(template),
    path.split('/').filter((part) => part !== ''),
  );
  return values === null ? null : { ...values };
};

describe('a template', () => {
  test.each([
    ['runs/{id}', 'runs/7', { id: '7' }],
    ['runs/{id}', 'runs', null],
    ['runs/{id}', 'runs/7/steps', null],
    ['runs/{id?}', 'runs', {}],
    ['runs/{id=latest}', 'runs', { id: 'latest' }],
    ['files/{*rest}', 'files/a/b/c', { rest: 'a/b/c' }],
    ['files/{*rest}', 'files', {}],
    ['files/{name}.{ext}', 'files/a.b.txt', { name: 'a', ext: 'b.txt' }],
    ['v{major:int}/x', 'v2/x', { major: '2' }],
    ['v{major:int}/x', 'vb/x', null],
    ['{id:guid}', '6c877c98-c722-40dd-aab0-ecc23c7308b0', { id: '6c877c98-c722-40dd-aab0-ecc23c7308b0' }],
    ['{id:guid}', '6c877c98', null],
    ['{n:range(1,10)}', '10', { n: '10' }],
    ['{n:range(1,10)}', '11', null],
    ['{s:alpha:length(2,3)}', 'abc', { s: 'abc' }],
    ['{s:alpha:length(2,3)}', 'abcd', null],
    ['{s:alpha:length(2,3)}', 'ab1', null],
    ['{s:regex(^\\d{{2}}$)}', '42', { s: '42' }],
    ['{s:regex(^\\d{{2}}$)}', '423', null],
    ['{s:regex(^[a-c]+$)}', 'abc', { s: 'abc' }],
    ['{n:long}', '9223372036854775807', { n: '9223372036854775807' }],
    ['{n:long}', '9223372036854775808', null],
    ['RUNS/{Id}', 'runs/A', { Id: 'A' }],
    ['a.b', 'aXb', null],
  ])('%s on %s', (template, path, expected) => {
    expect(match(template, path)).toEqual(expected);
  });

  test.each([
    ['{a}/{A}', 'twice'],
    ['{*a}/b', 'must come last'],
    ['{a', 'braces'],
    ['{a:prime}', 'unknown route constraint'],
    ['x{*a}', 'stands alone'],
  ])('%s is refused', (template, message) => {
    expect(() => parseRouteTemplate(template)).toThrow(message);
  });
});

test('the closest template is tried first', () => {
  const templates = ['{*all}', 'a/{x}/{y?}', 'a/{x}', 'a/{*rest}', 'a/{x:int}', 'a', 'a/b', 'a/f-{x}'];
  const sorted = templates
    .map(parseRouteTemplate)
    .sort(compareRoutes)
    .map(({ text }) => text);
  expect(sorted).toEqual(['a', 'a/b', 'a/{x:int}', 'a/f-{x}', 'a/{x}', 'a/{x}/{y?}', 'a/{*rest}', '{*all}']);
});

test('a parameter takes any segment, and gives it back unchanged', () => {
  const template = parseRouteTemplate('x/{value}');
  fc.assert(
    fc.property(fc.string({ minLength: 1, unit: 'binary' }), (value) => {
      const values = matchRoute(template, ['x', value]);
      expect(values?.['value']).toBe(value);
    }),
  );
});
