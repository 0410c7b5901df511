import { useEffect, useState } from 'preact/hooks';
import type { Elsewhere } from '../../shared/domain/elsewhere.ts';
import type { GateReportDocument } from '../../shared/domain/gate-report.ts';
import type { JobAttempt } from '../../shared/domain/job-attempt.ts';
import type { PastChampion, Run } from '../../shared/domain/run.ts';
import { addressOf } from '../address/route.ts';
import { acceptRun, breakGlass, cancelRun, refuseRun } from '../deeds/of-run.ts';
import { command } from '../format/command.ts';
import { shorten } from '../format/number.ts';
import { sayFailure, sayOutcome } from '../format/words.ts';
import { Act } from '../parts/act.tsx';
import { Badge } from '../parts/badge.tsx';
import { Sources } from '../parts/command.tsx';
import { Card, Facts } from '../parts/facts.tsx';
import { Heading } from '../parts/heading.tsx';
import { Part } from '../parts/part.tsx';
import { Sentence } from '../parts/sentence.tsx';
import { TraceCard } from '../parts/trace.tsx';
import { When } from '../parts/when.tsx';
import { useResource } from '../service/resource.ts';
import { GateReportView } from './gate-report.tsx';
import { LogTail } from './log-tail.tsx';
import { type Progress, RunPhases } from './run-phases.tsx';

interface Told {
  readonly run: Run;
  readonly progress: Progress | null;
  readonly gateReport: GateReportDocument | null;
}

export function RunPage({ id }: { readonly id: string }) {
  const path = `runs/${encodeURIComponent(id)}`;
  const [goesOn, setGoesOn] = useState(false);
  // What a run waits for is no row of the ledger, so that no change tells of it.
  const told = useResource<Told>(path, goesOn ? 3_000 : null);
  const run = told.data?.run;
  useEffect(() => setGoesOn(run?.outcome === null), [run?.outcome]);
  return (
    <>
      <Heading
        title={id}
        above={
          <>
            <a href={addressOf.list('runs', run ? { model: run.model } : {})}>Runs</a>
            {run && (
              <>
                {' of '}
                <a href={addressOf.model(run.model)}>{run.model}</a>
              </>
            )}
          </>
        }
        acts={run && <RunActs run={run} />}
      >
        {run && (
          <p>
            <Badge of={sayOutcome(run.outcome)} /> {run.outcome === null && `in phase ${run.phase}`}
          </p>
        )}
      </Heading>
      <Part of={told} what="the run">
        {({ run, progress, gateReport }) => (
          <div class="stack">
            <RunPhases run={run} progress={progress} />
            <div class="columns">
              <Outcome run={run} />
              <LogTail run={run} />
            </div>
            {gateReport && <GateReportView report={gateReport} runId={run.runId} />}
            <TraceCard kind="run" id={run.runId} goesOn={run.outcome === null} />
          </div>
        )}
      </Part>
      <Sources json={path} command={command('runs', id)} />
    </>
  );
}

function RunActs({
  run: { model, runId, outcome, verdict, challenger, brokenGlass },
}: {
  readonly run: Run;
}) {
  const asks = outcome === null && verdict === 'inconclusive';
  const isBlocked = outcome === 'gate-failed' || outcome === 'inconclusive';
  return (
    <>
      {asks && <Act deed={acceptRun(model, runId)} />}
      {asks && <Act deed={refuseRun(model, runId)} />}
      {outcome === null && <Act deed={cancelRun(model, runId)} />}
      {isBlocked && challenger && !brokenGlass && <Act deed={breakGlass(model, runId)} />}
    </>
  );
}

function Outcome({ run }: { readonly run: Run }) {
  const { champion, challenger, registeredVersion, acceptedBy, brokenGlass, configHash } = run;
  return (
    <Card title={run.outcome === null ? 'What it is about' : 'How it ended'}>
      {run.sentence !== '' && (
        <p class="said">
          <Sentence of={run.sentence} />
        </p>
      )}
      <Facts
        of={[
          ['Kind', `${run.kind}, asked by ${run.signalKind}`],
          ['Answers', <Signals key="signals" ids={run.signals} />],
          ['Champion before', champion ? <Version model={run.model} version={champion.version} /> : 'none'],
          ['Challenger', challenger && challenger.version !== registeredVersion && challenger.version],
          [
            challenger?.chosenBy === run.runId ? 'Released again' : 'Registered',
            registeredVersion && <Version model={run.model} version={registeredVersion} />,
          ],
          ['Past champions', run.pastChampions && <PastChampions model={run.model} of={run.pastChampions} />],
          ['Training', run.reuse && <Sentence of={run.reuse.sentence} />],
          ['Released', run.released ? 'yes' : 'no'],
          [
            'Its release',
            run.outcome === 'candidate' && (
              <a href={addressOf.release(`${run.runId}-release`)}>{run.runId}-release</a>
            ),
          ],
          ['Training elsewhere', run.elsewhere && <Outside of={run.elsewhere} />],
          ['Best trial', run.tuned && <Sentence of={run.tuned.sentence} />],
          ['Attempts that failed', run.attempts && <Attempts of={run.attempts} />],
          [
            'Accepted by',
            acceptedBy && (
              <>
                {acceptedBy.by}, <When at={acceptedBy.at} />: {acceptedBy.reason}
              </>
            ),
          ],
          ['Gates overridden', brokenGlass && <Sentence of={brokenGlass.sentence} />],
          ['Started', <When key="started" at={run.startedAt} />],
          ['Ended', run.endedAt && <When at={run.endedAt} />],
          [
            'Model file pinned',
            <code key="hash" title={configHash}>
              {shorten(configHash)}
            </code>,
          ],
        ]}
      />
    </Card>
  );
}

function PastChampions({ model, of }: { readonly model: string; readonly of: readonly PastChampion[] }) {
  if (of.length === 0) return 'none that could be scored';
  return (
    <ul class="plain">
      {of.map(({ version, verdict, sentence }) => (
        <li key={version}>
          <Version model={model} version={version} />: {verdict ?? 'not judged'}. <Sentence of={sentence} />
        </li>
      ))}
    </ul>
  );
}

function Outside({ of: { project, pipeline, commit, run } }: { readonly of: Elsewhere }) {
  const what = `pipeline ${pipeline} of ${project}`;
  return (
    <>
      {run?.url ? (
        <a href={run.url} target="_blank" rel="noreferrer">
          {what}
        </a>
      ) : (
        what
      )}
      {commit !== null && `, commit ${commit.slice(0, 12)}`}
    </>
  );
}

function Attempts({ of }: { readonly of: readonly JobAttempt[] }) {
  return (
    <ul class="plain">
      {of.map(({ jobName, kind, said, endedAt }) => (
        <li key={jobName}>
          {jobName}, <When at={endedAt} />: {sayFailure(kind)}
          {said !== '' && (
            <>
              {' '}
              (<Sentence of={said} />)
            </>
          )}
        </li>
      ))}
    </ul>
  );
}

function Version({ model, version }: { readonly model: string; readonly version: string }) {
  return <a href={addressOf.version(model, version)}>version {version}</a>;
}

function Signals({ ids }: { readonly ids: readonly string[] }) {
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
