import { expect, it } from 'vitest';
import { printableTexts } from '../../../cli/printable-texts.ts';

it('shows no command to a terminal and no turn of direction, however deep the text lies', () => {
  const esc = String.fromCharCode(27);
  const rlo = String.fromCodePoint(0x202e);
  const given = { rows: 3, signals: [{ summary: `${esc}[2Jfailed ${rlo}dessap`, at: null }], line: 'a\nb' };
  expect(printableTexts(given)).toEqual({
    rows: 3,
    signals: [{ summary: '\ufffd[2Jfailed \ufffddessap', at: null }],
    line: 'a b',
  });
});
