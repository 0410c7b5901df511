/** What the operators' commands have in common: who, why, the request, and what is printed of the answer. */
import { userInfo } from 'node:os';
import pc from 'picocolors';
import type { Operation } from '../shared/domain/operation.ts';
import { modelOfRun } from '../shared/domain/run.ts';
import { type Command, readArgs, UsageError } from './command.ts';
import { printableTexts } from './printable-texts.ts';
import { askService, printJson, serviceOptions } from './service.ts';

export const operationOptions = {
  ...serviceOptions,
  reason: { type: 'string' },
  by: { type: 'string' },
} as const;

export const operationUsage = '--reason TEXT [--by NAME] [--url URL] [--key KEY] [--json]';

interface OperationValues {
  readonly reason?: string | undefined;
  readonly by?: string | undefined;
  readonly url?: string | undefined;
  readonly key?: string | undefined;
  readonly json?: boolean | undefined;
}

/** Posts an operation to `path` and answers the exit code: 0 done, 1 there was nothing to do. */
export async function operate(
  values: OperationValues,
  path: string,
  action: Readonly<Record<string, string>>,
): Promise<number> {
  if (!values.reason) throw new UsageError('--reason is missing: it is recorded in the ledger');
  const answer = (await askService(
    values,
    path,
    {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...action, reason: values.reason, by: values.by ?? userInfo().username }),
    },
    [409],
  )) as { operation: Operation };
  if (values.json) printJson(answer);
  else console.log(describeOutcome(printableTexts(answer.operation)));
  return answer.operation.done === false ? 1 : 0;
}

function describeOutcome({ done, sentence, id }: Operation): string {
  if (sentence === undefined) return `Under way: ${id}. ratchet operations shows the result.`;
  return done ? sentence : pc.yellow(sentence);
}

/** The one model a command is about. */
export function theOneModel(positionals: readonly string[]): string {
  const [model, ...more] = positionals;
  if (model === undefined || more.length > 0) throw new UsageError('name exactly one model');
  return model;
}

/** A command whose operation is about one run. */
export function runCommand(name: string, action: string, summary: string): Command {
  return {
    summary,
    usage: `ratchet ${name} RUN ${operationUsage}`,
    async run(args) {
      const { values, positionals } = readArgs(args, operationOptions);
      const [runId, ...more] = positionals;
      if (runId === undefined || more.length > 0) throw new UsageError('name exactly one run');
      const model = modelOfRun(runId);
      if (model === null) {
        throw new UsageError(
          `${runId} is not a run id, such as spam-filter-20020902-1f2e3d4c; ratchet runs lists them`,
        );
      }
      return operate(values, operationsPath(model), { action, runId });
    },
  };
}

export function operationsPath(model: string): string {
  return `models/${encodeURIComponent(model)}/operations`;
}
