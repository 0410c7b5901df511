import type { SignalKind } from '../domain/signal.ts';

/**
 * How many past champions a run that trains may score first. Drift and metrics say that the champion has become worse: one from
 * before may have become better. Data and schedules are about what is new to learn, and who requests a run wants it trained.
 */
export function pastChampionsOf(
  { pastChampions = 0 }: { readonly pastChampions?: number | undefined },
  signalKind: SignalKind,
): number {
  return signalKind === 'drift' || signalKind === 'metric' ? pastChampions : 0;
}
