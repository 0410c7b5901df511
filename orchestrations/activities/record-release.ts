import * as df from 'durable-functions';
import { tell } from '../../shared/telemetry/tell.ts';
import { wiring } from '../../shared/wiring.ts';
import { defineStep } from '../define-step.ts';
import { markVersion } from './mark-versions.ts';

/** What this process has marked last, by release: rows change more often than what the registry says. */
const marked = new Map<string, string>();
const markedAtMost = 1_000;

defineStep(
  'record-release',
  async (row, context) => {
    const ledger = await wiring.ledger();
    await ledger.recordRelease(row);
    // The ledger alone knows what it went through.
    const readEnded = async () => (await ledger.getRelease(row.releaseId).catch(() => null)) ?? row;
    tell(async () => ({ what: 'release', release: row.endedAt === null ? row : await readEnded() }));
    const { releaseId, model, endpoint, status } = row;
    if (status === undefined || marked.get(releaseId) === status) return null;
    const { name, version } = model;
    const trouble = await markVersion(df.getClient(context), { name, version, endpoint });
    if (trouble !== null) context.warn(trouble);
    else {
      if (marked.size >= markedAtMost) marked.clear();
      marked.set(releaseId, status);
    }
    return null;
  },
  { extraInputs: [df.input.durableClient()] },
);
