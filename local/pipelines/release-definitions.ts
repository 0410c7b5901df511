/** Which classic release pipelines there are: the JSON files of a folder, by their names, read anew at each request. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

export interface ReleaseDefinition {
  /** Of the file, without its ending. */
  readonly name: string;
  readonly variables: Readonly<Record<string, { readonly value?: string; readonly allowOverride?: boolean }>>;
  readonly stages: readonly {
    readonly name: string;
    /** Who approves before it; null: nobody. */
    readonly approver: string | null;
  }[];
}

/** Of an export, as far as it is read. */
interface Exported {
  readonly variables?: ReleaseDefinition['variables'];
  readonly environments?: readonly {
    readonly name: string;
    readonly preDeployApprovals?: {
      readonly approvals?: readonly {
        readonly isAutomated?: boolean;
        readonly approver?: { readonly displayName?: string } | null;
      }[];
    };
  }[];
}

export function readReleaseDefinitions(folder: string): readonly ReleaseDefinition[] {
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
  return files.sort().map((file): ReleaseDefinition => {
    const { variables = {}, environments = [] } = JSON.parse(
      readFileSync(join(folder, file), 'utf8'),
    ) as Exported;
    const stages = environments.map(({ name, preDeployApprovals }) => {
      const asked = preDeployApprovals?.approvals?.find(({ isAutomated }) => isAutomated === false);
      return { name, approver: asked?.approver?.displayName ?? null };
    });
    return { name: basename(file, '.json'), variables, stages };
  });
}
