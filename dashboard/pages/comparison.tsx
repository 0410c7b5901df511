/** Challenger and champion by what they answered in the same time: the last look at the checks of a release, in numbers. */
import type { LookedCheck, LookResult } from '../../shared/domain/look-result.ts';
import { formatNumber } from '../format/number.ts';
import { sayVerdict } from '../format/words.ts';
import { Badge } from '../parts/badge.tsx';
import { Card } from '../parts/facts.tsx';
import { When } from '../parts/when.tsx';

interface ComparisonProps {
  readonly of: LookResult | null;
  /** Whether the release goes on, and looks again. */
  readonly isLive: boolean;
}

export function Comparison({ of, isLive }: ComparisonProps) {
  if (!of?.checks || of.checks.length === 0) return null;
  return (
    <Card title="Challenger against champion">
      <p class="dim">
        {isLive ? 'As of' : 'The last look,'} <When at={of.at} />: of the requests of the step, how many were
        answered badly, and by whom.
      </p>
      <div class="scroll">
        <table class="rows">
          <caption class="hidden">Challenger against champion, by check</caption>
          <thead>
            <tr>
              {['Check', 'Challenger', 'Champion', 'Allowed', 'Found'].map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {of.checks.map((check) => (
              <Row key={check.check} of={check} />
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  );
}

function Row({
  of: { check, metric, slowerThanMs, limit, verdict, challenger, champion },
}: {
  of: LookedCheck;
}) {
  // Both bars have one scale, on which the limit has its place, too.
  const allowed = 'atMost' in limit ? limit.atMost : limit.worseBy + (shareOf(champion) ?? 0);
  const scale = Math.max(allowed * 1.25, shareOf(challenger) ?? 0, shareOf(champion) ?? 0);
  return (
    <tr>
      <th scope="row" data-label="Check">
        {check}
        <div class="dim">
          {metric === 'error_rate' ? 'requests that failed' : `answers slower than ${slowerThanMs} ms`}
        </div>
      </th>
      <td data-label="Challenger">
        <Share of={challenger} scale={scale} allowed={allowed} />
      </td>
      <td data-label="Champion">
        <Share of={champion} scale={scale} allowed={null} />
      </td>
      <td data-label="Allowed">
        {'atMost' in limit
          ? `at most ${percent(limit.atMost)}`
          : `at most ${percent(limit.worseBy)} more than the champion`}
      </td>
      <td data-label="Found">
        <Badge of={sayVerdict(verdict)} />
      </td>
    </tr>
  );
}

type Side = LookedCheck['challenger'];

/** What is unclear is shown for the worse. */
const shareOf = ({ requests, bad }: Side): number | null =>
  bad === null || requests === 0 ? null : bad.most / requests;

const percent = (share: number): string => `${formatNumber(share * 100)} %`;

interface ShareProps {
  readonly of: Side;
  readonly scale: number;
  readonly allowed: number | null;
}

function Share({ of, scale, allowed }: ShareProps) {
  const share = shareOf(of);
  if (of.requests === 0) return <span class="dim">no request</span>;
  if (share === null || of.bad === null) return <span class="dim">not counted</span>;
  const x = (value: number) => 1 + (98 * value) / scale;
  return (
    <>
      <strong>{percent(share)}</strong>{' '}
      <span class="dim">
        {of.bad.least === of.bad.most ? of.bad.most : `${of.bad.least} to ${of.bad.most}`} of {of.requests}
      </span>
      <svg
        class={allowed !== null && share > allowed ? 'share bad' : 'share good'}
        width={100}
        height={12}
        aria-hidden="true"
      >
        <rect class="weight-ground" x={1} y={2} width={98} height={8} />
        <rect class="weight" x={1} y={2} width={x(share) - 1} height={8} />
        {allowed !== null && <path class="weight-wanted" d={`M${x(allowed)} 0V12`} />}
      </svg>
    </>
  );
}
