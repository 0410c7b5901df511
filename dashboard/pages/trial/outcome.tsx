/** What came of a policy that was tried: in words, in figures, on the time line, and decision by decision. */
import { useMemo } from 'preact/hooks';
import type { Backtest } from '../../../shared/backtest/backtest.ts';
import type { Timeline } from '../../../shared/domain/timeline.ts';
import { withQuery } from '../../address/query.ts';
import { trialEvents } from '../../charts/trial-events.ts';
import { counted } from '../../format/number.ts';
import { Card } from '../../parts/facts.tsx';
import { Empty, Part } from '../../parts/part.tsx';
import { When } from '../../parts/when.tsx';
import type { ServiceError } from '../../service/ask.ts';
import { useResource } from '../../service/resource.ts';
import type { Outcome } from '../../trial/messages.ts';
import { zoomTo } from '../model/span.tsx';
import { TimelineBody } from '../model/timeline-body.tsx';
import { Differences } from './differences.tsx';
import { Figures } from './figures.tsx';
import type { UsedTrial } from './use-trial.ts';
import { Worth } from './worth.tsx';

interface OutcomeProps {
  readonly trial: UsedTrial;
  readonly model: string;
  /** Whether it is of another text, span or assumption than there is now. */
  readonly isStale: boolean;
  readonly onReadAnew: () => void;
}

export function OutcomeView({
  trial: { text, progress, answer, error },
  model,
  isStale,
  onReadAnew,
}: OutcomeProps) {
  const played = answer?.outcome.is === 'played' ? answer.outcome : null;
  return (
    <>
      <Card title="What it would have done">
        <div role="status" class="trial-words">
          {progress !== null ? (
            <p>
              <progress aria-label="Playing" /> {progress}
            </p>
          ) : (
            <>
              {error && text !== null && <Failed of={error} />}
              {isStale && (
                <p class="note warn">
                  The text, the span or what is assumed has changed since. Play it again.
                </p>
              )}
              {answer ? (
                <Words of={answer.outcome} />
              ) : (
                !error && <p class="dim">It has not been played yet.</p>
              )}
            </>
          )}
        </div>
        {played && <Worth of={played.found} facts={played.facts} onReadAnew={onReadAnew} />}
        {played && <Figures of={played.found} />}
      </Card>
      {played && <OnTimeline model={model} of={played.found} />}
      {played && <Differences of={played.found} />}
    </>
  );
}

function Failed({ of: { code, message } }: { readonly of: ServiceError }) {
  if (code === 'stopped') return <p class="note warn">It was stopped.</p>;
  return (
    <p class="note bad">
      <strong>It could not be played.</strong> {message}
    </p>
  );
}

function Words({ of }: { readonly of: Outcome }) {
  if (of.is === 'invalid')
    return <p class="note bad">The text has {counted(of.checked.problems.length, 'problem')}; see above.</p>;
  if (of.is === 'played') return <p class="verdict">{of.found.differences[0]!.sentence}</p>;
  if (of.history === null)
    return (
      <Empty title="Nothing is recorded of this model yet.">
        <p>
          A policy is tried on what has happened: metrics that were reported, data that came, signals, runs
          and operations. Once there is some of it, it can be played.
        </p>
      </Empty>
    );
  return (
    <Empty title="Nothing is recorded in this time.">
      <p>
        There are records from <When at={of.history.from} /> to <When at={of.history.until} />: choose another
        span.
      </p>
    </Empty>
  );
}

/** The time line of what happened, with what would have been beside it. */
function OnTimeline({ model, of }: { readonly model: string; readonly of: Backtest }) {
  const query = withQuery('', { from: of.from, until: of.until });
  const told = useResource<Timeline>(`models/${encodeURIComponent(model)}/timeline${query}`);
  const more = useMemo(() => trialEvents(of), [of]);
  return (
    <Card title="Time line">
      <Part of={told} what="the time line">
        {(timeline) => <TimelineBody of={timeline} more={more} onZoom={zoomTo} />}
      </Part>
    </Card>
  );
}
