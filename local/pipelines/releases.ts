/**
 * Classic releases, in SQLite: what each was given, what was decided of it, and how it stands by the clock.
 *
 * Invariant: a release is on disk before its number is answered, and numbers are given once.
 */
import { openDatabase } from '../process/open-database.ts';
import type { ReleaseDefinition } from './release-definitions.ts';
import type { Plan } from './runs.ts';

interface Decision {
  readonly status: 'approved' | 'rejected';
  readonly by: string;
  readonly comments: string;
}

/** As kept: what was asked and decided. */
interface Kept {
  readonly definition: string;
  readonly description: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly createdMs: number;
  readonly abandonedMs: number | null;
  readonly plan: Plan;
  readonly stages: readonly {
    readonly name: string;
    readonly approver: string | null;
    readonly decided: (Decision & { readonly atMs: number }) | null;
    readonly cancelledMs: number | null;
  }[];
}

export interface ClassicStage {
  readonly id: number;
  readonly name: string;
  readonly status: 'notStarted' | 'inProgress' | 'succeeded' | 'rejected' | 'canceled';
  /** Null: it asks nobody. */
  readonly approval: {
    readonly id: number;
    readonly approver: string;
    readonly status: 'pending' | 'approved' | 'rejected';
    readonly by: string | null;
    readonly comments: string;
  } | null;
}

export interface ClassicRelease extends Pick<Kept, 'definition' | 'description' | 'variables' | 'createdMs'> {
  readonly id: number;
  readonly isAbandoned: boolean;
  readonly stages: readonly ClassicStage[];
}

const schema =
  'CREATE TABLE IF NOT EXISTS releases (id INTEGER PRIMARY KEY AUTOINCREMENT, definition TEXT NOT NULL, kept TEXT NOT NULL);';
/** How long a stage takes to end once it was told to. */
const cancelMs = 2_000;
/** Of a release's stages and their approvals: more than any definition has. */
const stagesAtMost = 100;

export type Releases = ReturnType<typeof openReleases>;

export function openReleases(file: string, now: () => number, planOf: (definition: string) => Plan) {
  const database = openDatabase(file, schema);
  const add = database.prepare('INSERT INTO releases (definition, kept) VALUES (?, ?)');
  const get = database.prepare('SELECT kept FROM releases WHERE id = ?');
  const set = database.prepare('UPDATE releases SET kept = ? WHERE id = ?');
  const all = database.prepare('SELECT id, kept FROM releases WHERE definition = ? ORDER BY id');

  const read = (id: number): Kept | null => {
    const row = Number.isSafeInteger(id) ? get.get(id) : undefined;
    return row ? (JSON.parse(String(row['kept'])) as Kept) : null;
  };
  const change = (id: number, by: (kept: Kept) => Kept): void => {
    const kept = read(id);
    if (kept) set.run(JSON.stringify(by(kept)), id);
  };
  const changeStage = (id: number, at: number, more: Partial<Kept['stages'][number]>): void =>
    change(id, (kept) => ({
      ...kept,
      stages: kept.stages.map((stage, index) => (index === at ? { ...stage, ...more } : stage)),
    }));
  const find = (id: number): ClassicRelease | null => {
    const kept = read(id);
    return kept && describe(id, kept, now());
  };

  return {
    create(
      { name, stages }: ReleaseDefinition,
      description: string,
      variables: Kept['variables'],
    ): ClassicRelease {
      const kept: Kept = {
        ...{
          definition: name,
          description,
          variables,
          createdMs: now(),
          abandonedMs: null,
          plan: planOf(name),
        },
        stages: stages.map((stage) => ({ ...stage, decided: null, cancelledMs: null })),
      };
      const { lastInsertRowid } = add.run(name, JSON.stringify(kept));
      return find(Number(lastInsertRowid))!;
    },
    find,
    /** The first one first. */
    list: (definition: string): ClassicRelease[] =>
      all
        .all(definition)
        .map((row) => describe(Number(row['id']), JSON.parse(String(row['kept'])) as Kept, now())),
    findApproval(id: number): NonNullable<ClassicStage['approval']> | null {
      const release = find(Math.floor(id / stagesAtMost));
      return release?.stages.find(({ approval }) => approval?.id === id)?.approval ?? null;
    },
    decide(approval: number, decision: Decision): void {
      const at = approval % stagesAtMost;
      changeStage(Math.floor(approval / stagesAtMost), at - 1, { decided: { ...decision, atMs: now() } });
    },
    cancelStage: (id: number, stage: number): void => changeStage(id, stage - 1, { cancelledMs: now() }),
    abandon: (id: number): void => change(id, (kept) => ({ ...kept, abandonedMs: now() })),
    close: () => database.close(),
  };
}

function describe(id: number, kept: Kept, nowMs: number): ClassicRelease {
  const { definition, description, variables, createdMs, abandonedMs } = kept;
  /** When the next stage may begin; null: the one before has not succeeded. */
  let freeMs: number | null = createdMs;
  const stages = kept.stages.map((stage, index): ClassicStage => {
    const begins =
      freeMs !== null && freeMs <= nowMs && (abandonedMs === null || freeMs <= abandonedMs) ? freeMs : null;
    const { status, endsMs } = standing(kept, stage, begins, nowMs);
    freeMs = status === 'succeeded' ? endsMs : null;
    const { decided, approver } = stage;
    const approval =
      approver === null || begins === null
        ? null
        : {
            ...{
              id: id * stagesAtMost + index + 1,
              approver,
              status: decided?.status ?? ('pending' as const),
            },
            ...{ by: decided?.by ?? null, comments: decided?.comments ?? '' },
          };
    return { id: index + 1, name: stage.name, status, approval };
  });
  return { id, definition, description, variables, createdMs, isAbandoned: abandonedMs !== null, stages };
}

/** How a stage stands, and when what it does ends. */
function standing(
  { plan }: Kept,
  { approver, decided, cancelledMs }: Kept['stages'][number],
  beginsMs: number | null,
  nowMs: number,
): { readonly status: ClassicStage['status']; readonly endsMs: number } {
  if (beginsMs === null) return { status: 'notStarted', endsMs: 0 };
  const isCut = cancelledMs !== null && plan.heedsCancel;
  if (approver !== null && decided?.status === 'rejected')
    return { status: 'rejected', endsMs: decided.atMs };
  const deploysMs = approver === null ? beginsMs : (decided?.atMs ?? Number.POSITIVE_INFINITY);
  const plannedMs = deploysMs + plan.takesMs;
  const endsMs = isCut ? Math.min(plannedMs, cancelledMs + cancelMs) : plannedMs;
  if (nowMs < endsMs) return { status: 'inProgress', endsMs };
  if (isCut && endsMs < plannedMs) return { status: 'canceled', endsMs };
  const ends = { succeeded: 'succeeded', failed: 'rejected', canceled: 'canceled' } as const;
  return { status: ends[plan.ends], endsMs };
}
