import type { Mail } from '../examples/spam-filter/corpus.ts';
import type { ReleasedModel } from '../examples/spam-filter/production.ts';
import { addTallies, type Tally, tallyMail } from '../examples/spam-filter/tally.ts';

/** How production did on a week's mail: each mail scored by the release that was in force when it was sent. */
export function scoreWeek(
  mails: readonly Mail[],
  releases: readonly [ReleasedModel, ...ReleasedModel[]],
): Tally {
  const byRelease = Map.groupBy(
    mails,
    ({ date }) =>
      releases.findLast(({ releasedAt }) => Date.parse(releasedAt) <= Date.parse(date)) ?? releases[0],
  );
  return addTallies([...byRelease].map(([{ model }, sent]) => tallyMail(model, sent)));
}
