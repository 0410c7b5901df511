/** What is to serve a model against what was seen to, by deployment; which versions a rollback can go to. */
import type { Drift, Drilled, Observed, SettledVersion, Split } from '../../shared/domain/release-state.ts';
import { addressOf } from '../address/route.ts';
import { drill, rollBack } from '../deeds/of-release.tsx';
import { sayRelease } from '../format/words.ts';
import { Act } from '../parts/act.tsx';
import { Badge } from '../parts/badge.tsx';
import { Card, Facts } from '../parts/facts.tsx';
import { Part } from '../parts/part.tsx';
import { When } from '../parts/when.tsx';
import { useResource } from '../service/resource.ts';

interface Serving {
  readonly target: { readonly kind: string; readonly endpoint: string };
  readonly desired: Split | null;
  readonly observed: Observed | null;
  readonly drift?: Drift | null;
  readonly settled: readonly SettledVersion[];
  readonly quarantined: readonly { readonly version: string; readonly reason: string }[];
  readonly embargoed: readonly { readonly version: string; readonly sentence: string }[];
  readonly lastDrill: Drilled | null;
  readonly release: { readonly releaseId: string; readonly state: string; readonly sentence: string } | null;
  readonly waiting: readonly string[];
}

export function ServingCard({ model }: { readonly model: string }) {
  const told = useResource<Serving>(`models/${encodeURIComponent(model)}/serving`);
  // A model that is released over channels alone has no target to look at.
  if (told.error?.status === 404 && !told.data) return null;
  return (
    <Card title="What serves now" acts={told.data && <Acts model={model} serving={told.data} />}>
      <Part of={told} what="what serves">
        {(serving) => <Whole of={serving} model={model} />}
      </Part>
    </Card>
  );
}

function Acts({ model, serving: { settled } }: { readonly model: string; readonly serving: Serving }) {
  if (settled.length === 0) return null;
  const versions = [...new Set(settled.toReversed().map((each) => each.model.version))];
  return (
    <span class="acts">
      <Act deed={rollBack(model, versions)} />
      <Act deed={drill(model)} />
    </span>
  );
}

function Whole({ of, model }: { readonly of: Serving; readonly model: string }) {
  const { target, desired, observed, settled, release, waiting, lastDrill, embargoed } = of;
  return (
    <>
      {observed ? (
        <Weights desired={desired} observed={observed} />
      ) : (
        <p>Nobody has looked at the endpoint yet: the first release does.</p>
      )}
      <Facts
        of={[
          ['Endpoint', target.endpoint],
          [
            'Changed by others',
            of.drift && (
              <>
                {of.drift.sentence} Since <When at={of.drift.since} />
              </>
            ),
          ],
          [
            'In use by',
            release && (
              <>
                <a href={addressOf.release(release.releaseId)}>{release.releaseId}</a>{' '}
                <Badge of={sayRelease(release.state)} />
              </>
            ),
          ],
          ['Waiting for it', waiting.length > 0 && waiting.join(', ')],
          [
            'Rollbacks go to',
            settled.length > 0 &&
              settled.toReversed().map(({ model: { version }, at }) => (
                <div key={`${version} ${at}`}>
                  <a href={addressOf.version(model, version)}>version {version}</a>, settled <When at={at} />
                </div>
              )),
          ],
          [
            'Under embargo',
            embargoed.length > 0 &&
              embargoed.map(({ version, sentence }) => (
                <div key={version}>
                  version {version}: {sentence}
                </div>
              )),
          ],
          [
            'Last drill',
            lastDrill && (
              <>
                <Badge
                  of={
                    lastDrill.hasPassed ? { text: 'passed', tone: 'good' } : { text: 'failed', tone: 'bad' }
                  }
                />{' '}
                <When at={lastDrill.at} />: {lastDrill.sentence}
              </>
            ),
          ],
        ]}
      />
    </>
  );
}

function Weights({ desired, observed }: { readonly desired: Split | null; readonly observed: Observed }) {
  const names = [
    ...new Set([
      ...[desired?.traffic, desired?.mirror, observed.traffic, observed.mirror].flatMap((each) =>
        Object.keys(each ?? {}),
      ),
      ...observed.deployments.map(({ deployment }) => deployment),
    ]),
  ].sort();
  return (
    <>
      <div class="scroll">
        <table class="weights">
          <caption class="dim">
            Percent of the requests, seen <When at={observed.at} />
            {observed.isUpdating && ', while a change is under way'}
          </caption>
          <thead>
            <tr>
              <th scope="col">Deployment</th>
              <th scope="col" class="num">
                To serve
              </th>
              <th scope="col" class="num">
                Seen
              </th>
              <th scope="col">
                <span class="hidden">Drawn</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {names.map((name) => (
              <Weight key={name} name={name} desired={desired} observed={observed} />
            ))}
          </tbody>
        </table>
      </div>
      {observed.doubt && <p class="note warn">{observed.doubt}</p>}
    </>
  );
}

interface WeightProps {
  readonly name: string;
  readonly desired: Split | null;
  readonly observed: Observed;
}

function Weight({ name, desired, observed }: WeightProps) {
  const wanted = desired?.traffic[name] ?? 0;
  const seen = observed.traffic[name] ?? 0;
  const copies = observed.mirror[name] ?? 0;
  const deployment = observed.deployments.find((each) => each.deployment === name);
  const isOff = desired !== null && wanted !== seen;
  return (
    <tr>
      <th scope="row">
        {name}
        <div class="dim">
          {deployment?.model && `version ${deployment.model.version}`}
          {deployment && deployment.state !== 'ready' && `, ${deployment.state}`}
          {!deployment && 'is not there'}
        </div>
      </th>
      <td class="num">{desired ? `${wanted} %` : ''}</td>
      <td class="num">
        {seen} %{copies > 0 && <div class="dim">copies of {copies} %</div>}
      </td>
      <td>
        <svg width={104} height={22} aria-hidden="true" class={isOff ? 'warn' : 'good'}>
          <rect class="weight-ground" x={2} y={3} width={100} height={16} />
          <rect class="weight" x={2} y={3} width={seen} height={16} />
          {desired && <path class="weight-wanted" d={`M${2 + wanted} 0V22`} />}
        </svg>
        {isOff && <span class="badge warn">differs</span>}
      </td>
    </tr>
  );
}
