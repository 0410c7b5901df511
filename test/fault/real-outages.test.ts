/**
 * Outages by the real clock: the whole cloud killed and started again, or suspended so that it takes calls and answers
 * none, and each service alone. A run ends as its like without an outage, in every phase.
 *
 * The cases go side by side, each in a world of its own: they mostly wait.
 */
import { describe, expect, it } from 'vitest';
import { makeRunId } from '../../shared/admission/make-run-id.ts';
import type { Run } from '../../shared/domain/run.ts';
import { portOf, type Service } from '../world/services.ts';
import { openWorld, type World } from '../world/world.ts';
import { type Absence, requestInto, untilOneWaits } from './away.ts';
import { expectExactlyOnce } from './exactly-once.ts';

/** Where in a run something goes away, by the phase's step; `#2` is the step's second time in a run. */
type Place = readonly [away: Service | 'killed' | 'suspended', phase: Run['phase'], step: string];

function absenceOf(away: Place[0], world: World): Absence {
  if (away === 'killed') return { begin: world.killCloud, end: () => world.startCloud() };
  if (away === 'suspended') {
    const send = async (signal: NodeJS.Signals) => process.kill(world.cloud().pid, signal);
    return { begin: () => send('SIGSTOP'), end: () => send('SIGCONT') };
  }
  const port = portOf(away, world.cloud());
  return { begin: () => world.setReachable(port, false), end: () => world.setReachable(port, true) };
}

/** Each is a world, in which one comes after the other. */
const cases: readonly (readonly Place[])[] = [
  [
    ['killed', 'train', 'submit-job'],
    ['killed', 'evaluate', 'get-job#2'],
  ],
  [
    ['killed', 'register', 'register-model'],
    ['killed', 'release', 'publish-release'],
  ],
  // Each waits as long as a call may take.
  [['suspended', 'train', 'get-job']],
  [['suspended', 'evaluate', 'submit-job#2']],
  [['suspended', 'register', 'register-model']],
  [['suspended', 'release', 'publish-release#2']],
  [
    ['blobs', 'train', 'pin-data'],
    ['azureMl', 'evaluate', 'get-job#2'],
    ['serviceBus', 'release', 'publish-release'],
  ],
  [
    ['identity', 'train', 'submit-job'],
    ['tables', 'evaluate', 'record-run#2'],
    ['eventGrid', 'release', 'publish-release#2'],
  ],
];

const limitMs = 600_000;

describe('a run, by the real clock, during which', () => {
  it.concurrent.each(cases.map((places) => [places] as const))(
    'something is away ends as one without: %j',
    async (places) => {
      const world = await openWorld();
      try {
        const asked: string[] = [];
        const ask = async (key: string): Promise<string> => {
          const signal = await world.requestRun(key);
          asked.push(signal);
          return signal;
        };
        // The first has no champion to be compared with; how the second ends is how all are to end.
        for (const key of ['first', 'second']) {
          await world.uploadData();
          await ask(key);
          await world.untilSettled(asked);
        }
        const like = (await world.runs())[0]!;
        for (const [what, phase, step] of places) {
          await world.uploadData();
          const away = absenceOf(what, world);
          const began = new Date().toISOString();
          const signal = await requestInto(world, step, away, () => ask(`${phase}-${step}`));
          // A run is named after its day, which may be over by now.
          const days = [began, new Date().toISOString()];
          const runIds = days.map((day) => makeRunId('tiny', signal, day));
          await untilOneWaits(
            world,
            runIds.flatMap((runId) => [runId, `${runId}-release`]),
          );
          await away.end();
          await world.untilSettled(asked, limitMs);
          const run = (await world.runs()).find((known) => runIds.includes(known.runId))!;
          expect(endOf(run), phase).toEqual(endOf(like));
          expect(run.registeredVersion, phase).toBe(String(asked.length));
          expect(await world.aliveJobs(), phase).toEqual([]);
        }
        await expectExactlyOnce(world, asked);
      } finally {
        await absenceOf('suspended', world).end();
        await world.close();
      }
    },
    limitMs,
  );
});

/** What two runs of the same kind have in common once they have ended, whatever befell them. */
function endOf({ outcome, phase, verdict, sentence, released, kind, configHash }: Run): Partial<Run> {
  return { outcome, phase, verdict, sentence, released, kind, configHash };
}
