import { describe, expect, it } from 'vitest';
import { serveMails } from '../../../examples/spam-filter/production.ts';

const mail = (text: string, label: 0 | 1) => ({ text, label });

describe('mail in production', () => {
  it('is counted by the deployment that was asked, and delivered where nobody could score it', async () => {
    const mails = [mail('spam a', 1), mail('ham b', 0), mail('spam 100% c', 1), mail('ham 50% d', 0)];
    const { tally, asked } = await serveMails(
      async (text) => ({
        deployment: text.includes('%') ? 'version-2' : 'version-1',
        label: text.includes('%') ? null : text.startsWith('spam') ? 1 : 0,
      }),
      mails,
    );
    expect(Object.fromEntries(asked)).toEqual({
      'version-1': { mails: 2, failed: 0 },
      'version-2': { mails: 2, failed: 2 },
    });
    expect(tally).toEqual({
      ...{ sample: 4, right: 3, ham: 2, falsePositives: 0, spam: 2, falseNegatives: 1 },
    });
  });

  it('is asked for once each, however many there are', async () => {
    const texts: string[] = [];
    const mails = Array.from({ length: 100 }, (_, n) => mail(String(n), 0));
    const { tally } = await serveMails(async (text) => {
      texts.push(text);
      return { deployment: 'version-1', label: 0 };
    }, mails);
    expect(texts.toSorted()).toEqual(mails.map(({ text }) => text).toSorted());
    expect(tally).toMatchObject({ sample: 100, right: 100 });
  });
});
