import { hashJson } from '../shared/config/pin.ts';
import { suggest } from '../shared/config/suggest.ts';
import type { NoticeRow } from '../shared/domain/notice.ts';
import type { ReleaseRow } from '../shared/domain/release-state.ts';
import { type Command, readArgs, UsageError } from './command.ts';
import { describeNotices, describeRelease, describeSubject } from './describe-release.ts';
import { operate, operationOptions, operationsPath, operationUsage } from './operation.ts';
import { printableTexts } from './printable-texts.ts';
import { readReleaseId } from './release-id.ts';
import { askService, printJson, serviceUsage } from './service.ts';

const orders = ['approve', 'reject', 'abort', 'resume', 'accept'] as const;
type Order = (typeof orders)[number];
const names = [...orders, 'drill'];

type Values = Parameters<typeof operate>[0] & { readonly binding?: string | undefined };

export const release: Command = {
  summary:
    'Show a release; approve it, reject it, abort it (it goes back), or resume or accept it where it needs a person.',
  usage: [
    `ratchet release RELEASE ${serviceUsage}`,
    `ratchet release approve RELEASE [--binding HASH] ${operationUsage}`,
    `ratchet release reject|abort|resume|accept RELEASE ${operationUsage}`,
    `ratchet release drill MODEL ${operationUsage}`,
    'RELEASE is the id of a release, or of the run whose challenger it releases.',
    'approve prints what it approves: the version, its files, data, gate report, model file, endpoint and stage. With --binding',
    'it approves what was looked at before, and nothing else: HASH stands in what ratchet release RELEASE shows.',
    'accept settles a version whose probation could not say in time, without evidence.',
    'abort is taken in every state that is not final: every request goes back to the version that was settled before.',
    'drill deploys the version that a rollback would go to beside the one that serves, sends it a request, and deletes it again: nobody',
    'is given another answer. ratchet serving MODEL has what came of it.',
    'Exit code: 0 done, 1 there was nothing to do or it was refused, with the reason.',
  ].join('\n'),
  async run(args) {
    const { values, positionals } = readArgs(args, { ...operationOptions, binding: { type: 'string' } });
    const [first, second, ...more] = positionals;
    if (first === undefined || more.length > 0) throw new UsageError('name exactly one release');
    if (second === undefined) return show(first, values);
    if (first === 'drill') return drill(second, values);
    const order = orders.find((each) => each === first);
    if (!order)
      throw new UsageError(
        `expected ${names.join(', ')}, got ${JSON.stringify(first)}${suggest(first, names)}`,
      );
    return carryOut(order, second, values);
  },
};

/** Of a model: there is no release yet. */
function drill(model: string, values: Values): Promise<number> {
  if (values.binding !== undefined) throw new UsageError('--binding belongs to approve');
  return operate(values, operationsPath(model), { action: 'drill' });
}

async function show(given: string, values: Values): Promise<number> {
  if (given === 'drill' || orders.some((each) => each === given))
    throw new UsageError(`${given}: name the release`);
  for (const option of ['binding', 'reason'] as const) {
    if (values[option] !== undefined)
      throw new UsageError(`--${option} belongs to an order, such as ratchet release approve ${given}`);
  }
  const { releaseId } = readReleaseId(given);
  const answer = await readRelease(releaseId, values);
  const { release: row, notices } = printableTexts(answer);
  values.json
    ? printJson(answer)
    : console.log([describeRelease(row), ...describeNotices(notices)].join('\n'));
  return 0;
}

async function carryOut(order: Order, given: string, values: Values): Promise<number> {
  const { releaseId, model } = readReleaseId(given);
  if (!values.reason) throw new UsageError('--reason is missing: it is recorded in the ledger');
  if (order !== 'approve') {
    if (values.binding !== undefined) throw new UsageError('--binding belongs to approve');
    return operate(values, operationsPath(model), { action: `${order}-release`, releaseId });
  }
  const binding = await findBinding(releaseId, values);
  return operate(values, operationsPath(model), { action: 'approve-release', releaseId, binding });
}

/** What is approved: what was named, or what the release stands at now. It is printed first. */
async function findBinding(releaseId: string, values: Values): Promise<string> {
  const { release: row } = await readRelease(releaseId, values);
  const { binding, approval, state, sentence } = row;
  const asked = values.binding ?? binding;
  if (asked === null) throw new Error(`nothing to approve: release ${releaseId} is ${state}. ${sentence}`);
  if (!approval || asked !== binding) return asked;
  // What people are shown is what they approve, or nothing is approved.
  if (hashJson(approval.subject) !== binding)
    throw new Error(
      `the service says that release ${releaseId} stands at ${binding}, which is not the SHA-256 of what it shows: nothing was approved; are service and command line of one version?`,
    );
  if (!values.json) {
    const { subject } = printableTexts(approval);
    console.log(['Approving', ...describeSubject(subject), `    binding     ${binding}`].join('\n'));
  }
  return binding;
}

/** A service of before notices has none. */
interface Answer {
  readonly release: ReleaseRow;
  readonly notices?: readonly NoticeRow[];
}

async function readRelease(releaseId: string, values: Values): Promise<Answer> {
  const path = `releases/${encodeURIComponent(releaseId)}`;
  return (await askService(values, path)) as Answer;
}
