/** One model: what it does now, what happened over time, and by which rules. */
import type { ModelOverview, OverviewPage } from '../../../shared/domain/overview.ts';
import { addressOf } from '../../address/route.ts';
import { sayCheck } from '../../charts/lanes.ts';
import { approve, freeze, requestRun, setMode, thaw, withdraw } from '../../deeds/of-model.ts';
import { command } from '../../format/command.ts';
import { formatNumber } from '../../format/number.ts';
import { sayAdmission, sayHealth, sayModel, sayOutcome, sayReason, sayRelease } from '../../format/words.ts';
import { Act } from '../../parts/act.tsx';
import { Badge } from '../../parts/badge.tsx';
import { Sources } from '../../parts/command.tsx';
import { Card, Facts } from '../../parts/facts.tsx';
import { Heading } from '../../parts/heading.tsx';
import { Part } from '../../parts/part.tsx';
import { Sentence } from '../../parts/sentence.tsx';
import { When } from '../../parts/when.tsx';
import { useResource } from '../../service/resource.ts';
import { ServingCard } from '../serving.tsx';
import { PolicyCard } from './policy.tsx';
import { TimelineCard } from './timeline-card.tsx';

export function ModelPage({ model }: { readonly model: string }) {
  const path = `overview?model=${encodeURIComponent(model)}`;
  const told = useResource<OverviewPage>(path);
  const overview = told.data?.models.find((each) => each.model === model);
  return (
    <>
      <Heading
        title={model}
        above={<a href={addressOf.fleet()}>Fleet</a>}
        acts={overview && <ModelActs of={overview} />}
      >
        {overview && (
          <p>
            <Badge of={sayModel(overview.state.code)} /> <Sentence of={overview.state.sentence} />
          </p>
        )}
        {overview?.description && <p class="dim">{overview.description}</p>}
      </Heading>
      <div class="stack">
        <Part of={told} what="the model">
          {() => (overview ? <Now of={overview} /> : <p>The service has no model of this name.</p>)}
        </Part>
        <TimelineCard model={model} at={told.data?.at ?? null} />
        <ServingCard model={model} />
        <PolicyCard model={model} />
      </div>
      <Sources json={path} command={command('explain', model)} />
    </>
  );
}

function ModelActs({ of: { model, mode, waits, freezes } }: { readonly of: ModelOverview }) {
  const isSuggested = waits.some(({ what }) => what === 'suggestion');
  const isWaiting = isSuggested || waits.some(({ what }) => what === 'signals');
  return (
    <>
      <Act deed={requestRun(model)} />
      {isSuggested && <Act deed={approve(model)} />}
      {isWaiting && <Act deed={withdraw(model)} />}
      <Act deed={freeze(model)} />
      {freezes.some(({ name }) => name === null) && <Act deed={thaw(model)} />}
      <Act deed={setMode(model, mode.setBy && mode.mode ? mode.mode : 'file')} />
    </>
  );
}

function Now({ of }: { readonly of: ModelOverview }) {
  return (
    <>
      {of.problems.length > 0 && (
        <div class="note bad">
          <p>
            <strong>Its file is broken.</strong>{' '}
            {of.state.code === 'broken' ? '' : 'The last valid version stays in use.'}
          </p>
          <ul>
            {of.problems.map((problem) => (
              <li key={problem}>
                <code>{problem}</code>
              </li>
            ))}
          </ul>
        </div>
      )}
      <div class="columns three">
        <Serves of={of} />
        <Health of={of.health} />
        <Comes of={of} />
      </div>
    </>
  );
}

