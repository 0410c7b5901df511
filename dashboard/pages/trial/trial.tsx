/** A policy that is tried: its text, and what it would have made of what is recorded. The page writes no model file. */
import { useState } from 'preact/hooks';
import type { OverviewPage } from '../../../shared/domain/overview.ts';
import { addressOf } from '../../address/route.ts';
import { command } from '../../format/command.ts';
import { Sources } from '../../parts/command.tsx';
import { Card } from '../../parts/facts.tsx';
import { Heading } from '../../parts/heading.tsx';
import { useResource } from '../../service/resource.ts';
import type { Assumed } from '../../trial/messages.ts';
import { SpanControl, useSpan } from '../model/span.tsx';
import { AssumedFields, usually } from './assumed-fields.tsx';
import { Editor } from './editor.tsx';
import { OutcomeView } from './outcome.tsx';
import { TextActs } from './text-acts.tsx';
import { type UsedTrial, useTrial } from './use-trial.ts';

export function TrialPage({ model }: { readonly model: string }) {
  const overview = useResource<OverviewPage>(`overview?model=${encodeURIComponent(model)}`);
  const span = useSpan(overview.data?.at ?? null);
  const trial = useTrial(model);
  const [assumed, setAssumed] = useState<Assumed>(usually);
  const play = (isReadAnew: boolean): void => void trial.play({ ...span, assumed, isReadAnew });
  const { from, until } = span;
  return (
    <>
      <Heading title={`Try a policy for ${model}`} above={<a href={addressOf.model(model)}>{model}</a>}>
        <p class="dim">
          Change the text, and see what it would have done with what is recorded. Your browser plays it: the
          service decides nothing by it, and no model file is written.
        </p>
      </Heading>
      <div class="stack">
        <Card title="Policy" acts={<TextActs model={model} trial={trial} />}>
          <form
            onSubmit={(event) => {
              event.preventDefault();
              play(false);
            }}
          >
            <TextOf trial={trial} />
            <div class="filters">
              <span class="field">
                What counts
                <span class="timeline-acts">
                  <SpanControl shown={from && until ? { from, until } : null} />
                </span>
              </span>
              <AssumedFields of={assumed} onChange={setAssumed} />
            </div>
            <PlayActs trial={trial} isReady={from !== null} />
          </form>
        </Card>
        <OutcomeView
          trial={trial}
          isStale={isStale(trial, span, assumed)}
          model={model}
          onReadAnew={() => play(true)}
        />
      </div>
      <Sources
        json={`models/${encodeURIComponent(model)}/file`}
        command={command(
          'backtest',
          model,
          '--policy',
          'FILE',
          ...(from ? ['--from', from] : []),
          ...(until ? ['--until', until] : []),
        )}
      />
    </>
  );
}

function TextOf({ trial: { text, checked, setText, open, error } }: { readonly trial: UsedTrial }) {
  if (text === null && error)
    return (
      <div class="note bad">
        <p>
          <strong>What is in force could not be read.</strong> {error.message}
        </p>
        <button type="button" onClick={() => void open()}>
          Try again
        </button>
      </div>
    );
  if (text === null)
    return (
      <p class="dim" role="status">
        Reading what is in force…
      </p>
    );
  return (
    <>
      <Editor
        text={text}
        label="Triggers and policy, as they stand in the model file"
        checked={checked}
        onText={setText}
      />
      <p class="dim small-text">
        A field that is left out has its default; a part that is left out, <code>triggers</code> or{' '}
        <code>policy</code>, stays as it is in force. A whole model file is taken, too.
      </p>
    </>
  );
}

function PlayActs({ trial, isReady }: { readonly trial: UsedTrial; readonly isReady: boolean }) {
  const { text, progress, checked, stop } = trial;
  const isPlayable = isReady && text !== null && progress === null && checked.problems.length === 0;
  return (
    <div class="acts">
      <button type="submit" class="main" disabled={!isPlayable}>
        Play it
      </button>
      {progress !== null && (
        <button type="button" onClick={stop}>
          Stop
        </button>
      )}
    </div>
  );
}

function isStale({ text, answer }: UsedTrial, span: ReturnType<typeof useSpan>, assumed: Assumed): boolean {
  if (!answer) return false;
  const { question } = answer;
  const isOther = question.text !== text || question.from !== span.from || question.until !== span.until;
  return isOther || JSON.stringify(question.assumed) !== JSON.stringify(assumed);
}
