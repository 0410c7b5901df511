/**
 * Judges what an evaluation left behind: evidence in, one report out.
 *
 * Owns: reading the evidence, judging every gate, folding the verdicts.
 * Does not own: fetching the evidence (the judge-evidence activity), what follows from a verdict (the retrain
 * orchestration).
 *
 * Invariants
 * 1. Pure, and it never throws: whatever the evidence is, there is a report.
 * 2. Nothing missing passes: no number, no rows, too few rows, a broken file or no gate at all never gives `passed`.
 * 3. A metric Ratchet can compute is computed from the predictions when they are there, whatever a job claims.
 * 4. The report does not depend on the order of the rows, and nothing in it on chance.
 * 5. Only gates that block decide; there is no `passed` without one.
 */
import {
  type GateReportDocument,
  type GateResult,
  gateReportSchemaVersion,
  type Verdict,
  worst,
} from '../domain/gate-report.ts';
import { describeLook } from './ask-of-look.ts';
import { describeDependence } from './dependence.ts';
import { type Evidence, type JudgeRequest, readEvidence } from './evidence.ts';
import { judgeGate } from './judge-gate.ts';
import { measureCurves } from './report/measure-curves.ts';

export function judgeEvidence(request: JudgeRequest): GateReportDocument {
  const evidence = readEvidence(request);
  const { runId, hasChampion, look } = request;
  const missingAtRandom = request.gates.some(
    (gate) => gate.kind === 'data' && gate.unlabelledShare?.assume === 'missing-at-random',
  );
  const context = { evidence, hasChampion, look, missingAtRandom };
  const gates = request.gates.map((gate) => judgeGate(gate, context));
  const deciding = gates.filter(({ severity }) => severity === 'block');
  const verdict = foldVerdicts(deciding, evidence);
  const warnings = gates
    .filter((gate) => gate.severity === 'warn' && gate.verdict !== 'passed')
    .map((gate) => `warning, gate ${gate.gate} ${gate.verdict}: ${gate.sentence}`);
  // A first look is what everybody supposes.
  const lookNotes = look && look.look > 1 ? [describeLook(look, look.of ?? 'this holdout')] : [];
  return {
    schemaVersion: gateReportSchemaVersion,
    runId,
    verdict,
    sentence: describeVerdict(verdict, deciding, evidence),
    gates,
    rows: evidence.predictions?.labels.length ?? null,
    dependence: evidence.predictions && describeDependence(evidence.predictions),
    holdout: look && { version: look.version, look: look.look, share: look.share, spent: look.spent },
    evidence: evidence.predictions ? 'predictions' : evidence.hasReported ? 'metrics' : 'none',
    notes: [...evidence.notes, ...lookNotes, ...warnings],
    curves: evidence.predictions && measureCurves(evidence.predictions, request.task),
  };
}

/** The worst verdict of the deciding gates; `error` where the evidence is broken or nothing was judged. */
function foldVerdicts(deciding: readonly GateResult[], evidence: Evidence): Verdict {
  if (evidence.broken !== null || deciding.length === 0) return 'error';
  return worst(deciding)?.verdict ?? 'error';
}

function describeVerdict(verdict: Verdict, deciding: readonly GateResult[], evidence: Evidence): string {
  if (evidence.broken !== null) return `The evidence cannot be used: ${evidence.broken}.`;
  if (verdict === 'passed')
    return `${deciding.length === 1 ? 'The gate' : `All ${deciding.length} gates`} passed: ${deciding.map((gate) => gate.sentence).join('; ')}.`;
  const decisive = worst(deciding);
  return decisive ? `Gate ${decisive.gate}: ${decisive.sentence}.` : 'No gate was judged.';
}
