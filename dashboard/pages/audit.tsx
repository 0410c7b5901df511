import type { Operation } from '../../shared/domain/operation.ts';
import { search } from '../address/address.ts';
import { readQuery, withQuery } from '../address/query.ts';
import { addressOf } from '../address/route.ts';
import { command } from '../format/command.ts';
import { Badge } from '../parts/badge.tsx';
import { Command, Sources } from '../parts/command.tsx';
import { Card } from '../parts/facts.tsx';
import { holds, ModelChoice, Search } from '../parts/filters.tsx';
import { Heading } from '../parts/heading.tsx';
import { Listing } from '../parts/listing.tsx';
import { Empty, Part } from '../parts/part.tsx';
import { Sentence } from '../parts/sentence.tsx';
import { When } from '../parts/when.tsx';
import { useResource } from '../service/resource.ts';

/** What operators did or tried to, and where the chains of the decision log end. */
export function AuditPage() {
  const model = readQuery(search.value, 'model');
  const wanted = readQuery(search.value, 'q');
  const path = `operations${withQuery('', { model })}`;
  return (
    <>
      <Heading title="Audit">
        <p class="dim">Who did what and why, what came of it, and whether the log is whole.</p>
      </Heading>
      <div class="filters">
        <Search label="Search what is loaded" />
        <ModelChoice extra={['(fleet)']} />
      </div>
      <Listing<Operation>
        key={path}
        path={path}
        name="operations"
        columns={['When', 'Who', 'What', 'On', 'Reason', 'What came of it']}
        keyOf={({ id }) => id}
        isShown={({ by, actor, action, model, reason, sentence, id }) =>
          holds(wanted, [by, actor?.name, action.action, model ?? 'fleet', reason, sentence, id])
        }
        empty={
          <Empty title={model + wanted === '' ? 'Nobody has operated anything yet.' : 'No operation is so.'}>
            <p>
              Freezes, approvals, cancellations, rollbacks and the like stand here for ever, with who did them
              and why.
            </p>
          </Empty>
        }
      >
        {(operation) => <Row of={operation} />}
      </Listing>
      <Chains />
      <Sources json={path} command={command('operations', ...(model === '' ? [] : ['--model', model]))} />
    </>
  );
}

function Row({ of: { at, by, actor, action, model, reason, done, sentence } }: { readonly of: Operation }) {
  const { action: name, ...fields } = action;
  const about = Object.entries(fields)
    .filter(([field, value]) => typeof value === 'string' && field !== 'binding')
    .map(([, value]) => String(value));
  return (
    <>
      <td data-label="When">
        <When at={at} />
      </td>
      <td data-label="Who">
        {by}
        {!actor && <div class="dim">not proven</div>}
      </td>
      <td data-label="What">
        <Badge of={done ? { text: name, tone: 'live' } : { text: `${name}: nothing done`, tone: 'quiet' }} />
        {about.map((each) => (
          <div key={each} class="dim">
            <Sentence of={each} />
          </div>
        ))}
      </td>
      <td data-label="On">{model === null ? 'the fleet' : <a href={addressOf.model(model)}>{model}</a>}</td>
      <td data-label="Reason">{reason}</td>
      <td data-label="What came of it">
        <Sentence of={sentence} />
      </td>
    </>
  );
}

interface Checkpoint {
  readonly at: string;
  readonly chains: readonly { readonly chain: string; readonly count: number; readonly hash: string }[];
  /** Over all the rest: what may be noted down where there is room for little. */
  readonly hash: string;
}

function Chains() {
  const told = useResource<Checkpoint>('audit/checkpoint');
  const wanted = readQuery(search.value, 'q');
  return (
    <Card title="The decision log" class="chains">
      <p>
        Decisions, runs, operations and releases are entries of chains: each entry holds the hash of the one
        before. Keep a checkpoint where those who can write to the ledger cannot, and anything that is
        changed, dropped or put in afterwards is found out.
      </p>
      <p>
        <Command line={command('audit', 'verify', '--ledger')} />
      </p>
      <details>
        <summary>Where each chain ends</summary>
        {told.data && (
          <p>
            All of it as one hash, now: <code>{told.data.hash}</code>
          </p>
        )}
        <Part of={told} what="the checkpoint">
          {(checkpoint) => <ChainTable of={checkpoint} wanted={wanted} />}
        </Part>
      </details>
    </Card>
  );
}

const chainsShown = 100;

function ChainTable({ of: { chains }, wanted }: { readonly of: Checkpoint; readonly wanted: string }) {
  const all = chains.filter(({ chain }) => holds(wanted, [chain]));
  return (
    <div class="scroll">
      <table>
        <thead>
          <tr>
            {['Chain', 'Entries', 'Hash of the last'].map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {all.slice(0, chainsShown).map(({ chain, count, hash }) => (
            <tr key={chain}>
              <td>{chain}</td>
              <td class="num">{count}</td>
              <td>
                <code>{hash}</code>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {all.length > chainsShown && (
        <p class="dim">
          {chainsShown} of {all.length}; search for one, or take the checkpoint as JSON.
        </p>
      )}
    </div>
  );
}
