import type { NoticeRow } from '../../shared/domain/notice.ts';
import type { ReleaseRow } from '../../shared/domain/release-state.ts';
import { addressOf } from '../address/route.ts';
import {
  abortRelease,
  acceptRelease,
  approveRelease,
  rejectRelease,
  resumeRelease,
} from '../deeds/of-release.tsx';
import { command } from '../format/command.ts';
import { sayRelease, sayVerdict } from '../format/words.ts';
import { Act } from '../parts/act.tsx';
import { Asked, Given, Subject } from '../parts/approval-subject.tsx';
import { Badge } from '../parts/badge.tsx';
import { Sources } from '../parts/command.tsx';
import { Card, Facts } from '../parts/facts.tsx';
import { Heading } from '../parts/heading.tsx';
import { Part } from '../parts/part.tsx';
import { Sentence } from '../parts/sentence.tsx';
import { TraceCard } from '../parts/trace.tsx';
import { Took, When } from '../parts/when.tsx';
import { useResource } from '../service/resource.ts';
import { Comparison } from './comparison.tsx';
import { ServingCard } from './serving.tsx';
import { Trail } from './trail.tsx';

interface Told {
  readonly release: ReleaseRow;
  readonly notices: readonly NoticeRow[];
}

export function ReleasePage({ id }: { readonly id: string }) {
  const path = `releases/${encodeURIComponent(id)}`;
  const told = useResource<Told>(path);
  const row = told.data?.release;
  return (
    <>
      <Heading
        title={row ? `Release of version ${row.model.version}` : id}
        above={
          <>
            <a href={addressOf.list('releases', row ? { model: row.model.name } : {})}>Releases</a>
            {row && (
              <>
                {' of '}
                <a href={addressOf.model(row.model.name)}>{row.model.name}</a>
              </>
            )}
            {` · ${id}`}
          </>
        }
        acts={row && <ReleaseActs row={row} />}
      >
        {row && (
          <p>
            <Badge of={sayRelease(row.state)} /> {row.stage !== null && `stage ${row.stage}`}
            {row.step !== null && `, ${row.step} % of the requests`}
            {row.isDrill && ', a drill'}
          </p>
        )}
      </Heading>
      <Part of={told} what="the release">
        {({ release, notices }) => (
          <div class="stack">
            <State row={release} />
            <Comparison of={lookOf(release)} isLive={release.endedAt === null} />
            <Approvals row={release} />
            <div class="columns">
              <Trail row={release} />
              <div class="stack">
                <ServingCard model={release.model.name} />
                {notices.length > 0 && <Notices of={notices} />}
              </div>
            </div>
            <TraceCard kind="release" id={release.releaseId} goesOn={release.endedAt === null} />
          </div>
        )}
      </Part>
      <Sources json={path} command={command('release', id)} />
    </>
  );
}

/** A release that has ended has no look of its own any more: the last of its steps has it. */
function lookOf({ lastLook, trail = [] }: ReleaseRow): ReleaseRow['lastLook'] {
  return lastLook ?? trail.findLast((step) => step.lastLook !== null)?.lastLook ?? null;
}

/** What resuming does, by why the release asks. */
const resumes: Readonly<Record<NonNullable<ReleaseRow['asks']>, string>> = {
  drifted: 'It goes on from what the endpoint serves now. Put the endpoint right, and it goes on by itself.',
  inconclusive: 'The step goes on for as long again; it is left forwards only where its checks pass.',
  unproven: 'The version stays on probation for as long again.',
  'no-way-back': 'The release ends; what is to serve the endpoint is yours to say.',
  'not-approved': 'Approvals are waited for again, as long as before.',
  'not-drilled': 'The way back is drilled again, and nothing is deployed before a drill has passed.',
  unverified: 'The package is verified again before the step; put back what was changed first.',
  stuck: 'The way back is tried again at once; it is tried every ten minutes anyway.',
};

