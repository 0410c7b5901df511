/** The policy of a model in words, made from its file, and what it would answer now. */
import type { Advice } from '../../../shared/domain/advice.ts';
import type {
  PolicyOutlook,
  PolicySentence,
  PolicyTopic,
  PolicyWords,
} from '../../../shared/domain/policy-words.ts';
import { search } from '../../address/address.ts';
import { addressOf } from '../../address/route.ts';
import { sayAdmission, sayReason } from '../../format/words.ts';
import { Badge } from '../../parts/badge.tsx';
import { Card } from '../../parts/facts.tsx';
import { Part } from '../../parts/part.tsx';
import { Sentence } from '../../parts/sentence.tsx';
import { When } from '../../parts/when.tsx';
import { useResource } from '../../service/resource.ts';

const topics: Readonly<Record<PolicyTopic, string>> = {
  triggers: 'What requests a run',
  data: 'Data',
  policy: 'What blocks a run',
  jobs: 'Jobs',
  gates: 'What a challenger must pass',
  release: 'How it is released',
  notices: 'Who is notified',
};

export function PolicyCard({ model }: { readonly model: string }) {
  const told = useResource<PolicyWords>(`models/${encodeURIComponent(model)}/policy`);
  return (
    <Card
      title="Policy"
      acts={
        <a class="button" href={addressOf.trial(model, search.value)}>
          Try a policy
        </a>
      }
    >
      <Part of={told} what="the policy">
        {({ sentences, outlook, advice }) => (
          <>
            <div class="outlooks">
              {outlook.map((each) => (
                <Outlook key={each.asker} of={each} />
              ))}
            </div>
            {advice && <AdviceOf of={advice} />}
            <Sentences of={sentences} />
          </>
        )}
      </Part>
    </Card>
  );
}

const answers = {
  retrain: { tone: 'warn', text: 'retrain' },
  wait: { tone: 'good', text: 'wait' },
  'cannot-say': { tone: 'quiet', text: 'inconclusive' },
} as const;

function AdviceOf({ of: { answer, sentence, terms } }: { readonly of: Advice }) {
  return (
    <section class="outlook">
      <h3>Would retraining pay now</h3>
      <p>
        <Badge of={answers[answer]} />
      </p>
      <p>
        <Sentence of={sentence} />
      </p>
      <details>
        <summary>What that is made of</summary>
        <ul class="sentences">
          {terms.map((each) => (
            <li key={each.term}>{each.sentence}</li>
          ))}
        </ul>
      </details>
    </section>
  );
}

function Outlook({
  of: { asker, outcome, reason, sentence, changedBy, changesAt },
}: {
  readonly of: PolicyOutlook;
}) {
  return (
    <section class="outlook">
      <h3>{asker === 'event' ? 'If an event came now' : 'If a person requested a run now'}</h3>
      <p>
        <Badge of={sayAdmission(outcome)} /> <span class="dim">{sayReason(reason)}</span>
      </p>
      <p>
        <Sentence of={sentence} />
      </p>
      {changedBy !== '' && (
        <p class="dim">
          <Sentence of={changedBy} />
        </p>
      )}
      {changesAt && (
        <p class="dim">
          It changes by itself <When at={changesAt} as="age" />.
        </p>
      )}
    </section>
  );
}

function Sentences({ of }: { readonly of: readonly PolicySentence[] }) {
  const present = [...new Set(of.map(({ topic }) => topic))];
  return (
    <div class="topics">
      {present.map((topic) => (
        <details key={topic} open={topic === 'triggers' || topic === 'policy'}>
          <summary>{topics[topic] ?? topic}</summary>
          <ul class="sentences">
            {of
              .filter((each) => each.topic === topic)
              .map(({ path, sentence, isDefault }) => (
                <li key={`${path} ${sentence}`}>
                  {sentence}{' '}
                  <span class="dim small-text">
                    <code>{path}</code>
                    {isDefault && ' (default)'}
                  </span>
                </li>
              ))}
          </ul>
        </details>
      ))}
    </div>
  );
}
