/** What a model would decide now, and by which rules of its file: the service's own plain words. */
import pc from 'picocolors';
import type { Advice } from '../shared/domain/advice.ts';
import type {
  PolicyOutlook,
  PolicySentence,
  PolicyTopic,
  PolicyWords,
} from '../shared/domain/policy-words.ts';

const topics: Readonly<Record<PolicyTopic, string>> = {
  triggers: 'What requests a run',
  data: 'Data',
  policy: 'What blocks a run',
  jobs: 'Jobs',
  gates: 'What a challenger must pass',
  release: 'How it is released',
  notices: 'Who is notified',
};

export function describePolicy({ model, configHash, outlook, advice, sentences }: PolicyWords): string {
  const present = [...new Set(sentences.map(({ topic }) => topic))];
  return [
    `${pc.bold(model)}  model file ${configHash.slice(0, 12)}`,
    ...outlook.flatMap(describeOutlook),
    ...(advice ? describeAdvice(advice) : []),
    ...present.flatMap((topic) => [
      pc.bold(topics[topic] ?? topic),
      ...sentences.filter((each) => each.topic === topic).map(describeSentence),
    ]),
  ].join('\n');
}

function describeOutlook({
  asker,
  outcome,
  reason,
  sentence,
  changedBy,
  changesAt,
}: PolicyOutlook): string[] {
  return [
    `${pc.bold(asker === 'event' ? 'an event now would be' : 'a request of a person now would be')} ${outcome} (${reason})`,
    `  ${sentence}`,
    ...(changedBy === '' ? [] : [`  to change this: ${changedBy}`]),
    ...(changesAt === null ? [] : [`  changes by itself at ${changesAt}`]),
  ];
}

function describeAdvice({ answer, sentence, terms }: Advice): string[] {
  return [
    `${pc.bold('advice')} ${answer === 'cannot-say' ? 'inconclusive' : answer}`,
    `  ${sentence}`,
    ...terms.map((each) => pc.dim(`  ${each.term.padEnd(10)} ${each.sentence}`)),
  ];
}

const describeSentence = ({ sentence, path, isDefault }: PolicySentence): string =>
  `  ${sentence} ${pc.dim(`${path}${isDefault ? ', default' : ''}`)}`;
