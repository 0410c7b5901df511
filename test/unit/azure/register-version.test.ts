import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type RegisteredVersion,
  type Registry,
  registerVersion,
} from '../../../shared/azure/register-version.ts';
import { runTag } from '../../../shared/domain/lineage.ts';

const name = 'spam-filter';
const byHand = { team: 'ml' };
const tagsOf = (runId: string) => ({ [runTag]: runId });
const uriOf = (runId: string) => `azureml://somewhere/runs/${runId}/model/`;

/** What an attempt ends with that is killed, or hears nothing: the step is repeated. */
class Lost extends Error {}

/** A registry as Azure ML has it: numbers, tags that can be asked for, versions of which only tags can be changed. */
class MemoryRegistry {
  readonly versions: RegisteredVersion[] = [];

  nextNumber(): number {
    return 1 + Math.max(0, ...this.versions.map(({ version }) => Number(version) || 0));
  }

  create(made: RegisteredVersion): void {
    const there = this.versions.find(({ version }) => version === made.version);
    if (there && there.modelUri !== made.modelUri) throw new Error(`${made.version} exists and is another`);
    if (!there) this.versions.push(made);
    else this.versions[this.versions.indexOf(there)] = { ...there, tags: { ...there.tags, ...made.tags } };
  }
}

/**
 * The registry as one attempt sees it: every call waits for its turn, may be lost before it arrives or after it has
 * done its work, and takes with it the attempt (a kill) or only its answer.
 */
function seenBy(
  registry: MemoryRegistry,
  turn: (what: string) => Promise<void>,
  fate: () => 'answered' | 'lost before' | 'lost after',
): Registry {
  const call = async <T>(what: string, work: () => T): Promise<T> => {
    const fateOfCall = fate();
    await turn(what);
    if (fateOfCall === 'lost before') throw new Lost(what);
    const result = work();
    if (fateOfCall === 'lost after') throw new Lost(what);
    return result;
  };
  return {
    nextNumber: () => call('next', () => registry.nextNumber()),
    versionsWith: (_name, tag, value) =>
      call('list', () => registry.versions.filter(({ tags }) => tags[tag] === value)),
    find: (_name, version) =>
      call('find', () => registry.versions.find((known) => known.version === version) ?? null),
    create: (version) => call('create', () => registry.create(version)),
  };
}

describe('registering a version', () => {
  it('gives each run one version, through kills, lost answers, attempts at once and versions made by hand', async () => {
    const fate = fc.constantFrom('answered', 'answered', 'answered', 'lost before', 'lost after');
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(fc.array(fc.array(fate, { maxLength: 12 }), { minLength: 1, maxLength: 3 }), {
          minLength: 1,
          maxLength: 3,
        }),
        fc.nat({ max: 3 }),
        fc.constantFrom([], ['20020902-1f2e3d4c'], ['1', '2', '7']),
        async (scheduler, runs, madeByHand, before) => {
          const registry = new MemoryRegistry();
          for (const version of before) registry.create({ name, version, modelUri: version, tags: byHand });
          const turn = (what: string) => scheduler.schedule(Promise.resolve(), what);
          const answers = runs.map((attempts, run) =>
            attempts.map(async (fates) => {
              const left = [...fates];
              const seen = seenBy(registry, turn, () => left.shift() ?? 'answered');
              // An activity is repeated until it answers; its fates run out.
              for (;;) {
                try {
                  const model = { name, modelUri: uriOf(`run-${run}`) };
                  return (await registerVersion(seen, model, 'job', tagsOf(`run-${run}`))).version;
                } catch (error) {
                  if (!(error instanceof Lost)) throw error;
                }
              }
            }),
          );
          const people = Array.from({ length: madeByHand }, async (_, at) => {
            await turn('a person looks');
            const version = String(registry.nextNumber());
            await turn('a person registers');
            if (registry.versions.some((known) => known.version === version)) return;
            registry.create({ name, version, modelUri: `by hand ${at}`, tags: byHand });
          });
          await scheduler.waitFor(Promise.all([...answers.flat(), ...people]));

          for (const [run, told] of (await Promise.all(answers.map((each) => Promise.all(each)))).entries()) {
            const own = registry.versions.filter(({ tags }) => tags[runTag] === `run-${run}`);
            expect(own).toEqual([
              { name, version: told[0], modelUri: uriOf(`run-${run}`), tags: tagsOf(`run-${run}`) },
            ]);
            expect(new Set(told).size).toBe(1);
            expect(told[0]).toMatch(/^[1-9]\d*$/);
          }
          const others = registry.versions.filter(({ tags }) => !(runTag in tags));
          expect(others.every(({ tags }) => tags === byHand)).toBe(true);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('goes by the version of before versions were numbers, where the run has one', async () => {
    const registry = new MemoryRegistry();
    registry.create({ name, version: '20020902-1f2e3d4c', modelUri: 'old', tags: tagsOf('run-1') });
    const seen = seenBy(
      registry,
      async () => {},
      () => 'answered',
    );
    const model = { name, modelUri: uriOf('run-1') };
    expect(await registerVersion(seen, model, 'job', tagsOf('run-1'))).toMatchObject({
      version: '20020902-1f2e3d4c',
      modelUri: 'old',
    });
    expect(registry.versions).toHaveLength(1);
  });

  it('says so where others are always faster', async () => {
    const registry = new MemoryRegistry();
    const seen: Registry = {
      ...seenBy(
        registry,
        async () => {},
        () => 'answered',
      ),
      nextNumber: async () => {
        const number = registry.nextNumber();
        registry.create({ name, version: String(number), modelUri: 'theirs', tags: byHand });
        return number;
      },
    };
    await expect(
      registerVersion(seen, { name, modelUri: uriOf('run-1') }, 'job', tagsOf('run-1')),
    ).rejects.toMatchObject({
      code: 'azure-unavailable',
      message:
        'registering a version of model spam-filter for run run-1: each of 20 numbers was taken by somebody else first',
    });
  });
});
