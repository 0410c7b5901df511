import type { ReleaseRow } from '../../shared/domain/release-state.ts';
import { search } from '../address/address.ts';
import { readQuery, withQuery } from '../address/query.ts';
import { addressOf } from '../address/route.ts';
import { command } from '../format/command.ts';
import { sayRelease } from '../format/words.ts';
import { Badge } from '../parts/badge.tsx';
import { Sources } from '../parts/command.tsx';
import { holds, ModelChoice, Search } from '../parts/filters.tsx';
import { Heading } from '../parts/heading.tsx';
import { Listing } from '../parts/listing.tsx';
import { Empty } from '../parts/part.tsx';
import { Sentence } from '../parts/sentence.tsx';
import { Took, When } from '../parts/when.tsx';

export function ReleasesPage() {
  const model = readQuery(search.value, 'model');
  const wanted = readQuery(search.value, 'q');
  const path = `releases${withQuery('', { model })}`;
  return (
    <>
      <Heading title="Releases">
        <p class="dim">From a challenger that has passed to the version that answers every request.</p>
      </Heading>
      <div class="filters">
        <Search label="Search what is loaded" />
        <ModelChoice />
      </div>
      <Listing<ReleaseRow>
        key={path}
        path={path}
        name="releases"
        columns={['Began', 'Release', 'State', 'Took', 'What it says']}
        keyOf={({ releaseId }) => releaseId}
        isShown={(row) =>
          holds(wanted, [
            row.releaseId,
            row.model.name,
            row.model.version,
            row.endpoint,
            row.state,
            row.stage,
            row.sentence,
          ])
        }
        empty={
          <Empty
            title={model + wanted === '' ? 'There has been no release over stages yet.' : 'No release is so.'}
          >
            <p>
              Where a model file has <code>release.target</code>, a challenger that has passed is brought to
              its endpoint stage by stage, and shown here. Without it a run tells its channels itself, as its
              phase release shows.
            </p>
          </Empty>
        }
      >
        {(row) => <Row of={row} />}
      </Listing>
      <Sources json={path} command={command('releases', ...(model === '' ? [] : ['--model', model]))} />
    </>
  );
}

function Row({ of: row }: { readonly of: ReleaseRow }) {
  return (
    <>
      <td data-label="Began">
        <When at={row.startedAt} />
      </td>
      <td data-label="Release">
        <a class="id" href={addressOf.release(row.releaseId)}>
          {row.releaseId}
        </a>
        <div class="dim">
          version {row.model.version} to {row.endpoint}
          {row.isDrill && ', a drill'}
        </div>
      </td>
      <td data-label="State">
        <Badge of={sayRelease(row.state)} />
        {row.endedAt === null && row.stage && (
          <div class="dim">
            {row.stage}
            {row.step !== null && `, ${row.step} %`}
          </div>
        )}
      </td>
      <td data-label="Took">
        <Took from={row.startedAt} until={row.endedAt} />
      </td>
      <td data-label="What it says">
        <div class="clamp">
          <Sentence of={row.sentence} />
        </div>
      </td>
    </>
  );
}
