/** Plays the tests of a policy and says what is not as expected. */
import { openHistory } from '../../shared/backtest/history.ts';
import { playPolicy } from '../../shared/backtest/play-policy.ts';
import type { Played, PlayedDecision } from '../../shared/backtest/played.ts';
import { sortLines } from '../../shared/backtest/read-history.ts';
import { parseDurationMs } from '../../shared/config/duration.ts';
import type { PinnedModel } from '../../shared/config/schema.ts';
import { readIsoTime } from '../../shared/domain/iso-time.ts';
import { counted } from '../../shared/domain/plural.ts';
import { lineOf, type PolicyTest } from './tests-schema.ts';

const dayMs = 86_400_000;

/** A sentence for each thing that is not as expected. */
export function runTest(test: PolicyTest, pinned: PinnedModel): readonly string[] {
  const played = play(test, pinned);
  const { runs, decisions } = test.expect;
  const started = played.runs.length;
  const ofRuns =
    runs === undefined || runs === started
      ? []
      : [
          `expected ${counted(runs, 'run')}, and ${started} started: ${list(played.runs.map((run) => `${run.startedAt} for ${run.signalId}`))}`,
        ];
  return [...ofRuns, ...decisions.flatMap((expected) => checkDecision(expected, played.decisions))];
}

function play({ given, until, runs }: PolicyTest, pinned: PinnedModel): Played {
  const { model, data } = pinned.config;
  const lines = sortLines(given.map((each) => lineOf(each, model, data.path)));
  const last = lines.at(-1)!.at;
  const end = until === undefined ? new Date(Date.parse(last) + dayMs).toISOString() : readIsoTime(until)!;
  const within = lines.filter(({ at }) => at <= end);
  const history = openHistory([...within, { type: 'end', at: end }]);
  const assumptions = {
    runLastsMs: parseDurationMs(runs.last),
    runHours: null,
    runOutcome: runs.end,
    pricePerHour: null,
    unknownVersions: 'unknown',
  } as const;
  return playPolicy({ history, pinned, fleet: { policy: null, models: [model] }, assumptions });
}

type Expected = PolicyTest['expect']['decisions'][number];

function checkDecision(expected: Expected, decisions: readonly PlayedDecision[]): readonly string[] {
  const { signal } = expected;
  const meant = decisions.filter(({ signalId }) => signalId === signal || signalId.startsWith(`${signal}:`));
  if (meant.length === 0)
    return [`there is no signal ${signal}; there are ${list(decisions.map(({ signalId }) => signalId))}`];
  return meant.flatMap((decision) => {
    const wrong = findWrong(expected, decision);
    return wrong.length === 0
      ? []
      : [`${decision.signalId}: expected ${wrong.join(', ')}; ${decision.sentence}`];
  });
}

function findWrong(
  { outcome, reason, at, waits }: Expected,
  { waits: waited, decidedAt, ...decided }: PlayedDecision,
): readonly string[] {
  const reasons = waited.map((wait) => wait.reason);
  const time = at === undefined ? undefined : readIsoTime(at)!;
  return [
    ...(outcome !== undefined && outcome !== decided.outcome
      ? [`${outcome}, got ${decided.outcome} (${decided.reason})`]
      : []),
    ...(reason !== undefined && reason !== decided.reason ? [`reason ${reason}, got ${decided.reason}`] : []),
    ...(time !== undefined && time !== decidedAt ? [`at ${time}, got ${decidedAt}`] : []),
    ...(waits !== undefined && waits.join() !== reasons.join()
      ? [`waits for ${list(waits)}, got ${list(reasons)}`]
      : []),
  ];
}

const list = (words: readonly string[]): string =>
  words.length === 0 ? 'nothing' : words.slice(0, 20).join(', ');
