import pc from 'picocolors';
import type { ReleaseRow } from '../shared/domain/release-state.ts';
import { type Command, readArgs, UsageError } from './command.ts';
import { describeRow } from './describe-release.ts';
import { listingPath, pageOptions, pageUsage, printPage } from './listing.ts';
import { printableTexts } from './printable-texts.ts';
import { askService, printJson, serviceOptions, serviceUsage } from './service.ts';

export const releases: Command = {
  summary: 'Show the releases, newest first: state, stage, and what each waits for.',
  usage: [
    `ratchet releases [--model MODEL] ${pageUsage} ${serviceUsage}`,
    'ratchet release RELEASE shows one of them.',
  ].join('\n'),
  async run(args) {
    const { values, positionals } = readArgs(args, {
      ...serviceOptions,
      model: { type: 'string' },
      ...pageOptions,
    });
    if (positionals.length > 0)
      throw new UsageError(
        `expected no ${JSON.stringify(positionals.join(' '))}; see ratchet release RELEASE`,
      );
    const { model, limit, continuation } = values;
    const answer = (await askService(values, listingPath('releases', { model, limit, continuation }))) as {
      releases: ReleaseRow[];
      continuation?: string;
    };
    if (values.json) printJson(answer);
    else {
      printPage(printableTexts(answer.releases), describe, {
        continuation: answer.continuation,
        none: 'No releases: a model file with release.target makes them (docs/releases.md).',
      });
    }
    return 0;
  },
};

function describe(row: ReleaseRow): string {
  const asks = row.asks === null ? '' : `  ${pc.red(`needs a person: ratchet release ${row.releaseId}`)}`;
  return `${describeRow(row)}${asks}`;
}
