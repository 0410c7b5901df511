/** What is taken for granted of runs that never took place. */
import type { Assumed } from '../../trial/messages.ts';

/** As `ratchet backtest` without options. */
export const usually: Assumed = {
  pricePerHour: null,
  runOutcome: 'released',
  unknownVersions: 'unknown',
};

interface AssumedFieldsProps {
  readonly of: Assumed;
  readonly onChange: (assumed: Assumed) => void;
}

export function AssumedFields({ of, onChange }: AssumedFieldsProps) {
  return (
    <>
      <label>
        Price of an hour of a job
        <input
          type="number"
          min="0"
          step="any"
          placeholder="as the budget says"
          value={of.pricePerHour ?? ''}
          onInput={({ currentTarget: { valueAsNumber } }) =>
            onChange({ ...of, pricePerHour: Number.isNaN(valueAsNumber) ? null : valueAsNumber })
          }
        />
      </label>
      <label>
        A run that never took place
        <select
          value={of.runOutcome}
          onChange={({ currentTarget: { value } }) =>
            onChange({ ...of, runOutcome: value as Assumed['runOutcome'] })
          }
        >
          <option value="released">is released</option>
          <option value="gate-failed">fails its gates</option>
        </select>
      </label>
      <label>
        What its version is worth
        <select
          value={of.unknownVersions}
          onChange={({ currentTarget: { value } }) =>
            onChange({ ...of, unknownVersions: value as Assumed['unknownVersions'] })
          }
        >
          <option value="unknown">nobody knows</option>
          <option value="nearest">as the last one trained before it</option>
        </select>
      </label>
    </>
  );
}
