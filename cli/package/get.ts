import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { printable } from '../../shared/gates/report/printable.ts';
import { UsageError } from '../command.ts';
import { askService, printJson } from '../service.ts';

interface Answer {
  readonly digest: string;
  readonly releaseId: string;
  readonly modelUri: string;
  readonly files: Readonly<Record<string, string>>;
}

type Values = Parameters<typeof askService>[0] & { readonly out?: string | undefined };

export async function getPackage(name: string, values: Values): Promise<number> {
  const [, model, version] = /^(?:azureml:)?([^:]+):([^:]+)$/.exec(name) ?? [];
  if (model === undefined || version === undefined)
    throw new UsageError(`expected MODEL:VERSION, got ${JSON.stringify(name)}`);
  if (!values.out) throw new UsageError('--out is missing: the folder to write to');
  const path = `models/${encodeURIComponent(model)}/versions/${encodeURIComponent(version)}/package`;
  const answer = (await askService(values, path)) as Answer;
  mkdirSync(values.out, { recursive: true });
  for (const [file, text] of Object.entries(answer.files)) {
    // A service that is none of ours must not choose where to write.
    if (!/^[a-z-]+\.(?:json|sig)$/.test(file))
      throw new Error(
        `package ${name}: the service sent a file named ${JSON.stringify(file)}, which no package has; check that --url is the address of Ratchet`,
      );
    writeFileSync(join(values.out, file), text);
  }
  if (values.json) printJson({ ...answer, files: Object.keys(answer.files), out: values.out });
  else
    console.log(
      printable(
        `package ${answer.digest} of release ${answer.releaseId} is in ${values.out}; download the files of the model to ${join(values.out, 'model')} from ${answer.modelUri}`,
      ),
    );
  return 0;
}
