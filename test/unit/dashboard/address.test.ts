import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readQuery, readWord, withQuery } from '../../../dashboard/address/query.ts';
import { addressOf, routeOf } from '../../../dashboard/address/route.ts';

const id = fc
  .string({ minLength: 1, unit: 'grapheme' })
  .filter((text) => !/^[/]|[/]$|\/\/|^\.{1,2}$/.test(text));
const pathOf = (href: string) => new URL(href, 'http://here').pathname;

describe('an address of the page', () => {
  it('leads to the view it was made of, whatever an id is made of', () => {
    const plain = id.filter((text) => !text.includes('/') && text.isWellFormed());
    fc.assert(
      fc.property(plain, plain, (first, second) => {
        expect(routeOf(pathOf(addressOf.run(first)))).toEqual({ view: 'run', id: first });
        expect(routeOf(pathOf(addressOf.release(first)))).toEqual({ view: 'release', id: first });
        expect(routeOf(pathOf(addressOf.model(first)))).toEqual({ view: 'model', model: first });
        expect(routeOf(pathOf(addressOf.trial(first, '?days=7')))).toEqual({ view: 'trial', model: first });
        expect(routeOf(pathOf(addressOf.version(first, second)))).toEqual({
          ...{ view: 'version', model: first, version: second },
        });
      }),
    );
  });

  it('holds the id of a signal with its slashes, as they are or encoded', () => {
    const signal = 'data:spam-filter:mail/spam-filter/2002-07-18.csv:0x1E74';
    expect(routeOf(pathOf(addressOf.decision(signal)))).toEqual({ view: 'decision', id: signal });
    expect(routeOf(`/api/ui/decisions/${signal}`)).toEqual({ view: 'decision', id: signal });
  });

  it.each([
    ['/api/ui', { view: 'fleet' }],
    ['/api/ui/', { view: 'fleet' }],
    ['/api/ui/runs', { view: 'runs' }],
    ['/api/ui/runs/', { view: 'runs' }],
    ['/api/ui/runs/a/b', { view: 'nowhere' }],
    ['/api/ui/models', { view: 'nowhere' }],
    ['/api/ui/models/a/versions', { view: 'nowhere' }],
    ['/api/ui/what', { view: 'nowhere' }],
    ['/api/uix', { view: 'nowhere' }],
    ['/api/ui/runs/%E0%A4%A', { view: 'run', id: '%E0%A4%A' }],
  ])('%s is %o', (path, route) => expect(routeOf(path)).toEqual(route));
});

describe('the query of an address', () => {
  it('keeps what was not changed, and is the same for the same view', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), fc.string({ minLength: 1 })), (values) => {
        const search = withQuery('', values);
        for (const [name, value] of Object.entries(values)) expect(readQuery(search, name)).toBe(value);
        expect(withQuery(search, {})).toBe(search);
        expect(withQuery('', Object.fromEntries(Object.entries(values).reverse()))).toBe(search);
        expect(withQuery(search, Object.fromEntries(Object.keys(values).map((name) => [name, null])))).toBe(
          '',
        );
      }),
    );
  });

  it('takes a word that there is not for the one that is meant without', () => {
    expect(readWord('?sort=age', 'sort', ['name', 'age'], 'name')).toBe('age');
    expect(readWord('?sort=__proto__', 'sort', ['name', 'age'], 'name')).toBe('name');
    expect(readWord('', 'sort', ['name', 'age'], 'name')).toBe('name');
  });
});
