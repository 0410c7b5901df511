import type { Decision } from '../../shared/domain/decision.ts';
import type { Json } from '../../shared/domain/json.ts';
import type { Run } from '../../shared/domain/run.ts';
import { addressOf } from '../address/route.ts';
import { command } from '../format/command.ts';
import { shorten } from '../format/number.ts';
import { sayAdmission, sayOutcome, sayReason } from '../format/words.ts';
import { Badge } from '../parts/badge.tsx';
import { Sources } from '../parts/command.tsx';
import { Card, Facts } from '../parts/facts.tsx';
import { Heading } from '../parts/heading.tsx';
import { Part } from '../parts/part.tsx';
import { Sentence } from '../parts/sentence.tsx';
import { TraceCard } from '../parts/trace.tsx';
import { Took, When } from '../parts/when.tsx';
import { useResource } from '../service/resource.ts';

interface Told {
  readonly decision: Decision;
  readonly run: Run | null;
}

/** One signal: what asked, what it was answered, why, what would have changed it, and what came of it. */
export function DecisionPage({ id }: { readonly id: string }) {
  const path = `decisions/${encodeURIComponent(id)}`;
  const told = useResource<Told>(path);
  return (
    <>
      <Heading
        title={told.data?.decision.signal.summary ?? id}
        above={<Above decision={told.data?.decision} />}
      >
        {told.data && (
          <p>
            <Badge of={sayAdmission(told.data.decision.outcome)} /> {sayReason(told.data.decision.reason)}
          </p>
        )}
      </Heading>
      <Part of={told} what="the decision">
        {({ decision, run }) => (
          <div class="stack">
            <div class="columns">
              <Answer decision={decision} />
              <CameOfIt decision={decision} run={run} />
              <Asked decision={decision} />
              <Times decision={decision} />
            </div>
            <TraceCard kind="signal" id={decision.signal.id} goesOn={false} />
          </div>
        )}
      </Part>
      <Sources json={path} command={command('explain', id)} />
    </>
  );
}

function Above({ decision }: { readonly decision: Decision | undefined }) {
  const model = decision?.signal.model;
  return (
    <>
      <a href={addressOf.list('decisions', model === undefined ? {} : { model })}>Decisions</a>
      {model !== undefined && ` on ${model}`}
    </>
  );
}

function Answer({ decision: { sentence, reason, changedBy, configHash } }: { readonly decision: Decision }) {
  return (
    <Card title="The answer">
      <p class="said">
        <Sentence of={sentence} />
      </p>
      <Facts
        of={[
          ['What would have changed it', changedBy !== '' && <Sentence of={changedBy} />],
          ['Rule', <code key="rule">{reason}</code>],
          [
            'Model file in force',
            <code key="hash" title={configHash}>
              {shorten(configHash)}
            </code>,
          ],
        ]}
      />
    </Card>
  );
}

function CameOfIt({ decision, run }: Told) {
  const { outcome, runId, joinedSignalId, offerAgainAt, signals, signal, freedRunId } = decision;
  const others = signals.filter((id) => id !== signal.id);
  const nothing = runId === null && !joinedSignalId && offerAgainAt === null;
  return (
    <Card title="What came of it">
      {nothing && <p>No run was started.</p>}
      <Facts
        of={[
          [
            outcome === 'admitted' ? 'Run it started' : 'Run it joined',
            runId !== null && (
              <>
                <a href={addressOf.run(runId)}>{runId}</a> {run && <Badge of={sayOutcome(run.outcome)} />}
                {run && (
                  <div class="dim">
                    <Sentence of={run.sentence} />
                  </div>
                )}
              </>
            ),
          ],
          [
            'Joined the signal',
            joinedSignalId && <a href={addressOf.decision(joinedSignalId)}>{joinedSignalId}</a>,
          ],
          ['Is offered again', offerAgainAt && <When at={offerAgainAt} />],
          [
            'Took the place of a dead run',
            freedRunId && <a href={addressOf.run(freedRunId)}>{freedRunId}</a>,
          ],
          ['The run also answers', others.length > 0 && <SignalLinks ids={others} />],
        ]}
      />
    </Card>
  );
}

function SignalLinks({ ids }: { readonly ids: readonly string[] }) {
  return (
    <ul class="plain">
      {ids.map((id) => (
        <li key={id}>
          <a href={addressOf.decision(id)}>{id}</a>
        </li>
      ))}
    </ul>
  );
}

function Asked({ decision: { signal } }: { readonly decision: Decision }) {
  const { persistence, newData, cause } = signal;
  return (
    <Card title="The signal">
      <Facts
        of={[
          ['Kind', signal.kind],
          ['Who says so', signal.source],
          ['Signal', <code key="id">{signal.id}</code>],
          ['Cause', cause && <code>{cause}</code>],
          [
            'Asks when',
            persistence && `${persistence.breaches} of the last ${persistence.of} windows were bad`,
          ],
          [
            'New data',
            newData &&
              `${newData.rows === null ? 'rows not counted' : `${newData.rows} rows`}, ${newData.bytes} bytes`,
          ],
          ...Object.entries(signal.evidence).map(
            ([name, value]) => [name, <Evidence key={name} value={value} />] as const,
          ),
        ]}
      />
    </Card>
  );
}

function Evidence({ value }: { readonly value: Json }) {
  if (typeof value !== 'object') return <>{String(value)}</>;
  return <code class="block">{JSON.stringify(value, null, 2)}</code>;
}

function Times({ decision: { signal, offeredAt, decidedAt } }: { readonly decision: Decision }) {
  return (
    <Card title="When">
      <Facts
        of={[
          ['Observed', signal.observedAt ? <When at={signal.observedAt} /> : 'the event does not say'],
          ['Offered', <When key="offered" at={offeredAt} />],
          ['Decided', <When key="decided" at={decidedAt} />],
          [
            'Beside it',
            <a key="around" href={addressOf.around(signal.model, signal.observedAt ?? offeredAt)}>
              the time line around it
            </a>,
          ],
          ['Waited', <Took key="waited" from={offeredAt} until={decidedAt} />],
        ]}
      />
    </Card>
  );
}
