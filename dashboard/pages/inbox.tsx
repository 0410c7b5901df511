import type { Inbox, InboxItem } from '../../shared/domain/inbox.ts';
import { addressOf } from '../address/route.ts';
import { deedOfInbox } from '../deeds/of-inbox.ts';
import { command } from '../format/command.ts';
import { counted } from '../format/number.ts';
import type { Tone } from '../format/words.ts';
import { Act } from '../parts/act.tsx';
import { Asked, Subject } from '../parts/approval-subject.tsx';
import { Badge } from '../parts/badge.tsx';
import { Sources } from '../parts/command.tsx';
import { Heading } from '../parts/heading.tsx';
import { Empty, Part } from '../parts/part.tsx';
import { Sentence } from '../parts/sentence.tsx';
import { When } from '../parts/when.tsx';
import { useResource } from '../service/resource.ts';

/** What waits for a person: what exactly is asked, until when, what happens otherwise, and what answers it. */
export function InboxPage() {
  const told = useResource<Inbox>('inbox');
  return (
    <>
      <Heading title="Inbox">
        <p class="dim">What waits for a person, the most pressing first.</p>
      </Heading>
      <Part of={told} what="what waits">
        {({ items, unread }) => (
          <>
            {unread.length > 0 && (
              <p class="note warn">
                <strong>Not everything could be read.</strong> What waits of {listSome(unread)} is not here.
              </p>
            )}
            {items.length === 0 ? <NothingWaits /> : <Items of={items} />}
          </>
        )}
      </Part>
      <Sources json="inbox" command={command('inbox')} />
    </>
  );
}

const namesShown = 5;

function listSome(names: readonly string[]): string {
  const rest = names.length - namesShown;
  return names.slice(0, namesShown).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}

function NothingWaits() {
  return (
    <Empty title="Nothing waits for a person.">
      <p>
        Here come releases to approve, releases and runs that ask a person, runs that mode suggest suggests,
        gates that somebody wants to override, and model files that are broken.
      </p>
    </Empty>
  );
}

function Items({ of }: { readonly of: readonly InboxItem[] }) {
  return (
    <div class="stack">
      {of.map((item) => (
        <Item key={item.id} of={item} />
      ))}
    </div>
  );
}

const kinds: Readonly<Record<InboxItem['what'], { readonly text: string; readonly tone: Tone }>> = {
  approval: { text: 'approval', tone: 'wait' },
  question: { text: 'a release asks', tone: 'warn' },
  run: { text: 'inconclusive run', tone: 'warn' },
  suggestion: { text: 'suggested run', tone: 'wait' },
  'break-glass': { text: 'gates to be overridden', tone: 'bad' },
  'broken-file': { text: 'broken file', tone: 'bad' },
};

function Item({ of: item }: { readonly of: InboxItem }) {
  const { model, what, sentence, since, until, otherwise, acts } = item;
  return (
    <article class="card item" aria-label={sentence}>
      <div class="card-head">
        <p class="item-head">
          <Badge of={kinds[what] ?? { text: what, tone: 'quiet' }} />{' '}
          <a href={addressOf.model(model)}>{model}</a>
          {since && (
            <span class="dim">
              since <When at={since} />
            </span>
          )}
        </p>
        {until && (
          <p class="dim">
            until <When at={until} /> (<When at={until} as="age" />){otherwise && `, then: ${otherwise}`}
          </p>
        )}
      </div>
      <p class="said">
        <Sentence of={sentence} />
      </p>
      <About of={item} />
      {acts.length > 0 && (
        <div class="acts">
          {acts.map((act) => (
            <Act
              key={`${act.action} ${Object.values(act.fields).join(' ')}`}
              deed={deedOfInbox(model, act)}
            />
          ))}
        </div>
      )}
      <WhyNot of={item} />
    </article>
  );
}

/** Where nobody may do anything, the reason is said once, aloud. */
function WhyNot({ of: { acts } }: { readonly of: InboxItem }) {
  const reasons = new Set(acts.map(({ whyNot }) => whyNot));
  if (acts.length === 0 || reasons.has(null)) return null;
  return (
    <>
      {[...reasons].map((reason) => (
        <p key={reason} class="dim">
          You cannot answer: {reason}
        </p>
      ))}
    </>
  );
}

function About({ of: item }: { readonly of: InboxItem }) {
  switch (item.what) {
    case 'approval':
      return (
        <div class="columns">
          <div>
            <p>
              <a href={addressOf.release(item.releaseId)}>{item.releaseId}</a>
            </p>
            <Asked asked={item.asked} binding={item.binding} given={item.given} />
          </div>
          <details open={item.acts.some(({ whyNot }) => whyNot === null)}>
            <summary>What is signed</summary>
            <Subject of={item.asked.subject} binding={item.binding} runId={item.runId} />
          </details>
        </div>
      );
    case 'question':
      return (
        <p>
          <a href={addressOf.release(item.releaseId)}>{item.releaseId}</a>, version {item.version}
        </p>
      );
    case 'run':
      return (
        <p>
          <a href={addressOf.run(item.runId)}>Its gate report</a>
        </p>
      );
    case 'suggestion':
      return (
        <p>
          {counted(item.signals.length, 'signal')}:{' '}
          {item.signals.map((id, at) => (
            <span key={id}>
              {at > 0 && ', '}
              <a href={addressOf.decision(id)}>{id}</a>
            </span>
          ))}
        </p>
      );
    case 'break-glass':
      return (
        <p>
          <a href={addressOf.run(item.runId)}>{item.runId}</a>. {item.first.by} has said so,{' '}
          <When at={item.first.at} />: {item.first.reason}
        </p>
      );
    case 'broken-file':
      return (
        <ul>
          {item.problems.map((problem) => (
            <li key={problem}>
              <code>{problem}</code>
            </li>
          ))}
        </ul>
      );
  }
}
