/**
 * Tells whoever observes the service what happens: spans and metrics of OpenTelemetry, where a setting says to whom.
 *
 * Owns: whether anything is told, and that telling changes nothing. Does not own: what is told (describe-fact.ts), how it is sent
 * (open-telemetry.ts).
 *
 * Invariants
 * 1. Without a setting this file is all there is: no package is loaded, nothing is made of a fact.
 * 2. Telling is never waited for and never throws: an exporter that fails, hangs or cannot be opened changes no answer.
 * 3. Called by functions and activities alone: an orchestrator that is replayed would tell everything again.
 */
import { maskSecrets } from '../mask-secrets.ts';
import type { Fact, Teller } from './fact.ts';

/** Settings of which each says that something is told, as they do for the Functions host; docs/settings.md. */
const targets = ['OTEL_EXPORTER_OTLP_ENDPOINT', 'APPLICATIONINSIGHTS_CONNECTION_STRING'];

export function isTelling(env: Readonly<Record<string, string | undefined>> = process.env): boolean {
  const isOff = env['OTEL_SDK_DISABLED']?.trim().toLowerCase() === 'true';
  return !isOff && targets.some((name) => env[name]?.trim());
}

let opened: Promise<Teller | null> | undefined;

/** A fact that takes reading is read in the background, and only where it is told. */
export function tell(fact: Fact | (() => Promise<Fact | null>)): void {
  if (!isTelling()) return;
  opened ??= open();
  void opened
    .then(async (teller) => {
      const told = teller && (typeof fact === 'function' ? await fact() : fact);
      if (told) teller.take(told);
    })
    .catch(warn);
}

/** Before the process ends: what was told is sent, unless that takes longer than the platform waits. */
export async function flushTelemetry(): Promise<void> {
  const late = new Promise<void>((resolve) => void setTimeout(resolve, 4_000).unref());
  await Promise.race([opened?.then((teller) => teller?.flush()).catch(warn), late]);
}

function open(): Promise<Teller | null> {
  return import('./open-telemetry.ts')
    .then(({ openTelemetry }) => openTelemetry(process.env, warn))
    .catch((error: unknown) => {
      warn(error);
      return null;
    });
}

const quietMs = 600_000;
let warnedAtMs = Number.NEGATIVE_INFINITY;

/** Once in ten minutes: what cannot be sent now cannot be sent the next second either. */
function warn(error: unknown): void {
  const nowMs = performance.now();
  if (nowMs - warnedAtMs < quietMs) return;
  warnedAtMs = nowMs;
  const said = maskSecrets(error instanceof Error ? error.message : String(error)).slice(0, 400);
  console.warn(
    `telemetry is not sent: ${said || 'no reason was given'}; nothing else depends on it; check ${targets.join(' and ')}, see docs/observability.md`,
  );
}
