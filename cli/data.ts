import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import pc from 'picocolors';
import type { DataCheck } from '../shared/data/check-data.ts';
import type { DataVerdict } from '../shared/domain/data-verdict.ts';
import { counted } from '../shared/domain/plural.ts';
import { printable } from '../shared/gates/report/printable.ts';
import { type Command, readArgs, UsageError } from './command.ts';
import { listingPath, pageOptions, pageUsage, printPage } from './listing.ts';
import { printableTexts } from './printable-texts.ts';
import { askService, printJson, serviceOptions } from './service.ts';

const options = { ...serviceOptions, model: { type: 'string' }, ...pageOptions } as const;

export const data: Command = {
  summary: "Show the verdicts on a model's uploaded files, or check a file before it is uploaded.",
  usage: [
    `ratchet data MODEL ${pageUsage} [--url URL] [--key KEY] [--json]`,
    'ratchet data check FILE --model models/NAME.yaml [--json]    needs no service, which checks with the same code',
    'Exit code of a check: 0 accepted, 1 refused, 2 wrong usage, 3 any other error.',
  ].join('\n'),
  async run(args) {
    const { values, positionals } = readArgs(args, options);
    const [first, file, ...more] = positionals;
    if (first === undefined || more.length > 0) throw new UsageError('name a model, or use data check FILE');
    if (file === undefined) return list(first, values);
    if (first !== 'check')
      throw new UsageError(`${JSON.stringify(first)} is not an action on a file; use data check FILE`);
    if (values.model === undefined)
      throw new UsageError('--model is missing: the model file with data.expect');
    return check(file, values.model, values.json);
  },
};

async function list(
  model: string,
  values: { url?: string; key?: string; json: boolean; limit?: string; continuation?: string },
): Promise<number> {
  const { limit, continuation } = values;
  const path = listingPath(`models/${encodeURIComponent(model)}/data`, { limit, continuation });
  const answer = (await askService(values, path)) as { files: DataVerdict[]; continuation?: string };
  if (values.json) printJson(answer);
  else {
    printPage(
      printableTexts(answer.files),
      (verdict) => describe(verdict.file, verdict, verdict.uploadedAt),
      { continuation: answer.continuation, none: 'No file has been checked.' },
    );
  }
  return 0;
}

async function check(path: string, modelFile: string, asJson: boolean): Promise<number> {
  const { readModel } = await import('./read-model.ts');
  const { checkData } = await import('../shared/data/check-data.ts');
  const config = readModel(modelFile);
  if (!config) return 3;
  if (!config.data.expect)
    throw new UsageError(`${modelFile} has no data.expect, so there is nothing to check; add it`);
  const handle = await open(path);
  try {
    const { size: bytes } = await handle.stat();
    const read = async (start: number, end: number): Promise<Uint8Array> => {
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(end - start), 0, end - start, start);
      return buffer.subarray(0, bytesRead);
    };
    const found = await checkData({ name: basename(path), bytes, read }, config.data.expect);
    const accepted = found.problemCount === 0;
    if (asJson) printJson({ file: path, model: config.model, accepted, ...found });
    else console.log(describe(printable(path), printableTexts({ accepted, ...found })));
    return accepted ? 0 : 1;
  } finally {
    await handle.close();
  }
}

function describe(name: string, found: DataCheck & { readonly accepted: boolean }, at?: string): string {
  const { accepted, rows, bytes, problems, problemCount } = found;
  const verdict = accepted ? pc.green('accepted') : pc.red('refused');
  const size = `${rows === null ? 'no rows read' : counted(rows, 'row')}, ${counted(bytes, 'byte')}`;
  const more = problemCount - problems.length;
  return [
    `${at === undefined ? '' : `${at}  `}${verdict}  ${pc.bold(name)}  ${size}`,
    ...problems.map((problem) => `  ${problem}`),
    ...(more > 0 ? [`  and ${more} more`] : []),
  ].join('\n');
}
