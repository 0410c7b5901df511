import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { approvalPageHeaders, renderApprovalPage } from '../../../shared/pages/approval-page.ts';
import { describeRelease } from '../../../shared/release/transitions/describe-release.ts';
import { now, releaseId, target } from '../release/world/target.ts';

const row = describeRelease(target(), releaseId, now)!;
const form = { link: 'x.y', token: 't'.repeat(43) };

/** Elements of the page, in their order. */
const elements = (page: string): string[] => [...page.matchAll(/<(\/?[a-z]+)/gi)].map(([, name]) => name!);

describe('the page of an approval', () => {
  it('has the same elements, whatever a release says of itself and of people', () => {
    const approvals = (by: string, reason: string) => [{ by, reason, at: now, binding: 'b'.repeat(64) }];
    const render = (text: string): string =>
      renderApprovalPage({
        row: { ...row, sentence: text, approvals: approvals(text, text) },
        ...{ visitor: text, said: text, isRefusal: true, form },
      });
    const plain = elements(render('plain'));
    const hostile = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.constantFrom(
        '<script>alert(1)</script>',
        '"><img src=x onerror=x>',
        "' autofocus onfocus='x",
        '</style>',
      ),
    );
    fc.assert(
      fc.property(hostile, (text) => {
        expect(elements(render(text))).toEqual(plain);
      }),
    );
  });

  it('has a form where there is something to send, and the token in it', () => {
    const page = { row, visitor: 'ada', said: null, isRefusal: false };
    expect(renderApprovalPage({ ...page, form })).toContain('<form method="post" action="?link=x.y"');
    expect(renderApprovalPage({ ...page, form })).toContain(`value="${form.token}"`);
    expect(renderApprovalPage({ ...page, form: null })).not.toContain('<form');
  });

  it('may do nothing but be read and send its form here, and says so to the browser', () => {
    expect(approvalPageHeaders['content-security-policy']).toMatch(
      /^default-src 'none'; style-src 'sha256-[^']+'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'$/,
    );
    expect(renderApprovalPage({ row, visitor: 'ada', said: null, isRefusal: false, form })).not.toMatch(
      /<script|<img|<link|style=|\son[a-z]+=/i,
    );
  });
});