function Serves({ of: { model, champion, run, release, mode } }: { readonly of: ModelOverview }) {
  return (
    <Card title="Now">
      <Facts
        of={[
          [
            'Champion',
            champion ? (
              <>
                <a href={addressOf.version(model, champion.version)}>version {champion.version}</a>
                {champion.since && (
                  <>
                    , <When at={champion.since} as="age" />
                  </>
                )}
              </>
            ) : (
              'none yet: the first run that passes its gates makes one'
            ),
          ],
          [
            run?.outcome === null ? 'Run under way' : 'Last run',
            run && (
              <>
                <a href={addressOf.run(run.runId)}>{run.runId}</a> <Badge of={sayOutcome(run.outcome)} />
                {run.outcome === null && <div class="dim">in phase {run.phase}</div>}
              </>
            ),
          ],
          [
            release?.endedAt === null ? 'Release under way' : 'Last release',
            release && (
              <>
                <a href={addressOf.release(release.releaseId)}>version {release.version}</a>{' '}
                <Badge of={sayRelease(release.state)} />
                {release.step !== null && release.endedAt === null && ` ${release.step} %`}
              </>
            ),
          ],
          [
            'Mode',
            mode.setBy ? (
              <>
                {mode.mode}, set by {mode.setBy.by}, <When at={mode.setBy.at} />: {mode.setBy.reason}
              </>
            ) : (
              mode.mode
            ),
          ],
        ]}
      />
    </Card>
  );
}

function Health({ of: { verdict, checks } }: { readonly of: ModelOverview['health'] }) {
  return (
    <Card title="Health" acts={<Badge of={sayHealth(verdict)} />}>
      {checks.length === 0 && (
        <p class="dim">
          Nothing was checked lately: metrics are reported, or rules of the model file ask for them.
        </p>
      )}
      <ul class="plain lines">
        {checks.map(({ rule, kind, metric, value, limit, at, sentence, verdict: found, signalId }) => (
          <li key={`${kind} ${rule}`} title={sentence}>
            <Badge of={found === 'fine' ? { text: 'fine', tone: 'good' } : sayCheck(found)} />{' '}
            <strong>{metric ?? rule}</strong> {value !== null && formatNumber(value)}
            {limit && (
              <span class="dim">
                {' '}
                {limit.side === 'below' ? 'not below' : 'not above'} {formatNumber(limit.value)}
              </span>
            )}
            <span class="dim">
              {value !== null && ', '}
              {signalId ? <a href={addressOf.decision(signalId)}>its signal</a> : metric !== null && rule}
              {(signalId || metric !== null) && ', '}
              <When at={at} as="age" />
            </span>
            {found !== 'fine' && (
              <div class="dim">
                <Sentence of={sentence} />
              </div>
            )}
          </li>
        ))}
      </ul>
    </Card>
  );
}

function Comes({ of }: { readonly of: ModelOverview }) {
  const { lastDecision, waits, waitsLeftOut, budget, nextSchedule, freezes } = of;
  return (
    <Card title="Waiting and next">
      <Facts
        of={[
          [
            'Last decision',
            lastDecision && (
              <>
                <a href={addressOf.decision(lastDecision.signalId)}>
                  {sayAdmission(lastDecision.outcome).text}
                </a>
                , {sayReason(lastDecision.reason)}, <When at={lastDecision.at} as="age" />
              </>
            ),
          ],
          [
            'Waits',
            waits.length > 0 && (
              <ul class="plain">
                {waits.map(({ id, what, sentence, until }) => (
                  <li key={`${what} ${id}`}>
                    <Sentence of={sentence} />
                    {until && (
                      <span class="dim">
                        {' '}
                        until <When at={until} />
                      </span>
                    )}
                  </li>
                ))}
                {waitsLeftOut > 0 && <li class="dim">and {waitsLeftOut} more</li>}
              </ul>
            ),
          ],
          [
            'Frozen',
            freezes.length > 0 &&
              freezes.map(({ name, by, reason, until }) => (
                <div key={`${name} ${by} ${until}`}>
                  {name ?? `by ${by}`}: {reason}
                  {until && (
                    <span class="dim">
                      {' '}
                      until <When at={until} />
                    </span>
                  )}
                </div>
              )),
          ],
          [
            'Next by time',
            nextSchedule && (
              <>
                {nextSchedule.name}, <When at={nextSchedule.at} />
              </>
            ),
          ],
          [
            'Budget left',
            budget &&
              `${formatNumber(budget.leftHours)} of ${formatNumber(budget.limitHours)} hours in ${budget.window}`,
          ],
          [
            'More',
            <>
              <a href={addressOf.list('decisions', { model: of.model })}>decisions</a>,{' '}
              <a href={addressOf.list('runs', { model: of.model })}>runs</a>,{' '}
              <a href={addressOf.list('releases', { model: of.model })}>releases</a>
            </>,
          ],
        ]}
      />
    </Card>
  );
}
