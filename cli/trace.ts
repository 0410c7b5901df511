import { modelOfRelease } from '../shared/domain/run.ts';
import type { Trace, TracedKind } from '../shared/domain/trace.ts';
import { type Command, readArgs, UsageError } from './command.ts';
import { describeTrace } from './describe-trace.ts';
import { printableTexts } from './printable-texts.ts';
import { askService, encodeId, printJson, serviceOptions, serviceUsage } from './service.ts';

export const trace: Command = {
  summary: 'Show the trace of a run, a release or a signal: what was done when, and how long it took.',
  usage: [
    `ratchet trace RUN|RELEASE|SIGNAL ${serviceUsage}`,
    'The id of a signal has colons, that of a release ends with -release. The local service keeps traces where it was started with',
    '--traces; elsewhere RATCHET_TRACES names who keeps them (docs/observability.md).',
    'Exit code: 0 shown, 1 nothing of the trace is kept, 2 wrong usage, 3 any other error.',
  ].join('\n'),
  async run(args) {
    const { values, positionals } = readArgs(args, serviceOptions);
    const [id, ...more] = positionals;
    if (id === undefined || more.length > 0) throw new UsageError('name exactly one run, release or signal');
    const answer = (await askService(values, `traces/${kindOf(id)}/${encodeId(id)}`)) as { trace: Trace };
    if (values.json) printJson(answer);
    else console.log(describeTrace(printableTexts(answer.trace)));
    return answer.trace.spans.length === 0 ? 1 : 0;
  },
};

function kindOf(id: string): TracedKind {
  if (id.includes(':')) return 'signal';
  return modelOfRelease(id) === null ? 'run' : 'release';
}
