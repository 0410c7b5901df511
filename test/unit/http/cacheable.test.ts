import { describe, expect, it } from 'vitest';
import { cacheable } from '../../../shared/http/cacheable.ts';

const body = { usable: 'yes', reason: 'so it is' };
const ask = (tag: string | null, asked: object = body) =>
  cacheable({ headers: new Headers(tag === null ? {} : { 'if-none-match': tag }) } as never, asked, 15);
const etag = new Headers(ask(null).headers as Record<string, string>).get('etag')!;

describe('an answer that may be kept', () => {
  it('says for how long, to nobody in between, and under which tag', () => {
    expect(ask(null)).toEqual({
      headers: { 'cache-control': 'private, max-age=15', etag: expect.stringMatching(/^"[0-9a-f]{32}"$/) },
      jsonBody: body,
    });
  });

  it.each([
    ['the tag', etag],
    ['a weak one', `W/${etag}`],
    ['one of several', `"a", ${etag} ,"b"`],
    ['any', '*'],
  ])('is 304 without a body to who names %s', (_what, tag) => {
    expect(ask(tag)).toEqual({ status: 304, headers: expect.objectContaining({ etag }) });
  });

  it.each(['', '"other"', etag.slice(1, -1), `${etag.slice(0, -2)}"`, ','.repeat(9_000)])(
    'is whole to who names %s',
    (tag) => {
      expect(ask(tag)).toMatchObject({ jsonBody: body });
    },
  );

  it('has another tag once it is another, and the same one in whatever order its fields stand', () => {
    expect(ask(etag, { ...body, usable: 'no' })).toHaveProperty('jsonBody');
    expect(ask(etag, { reason: body.reason, usable: 'yes' })).toMatchObject({ status: 304 });
  });
});