function ReleaseActs({
  row: { model, releaseId, state, asks, approval, binding, endedAt },
}: {
  readonly row: ReleaseRow;
}) {
  const { name } = model;
  const goesBack = state === 'rolling-back' || asks === 'no-way-back' || asks === 'stuck';
  return (
    <>
      {approval && binding && <Act deed={approveRelease(name, releaseId, binding)} />}
      {approval && <Act deed={rejectRelease(name, releaseId)} />}
      {asks && <Act deed={resumeRelease(name, releaseId, resumes[asks])} />}
      {asks === 'unproven' && <Act deed={acceptRelease(name, releaseId)} />}
      {endedAt === null && !goesBack && <Act deed={abortRelease(name, releaseId)} />}
    </>
  );
}

function State({ row }: { readonly row: ReleaseRow }) {
  const { lastLook, probation, digest, runId } = row;
  return (
    <Card title="Now">
      <p class="said">
        <Sentence of={row.sentence} />
      </p>
      {row.asks && (
        <p class="note warn">
          <strong>A person is asked.</strong> Resumed: {resumes[row.asks]}
        </p>
      )}
      <Facts
        of={[
          [
            'Version',
            <a key="version" href={addressOf.version(row.model.name, row.model.version)}>
              version {row.model.version}
            </a>,
          ],
          ['Endpoint', row.endpoint],
          [
            'From the run',
            <a key="run" href={addressOf.run(runId)}>
              {runId}
            </a>,
          ],
          ['Digest of its files', digest && <code>{digest}</code>],
          ['In this state', row.endedAt === null && <Took from={row.since} until={null} />],
          [
            'Last look at its checks',
            lastLook && (
              <>
                <Badge of={sayVerdict(lastLook.verdict)} /> {lastLook.requests} requests,{' '}
                <When at={lastLook.at} />: <Sentence of={lastLook.sentence} />
              </>
            ),
          ],
          [
            'Probation',
            probation && (
              <>
                until {probation.needs} labelled rows have passed, at most until <When at={probation.until} />
                ; next look <When at={probation.nextAt} />, {probation.looks} judged so far
                {probation.last && (
                  <div>
                    <Badge of={sayVerdict(probation.last.verdict)} /> {probation.last.sentence}
                  </div>
                )}
              </>
            ),
          ],
          ['Began', <When key="began" at={row.startedAt} />],
          ['Ended', row.endedAt && <When at={row.endedAt} />],
          ['In a pipeline', row.pipeline && <ExternalLink to={row.pipeline} />],
        ]}
      />
    </Card>
  );
}

/** An address from outside is followed only where it is one of the web. */
function ExternalLink({ to }: { readonly to: string }) {
  if (!/^https?:\/\//i.test(to)) return <>{to}</>;
  return (
    <a href={to} target="_blank" rel="noreferrer">
      {to}
    </a>
  );
}

function Approvals({ row }: { readonly row: ReleaseRow }) {
  const { approval, binding, approvals, given = [], runId } = row;
  if (!approval && given.length === 0 && approvals.length === 0) return null;
  return (
    <Card title="Approvals">
      {approval ? (
        <div class="columns">
          <Asked asked={approval} binding={binding} given={approvals} />
          <div>
            <h3>What is signed</h3>
            <Subject of={approval.subject} binding={binding} runId={runId} />
          </div>
        </div>
      ) : (
        <Given given={given.length > 0 ? given : approvals} binding={null} />
      )}
    </Card>
  );
}

const told = {
  delivered: { text: 'delivered', tone: 'good' },
  'tried-again': { text: 'is tried again', tone: 'warn' },
  'not-delivered': { text: 'not delivered', tone: 'bad' },
} as const;

function Notices({ of }: { readonly of: readonly NoticeRow[] }) {
  return (
    <Card title="Who was told">
      <ul class="plain lines">
        {of.map((notice) => (
          <li key={`${notice.id} ${notice.to}`}>
            <When at={notice.at} /> {notice.title}, to {notice.to} <Badge of={told[notice.state]} />
            {notice.why !== '' && <div class="dim">{notice.why}</div>}
          </li>
        ))}
      </ul>
    </Card>
  );
}
