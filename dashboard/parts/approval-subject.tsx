/** Exactly what an approval is of: whoever approves signs this, and nothing else. */
import type { Approval, ApprovalAsked } from '../../shared/domain/release-state.ts';
import { addressOf } from '../address/route.ts';
import { Facts } from './facts.tsx';
import { People } from './people.tsx';
import { When } from './when.tsx';

interface AskedProps {
  readonly asked: ApprovalAsked;
  readonly binding: string | null;
  readonly given: readonly Approval[];
}

/** Who is asked, how many, and until when. */
export function Asked({
  asked: { need, by, barred, names, until, end, escalatesAt },
  binding,
  given,
}: AskedProps) {
  const valid = given.filter((each) => each.binding === binding);
  return (
    <>
      <Facts
        of={[
          ['Approved', `${valid.length} of ${need}`],
          ['Who may', by === null ? 'whoever has the role approver' : <People of={by} names={names} />],
          [
            'Who may not, having requested the run',
            barred.length > 0 && <People of={barred} names={names} />,
          ],
          [
            'Until',
            <>
              <When at={until} />, then {end === 'ask' ? 'a person is asked' : 'it is rejected'}
            </>,
          ],
          ['Escalates', escalatesAt && <When at={escalatesAt} />],
        ]}
      />
      <Given given={given} binding={binding} />
    </>
  );
}

export function Given({
  given,
  binding,
}: {
  readonly given: readonly Approval[];
  readonly binding: string | null;
}) {
  if (given.length === 0) return null;
  return (
    <ul class="plain approvals">
      {given.map(({ by, at, reason, binding: of }) => (
        <li key={`${by} ${at}`}>
          <strong>{by}</strong> approved, <When at={at} />: {reason}
          {binding !== null && of !== binding && (
            <span class="badge bad">void: of something else than is asked now</span>
          )}
          <div class="dim">
            of <code title={of}>{of.slice(0, 12)}…</code>
          </div>
        </li>
      ))}
    </ul>
  );
}

export function Subject({
  of,
  binding,
  runId,
}: {
  readonly of: ApprovalAsked['subject'];
  readonly binding: string | null;
  readonly runId: string;
}) {
  return (
    <div class="signed">
      <Facts
        of={[
          [
            'Version',
            <>
              <a href={addressOf.version(of.model, of.version)}>
                version {of.version} of {of.model}
              </a>
              , from <a href={addressOf.run(runId)}>its run and gate report</a>
            </>,
          ],
          ['Endpoint', of.endpoint],
          ['Stage', of.stage ?? 'none'],
          ['Digest of its files', <Hash key="digest" of={of.digest} />],
          ['Data', <Hash key="data" of={of.dataHash} />],
          ['Gate report', <Hash key="report" of={of.gateReportHash} />],
          ['Model file', <Hash key="file" of={of.configHash} />],
          ['release.target', <Hash key="target" of={of.targetHash} />],
          ['Stage in the file', <Hash key="stage" of={of.stageHash} />],
          ['Binding: SHA-256 of all of it', <Hash key="binding" of={binding} />],
        ]}
      />
    </div>
  );
}

function Hash({ of }: { readonly of: string | null }) {
  return of === null ? <>not known</> : <code>{of}</code>;
}
