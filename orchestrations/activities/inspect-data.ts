import { describeProblems } from '../../shared/domain/data-verdict.ts';
import { wiring } from '../../shared/wiring.ts';
import { defineStep } from '../define-step.ts';

const gone = 'the file was gone or had changed before it was checked; a later upload asks anew.';

defineStep('inspect-data', async ({ model, folder, path, etag, bytes, expected }) => {
  const [blobs, ledger] = await Promise.all([wiring.blobs(), wiring.ledger()]);
  const { inspectFile } = await import('../../shared/data/inspect-file.ts');
  const file = path.slice(folder.length);
  const verdict = await inspectFile({ blobs, ledger }, { model, folder, file, etag, expected });
  if (!verdict) return { refused: gone, rows: null, bytes };
  return {
    refused: verdict.accepted ? null : describeProblems(verdict),
    rows: verdict.rows,
    bytes: verdict.bytes,
  };
});
