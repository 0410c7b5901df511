import type { VersionLineage } from '../../shared/domain/version-lineage.ts';
import { addressOf } from '../address/route.ts';
import { liftQuarantine, quarantine } from '../deeds/of-release.tsx';
import { command } from '../format/command.ts';
import { sayAdmission, sayOutcome, sayRelease, sayVerdict } from '../format/words.ts';
import { Act } from '../parts/act.tsx';
import { Badge } from '../parts/badge.tsx';
import { Sources } from '../parts/command.tsx';
import { Card, Facts } from '../parts/facts.tsx';
import { Heading } from '../parts/heading.tsx';
import { Part } from '../parts/part.tsx';
import { Sentence } from '../parts/sentence.tsx';
import { When } from '../parts/when.tsx';
import { useResource } from '../service/resource.ts';

interface VersionPageProps {
  readonly model: string;
  readonly version: string;
}

/** Where a version comes from, and what became of it. */
export function VersionPage({ model, version }: VersionPageProps) {
  const path = `models/${encodeURIComponent(model)}/versions/${encodeURIComponent(version)}/lineage`;
  const told = useResource<VersionLineage>(path);
  return (
    <>
      <Heading
        title={`${model}, version ${version}`}
        above={<a href={addressOf.model(model)}>{model}</a>}
        acts={
          told.data && (
            <>
              <Act deed={quarantine(model, version)} />
              <Act deed={liftQuarantine(model, version)} />
            </>
          )
        }
      />
      <Part of={told} what="the lineage">
        {(lineage) => <Whole of={lineage} />}
      </Part>
      <Sources json={path} command={command('lineage', `${model}:${version}`)} />
    </>
  );
}

function Whole({ of }: { readonly of: VersionLineage }) {
  const { sentence, contradictions, notKnown, digest, registered, replaces, model } = of;
  return (
    <div class="stack">
      {contradictions.map((each) => (
        <p key={each} class="note bad">
          <strong>Registry, ledger and storage do not agree.</strong> {each}
        </p>
      ))}
      <Card title="Origin">
        <p class="said">
          <Sentence of={sentence} />
        </p>
        <Facts
          of={[
            ['Registered', registered?.createdAt && <When at={registered.createdAt} />],
            ['Files', registered && <code>{registered.modelUri}</code>],
            ['Digest of its files', digest && <code>{digest}</code>],
            [
              'Replaces',
              replaces && <a href={addressOf.version(model, replaces.version)}>version {replaces.version}</a>,
            ],
            ['Not known', notKnown.length > 0 && notKnown.map((each) => <div key={each}>{each}</div>)],
          ]}
        />
      </Card>
      <div class="columns">
        <Made of={of} />
        <Became of={of} />
      </div>
    </div>
  );
}

function Made({
  of: { signals, run, trainedBy, trainedOn, judgedOn, gateReport, modelFile },
}: {
  readonly of: VersionLineage;
}) {
  const data = (facts: VersionLineage['trainedOn']) =>
    facts &&
    `${facts.partitions.length + facts.partitionsLeftOut} files, ${facts.bytes} bytes${facts.refused > 0 ? `, ${facts.refused} refused` : ''}`;
  return (
    <Card title="What it was made of">
      <Facts
        of={[
          [
            'Signals',
            signals.map(({ id, decision }) => (
              <div key={id}>
                <a href={addressOf.decision(id)}>{decision?.signal.summary ?? id}</a>{' '}
                {decision && <Badge of={sayAdmission(decision.outcome)} />}
              </div>
            )),
          ],
          [
            'Run',
            run && (
              <>
                <a href={addressOf.run(run.runId)}>{run.runId}</a> <Badge of={sayOutcome(run.outcome)} />
              </>
            ),
          ],
          ['Trained by', trainedBy && <a href={addressOf.run(trainedBy.runId)}>{trainedBy.runId}</a>],
          ['Trained on', data(trainedOn)],
          ['Judged on', data(judgedOn)],
          [
            'Gates',
            gateReport && (
              <>
                <Badge of={sayVerdict(gateReport.verdict)} /> {gateReport.sentence}
              </>
            ),
          ],
          ...(modelFile?.trainingSteps ?? []).map(
            ({ step, component, command }): [string, preact.ComponentChildren] => [
              `Step ${step}`,
              <code key={step}>{[component, command].filter(Boolean).join(': ')}</code>,
            ],
          ),
          ['Code', modelFile?.training?.code],
          ['Environment', modelFile?.training?.environment],
          ['Command', modelFile?.training && <code>{modelFile.training.command}</code>],
          ['Model file', modelFile && <code>{modelFile.hash.slice(0, 12)}</code>],
        ]}
      />
    </Card>
  );
}

function Became({ of: { releases, operations } }: { readonly of: VersionLineage }) {
  return (
    <Card title="What became of it">
      {releases.length === 0 && operations.length === 0 && <p class="dim">Nothing yet.</p>}
      <ul class="plain lines">
        {releases.map((row) => (
          <li key={row.releaseId}>
            <When at={row.startedAt} />{' '}
            <a href={addressOf.release(row.releaseId)}>release to {row.endpoint}</a>{' '}
            <Badge of={sayRelease(row.state)} />
            <div class="dim">
              <Sentence of={row.sentence} />
            </div>
          </li>
        ))}
        {operations.map((operation) => (
          <li key={operation.id}>
            <When at={operation.at} /> {operation.action.action} by {operation.by}: {operation.reason}
            <div class="dim">
              <Sentence of={operation.sentence} />
            </div>
          </li>
        ))}
      </ul>
    </Card>
  );
}
