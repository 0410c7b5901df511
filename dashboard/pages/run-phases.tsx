/** The phases of a run, as far as it has come. */
import type { Run, RunOutcome, RunPhase } from '../../shared/domain/run.ts';
import { Sentence } from '../parts/sentence.tsx';
import { Took, When } from '../parts/when.tsx';

export interface Progress {
  readonly phase: RunPhase;
  readonly since: string | null;
  readonly waits: string;
}

interface RunPhasesProps {
  readonly run: Run & { readonly phases?: readonly { readonly phase: RunPhase; readonly from: string }[] };
  readonly progress: Progress | null;
}

/** In order. */
const names: Readonly<Record<RunPhase, string>> = {
  'past-champions': 'Past champions',
  train: 'Train',
  evaluate: 'Evaluate',
  gate: 'Gates',
  register: 'Register',
  release: 'Release',
  settled: 'Settled',
};

const phases = Object.keys(names) as readonly RunPhase[];

type Standing = 'done' | 'current' | 'not-yet' | 'left-out' | 'failed';

/** Where a run ended that did not come through. */
const failedIn: Readonly<Partial<Record<RunOutcome, RunPhase>>> = {
  'training-failed': 'train',
  'evaluation-failed': 'evaluate',
  'evidence-error': 'gate',
  'gate-failed': 'gate',
  inconclusive: 'gate',
};

export function RunPhases({ run, progress }: RunPhasesProps) {
  const began = new Map(run.phases?.map(({ phase, from }) => [phase, from]));
  const isSearching = run.pastChampions !== undefined || run.phase === 'past-champions';
  const order = phases.filter((phase) => phase !== 'past-champions' || isSearching);
  const reached = order.indexOf(run.phase);
  const standingOf = (phase: RunPhase, at: number): Standing => {
    if (run.outcome !== null && failedIn[run.outcome] === phase) return 'failed';
    if (run.outcome !== null) return isSkipped(run, phase) ? 'left-out' : 'done';
    if (at === reached) return 'current';
    return at > reached ? 'not-yet' : isSkipped(run, phase) ? 'left-out' : 'done';
  };
  return (
    <section class="card" aria-label="Phases">
      <ol class="phases">
        {order.map((phase, at) => (
          <Phase
            key={phase}
            phase={phase}
            standing={standingOf(phase, at)}
            from={began.get(phase) ?? (at === reached ? (progress?.since ?? null) : null)}
            until={
              order
                .slice(at + 1)
                .map((next) => began.get(next))
                .find(Boolean) ?? run.endedAt
            }
          />
        ))}
      </ol>
      <p class="dim">
        Began <When at={run.startedAt} />, {run.endedAt === null ? 'goes on for' : 'took'}{' '}
        <Took from={run.startedAt} until={run.endedAt} />.
      </p>
      {progress && (
        <p role="status">
          <Sentence of={progress.waits} />
        </p>
      )}
    </section>
  );
}

/** What a run of its kind does not do, or what it did not come to. */
function isSkipped(run: Run, phase: RunPhase): boolean {
  const { runId, kind, outcome, verdict, challenger, registeredVersion, released, reuse } = run;
  const isPast = challenger?.chosenBy === runId && !reuse;
  if (isPast && (phase === 'train' || phase === 'evaluate' || phase === 'gate')) return true;
  if (phase === 'train') return kind !== 'retrain' || Boolean(reuse?.trainedBy);
  if (outcome === null) return false;
  if (phase === 'evaluate') return outcome === 'training-failed' || outcome === 'unchanged';
  if (phase === 'gate') return verdict === null && failedIn[outcome] !== 'gate';
  if (phase === 'register') return registeredVersion === null;
  return phase === 'release' && !released && outcome !== 'candidate';
}

const words: Readonly<Record<Standing, string>> = {
  done: 'done',
  current: 'under way',
  'not-yet': 'not yet',
  'left-out': 'not reached',
  failed: 'ended here',
};

interface PhaseProps {
  readonly phase: RunPhase;
  readonly standing: Standing;
  readonly from: string | null;
  readonly until: string | null;
}

function Phase({ phase, standing, from, until }: PhaseProps) {
  const isSettled = phase === 'settled';
  return (
    <li class={standing} aria-current={standing === 'current' ? 'step' : undefined}>
      <strong>{names[phase]}</strong>
      <span class="dim">
        {from !== null && standing !== 'left-out' && !isSettled ? (
          <Took from={from} until={standing === 'current' ? null : until} />
        ) : (
          words[standing]
        )}
      </span>
    </li>
  );
}
