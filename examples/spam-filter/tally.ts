import { slotsOf } from './features.ts';
import { type SpamModel, score } from './model.ts';

interface LabelledMail {
  readonly text: string;
  readonly label: 0 | 1;
}

/** How a model did on labelled mail. */
export interface Tally {
  readonly sample: number;
  readonly right: number;
  readonly ham: number;
  readonly falsePositives: number;
  readonly spam: number;
  readonly falseNegatives: number;
}

/** Counts what was right of what was said of each mail. The labels come from the users, after the fact. */
export function tally<Mail extends Pick<LabelledMail, 'label'>>(
  mails: readonly Mail[],
  said: (mail: Mail) => 0 | 1,
): Tally {
  let [right, ham, falsePositives, spam, falseNegatives] = [0, 0, 0, 0, 0];
  for (const mail of mails) {
    const label = said(mail);
    if (label === mail.label) right += 1;
    if (mail.label === 1) {
      spam += 1;
      if (label === 0) falseNegatives += 1;
    } else {
      ham += 1;
      if (label === 1) falsePositives += 1;
    }
  }
  return { sample: mails.length, right, ham, falsePositives, spam, falseNegatives };
}

/** The same of what a model says. */
export function tallyMail(model: SpamModel, mails: readonly LabelledMail[]): Tally {
  return tally(mails, ({ text }) => (score(model, slotsOf(text)) >= 0.5 ? 1 : 0));
}

/** Several tallies as one. */
export function addTallies(tallies: readonly Tally[]): Tally {
  const sum = (key: keyof Tally): number => tallies.reduce((total, tally) => total + tally[key], 0);
  return {
    sample: sum('sample'),
    right: sum('right'),
    ham: sum('ham'),
    falsePositives: sum('falsePositives'),
    spam: sum('spam'),
    falseNegatives: sum('falseNegatives'),
  };
}

/** The metrics of a tally. A rate without anything to count is left out, not called zero. */
export function metricsOf(tally: Tally): Record<string, number> {
  return {
    ...(tally.sample > 0 && { accuracy: tally.right / tally.sample }),
    ...(tally.ham > 0 && { false_positive_rate: tally.falsePositives / tally.ham }),
    ...(tally.spam > 0 && { false_negative_rate: tally.falseNegatives / tally.spam }),
  };
}
