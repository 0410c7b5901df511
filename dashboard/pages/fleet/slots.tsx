/** What all models share: places for runs, and the budget of the fleet file. */
import type { FleetLimits, FleetWaiting } from '../../../shared/domain/fleet-state.ts';
import { addressOf } from '../../address/route.ts';
import { counted, formatNumber } from '../../format/number.ts';
import { useResource } from '../../service/resource.ts';

interface FleetNow {
  readonly places: readonly { readonly model: string; readonly runs: readonly string[] }[];
  readonly waiting: readonly FleetWaiting[];
  readonly spent: readonly { readonly computeHours: number }[];
  readonly policy: FleetLimits | null;
}

/** Nothing where there is no fleet file: then nothing is shared. */
export function Slots() {
  const { data } = useResource<FleetNow>('fleet');
  if (!data?.policy) return null;
  const { places, waiting, spent, policy } = data;
  const held = places.reduce((sum, { runs }) => sum + runs.length, 0);
  const hours = spent.reduce((sum, { computeHours }) => sum + computeHours, 0);
  const { maximumConcurrentRuns, budget } = policy;
  return (
    <p class="slots">
      <span>
        {maximumConcurrentRuns === undefined
          ? `${counted(held, 'run')} under way`
          : `${held} of ${counted(maximumConcurrentRuns, 'place')} for runs taken`}
      </span>
      {waiting.length > 0 && (
        <span>
          waiting for one:{' '}
          {waiting.map(({ model }, at) => (
            <>
              {at > 0 && ', '}
              <a key={model} href={addressOf.model(model)}>
                {model}
              </a>
            </>
          ))}
        </span>
      )}
      {budget?.computeHours !== undefined && (
        <span>
          {formatNumber(hours)} of {formatNumber(budget.computeHours)} hours of the fleet spent or reserved (
          {budget.window})
        </span>
      )}
    </p>
  );
}
