/**
 * Versions that are let nowhere: quarantined, too old, or older than a confirmed drift. Pure.
 *
 * Owns: which they are at a moment, and what becomes of a release whose version is quarantined. Does not own: what a release
 * goes back to instead (changes.ts), when anybody looks (shared/dispatch/tell-embargoes.ts).
 *
 * Invariants
 * 1. No release goes back to a version under embargo by itself: where there is no other, a person is asked.
 * 2. A quarantine takes effect at once: a release of the version goes back, one that waits is over, and one that goes back
 *    to it goes elsewhere.
 */
import { parseDurationMs } from '../../config/duration.ts';
import type { EmbargoConfig } from '../../config/embargo-schema.ts';
import type { Embargo, Quarantine } from '../../domain/embargo.ts';
import type { ReleaseRow, SettledVersion } from '../../domain/release-state.ts';
import type { Word } from '../../domain/word.ts';
import { describeEnd, endedAtMost, enter, findWayBack, later, turnBack, withRelease } from './changes.ts';
import type { OperatedRelease } from './operate-release.ts';
import type { TargetState } from './state.ts';

interface Known {
  readonly config: EmbargoConfig | undefined;
  readonly releases: readonly ReleaseRow[];
  /** Those that served before there was a release of them are as old as that. */
  readonly settled: readonly SettledVersion[];
  readonly quarantined: readonly Quarantine[];
  /** When a drift was last confirmed (ISO 8601, UTC); null: never. */
  readonly driftAt: string | null;
  /** ISO 8601, UTC. */
  readonly now: string;
}

/** The versions under embargo now, each for the reason that counts most. */
export function findEmbargoes({
  config,
  releases,
  settled,
  quarantined,
  driftAt,
  now,
}: Known): readonly Embargo[] {
  const made = new Map<string, string>();
  const note = (version: string, at: string): void => {
    const known = made.get(version);
    if (known === undefined || at < known) made.set(version, at);
  };
  for (const { model, startedAt } of releases) note(model.version, startedAt);
  for (const { model, at } of settled) note(model.version, at);
  const byWord = quarantined.map(describeQuarantine);
  const others = [...made].flatMap(([version, madeAt]): readonly Embargo[] => {
    if (byWord.some((each) => each.version === version)) return [];
    const tooOldAt = config?.after === undefined ? null : later(madeAt, parseDurationMs(config.after)!);
    if (tooOldAt !== null && now >= tooOldAt) {
      const sentence = `version ${version} is of ${madeAt}, and may be no older than ${config!.after}`;
      return [{ version, why: 'too-old', since: tooOldAt, sentence }];
    }
    if (!config?.whenDriftConfirmed || driftAt === null || madeAt >= driftAt) return [];
    const sentence = `version ${version} is of ${madeAt}, and a drift was confirmed at ${driftAt}`;
    return [{ version, why: 'drift', since: driftAt, sentence }];
  });
  return [...byWord, ...others];
}

function describeQuarantine({ version, by, reason, at }: Quarantine): Embargo {
  const sentence = `version ${version} was quarantined by ${by} at ${at}: ${reason.replace(/[.!?]+$/, '')}`;
  return { version, why: 'quarantined', since: at, sentence };
}

export interface QuarantineOrder {
  readonly version: string;
  /** Whether it is taken back. */
  readonly lift: boolean;
  readonly word: Word;
}

export function quarantineVersion(
  state: TargetState,
  { version, lift, word }: QuarantineOrder,
): OperatedRelease {
  const { quarantined = [] } = state;
  const known = quarantined.find((each) => each.version === version);
  if (lift) {
    if (!known) return answer(state, false, `Version ${version} is not quarantined.`, []);
    const left = quarantined.filter((each) => each !== known);
    return answer(
      { ...state, quarantined: left },
      true,
      `Version ${version} is not quarantined any more.`,
      [],
    );
  }
  if (known) {
    const sentence = `Version ${version} is quarantined already, by ${known.by} at ${known.at}: ${known.reason}`;
    return answer(state, false, sentence, []);
  }
  const barred = { ...state, quarantined: [...quarantined, { version, ...word }] };
  return takeAway(barred, version, word);
}

/** No release has the version as its own, or goes back to it. */
function takeAway(state: TargetState, version: string, word: Word): OperatedRelease {
  const waiting = state.queue.filter(({ model }) => model.version === version);
  const over = waiting.map((queued) =>
    describeEnd(queued, 'rejected', word.at, `Quarantined by ${word.by}: ${word.reason}`),
  );
  const rest: TargetState = {
    ...state,
    queue: state.queue.filter((queued) => !waiting.includes(queued)),
    ended: [...state.ended, ...over].slice(-Math.max(endedAtMost, over.length)),
  };
  const { release } = rest;
  const wake = waiting.map(({ releaseId }) => releaseId);
  const said = `Version ${version} is quarantined`;
  if (release && !release.back && release.model.version === version) {
    const reason = `the version was quarantined: ${word.reason}`;
    const next = turnBack(rest, release, { ...word, reason }, 'rolled-back');
    return answer(next, true, `${said}: its release goes back.`, [...wake, release.releaseId]);
  }
  if (release?.back?.to?.model.version === version) {
    const to = findWayBack(rest, release);
    const sentence = `${said}: it is no version to go back to.`;
    const turned = enter(release, 'rolling-back', word.at, sentence);
    const back = { ...release.back, to, answered: false, acknowledged: false };
    const next = withRelease(rest, { ...turned, asks: null, pausedUntil: null, back });
    return answer(next, true, sentence, [...wake, release.releaseId]);
  }
  const serves = rest.settled.at(-1)?.model.version === version;
  const still = serves
    ? ' It serves, and goes on until you roll back or a newer version takes its place.'
    : '';
  return answer(rest, true, `${said}.${still}`, wake);
}

const answer = (
  state: TargetState,
  done: boolean,
  sentence: string,
  wake: readonly string[],
): OperatedRelease => ({ state, done, sentence, wake });
