/** What a release went through, the latest first, and how long it was there. */
import type { ReleaseRow, TrailStep } from '../../shared/domain/release-state.ts';
import { sayRelease, sayVerdict } from '../format/words.ts';
import { Badge } from '../parts/badge.tsx';
import { Card } from '../parts/facts.tsx';
import { Sentence } from '../parts/sentence.tsx';
import { Took, When } from '../parts/when.tsx';

export function Trail({ row }: { readonly row: ReleaseRow }) {
  const { trail = [], endedAt } = row;
  if (trail.length === 0) return null;
  const steps = trail.map((step, at) => ({ step, until: trail[at + 1]?.at ?? endedAt }));
  return (
    <Card title="Stages">
      <ol class="trail" reversed>
        {steps.toReversed().map(({ step, until }) => (
          <Step key={`${step.at} ${step.state} ${step.stage} ${step.step}`} of={step} until={until} />
        ))}
      </ol>
    </Card>
  );
}

function Step({ of, until }: { readonly of: TrailStep; readonly until: string | null }) {
  const said = sayRelease(of.state);
  const { lastLook } = of;
  return (
    <li class={said.tone}>
      <div>
        <Badge of={said} /> {of.stage}
        {of.step !== null && ` ${of.step} %`}
        <span class="dim">
          {' '}
          from <When at={of.at} />
          {until !== of.at && (
            <>
              , <Took from={of.at} until={until} />
            </>
          )}
        </span>
      </div>
      <div>
        <Sentence of={of.sentence} />
      </div>
      {lastLook && (
        <div class="dim">
          Last look {sayVerdict(lastLook.verdict).text}, {lastLook.requests} requests:{' '}
          <Sentence of={lastLook.sentence} />
        </div>
      )}
    </li>
  );
}
