import type { Inference } from './inference.ts';
import { normalCdf, normalQuantile } from './normal.ts';

/** Inference from an estimate whose error is normal with a known standard error (above 0). */
export function normalInference(method: string, estimate: number, standardError: number): Inference {
  return {
    method,
    estimate,
    interval: (confidence) => {
      const reach = normalQuantile((1 + confidence) / 2) * standardError;
      return { low: estimate - reach, high: estimate + reach };
    },
    atMost: (limit) => normalCdf((limit - estimate) / standardError),
    atLeast: (limit) => normalCdf((estimate - limit) / standardError),
  };
}
