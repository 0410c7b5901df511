import { normalQuantile } from './normal.ts';

/**
 * The limit whose p-value is the error. On the scale of normal quantiles the p-value falls nearly in a line, so
 * regula falsi (with the weights of Illinois: Dowell and Jarratt, BIT 11, 1971) takes a few steps.
 */
export function findEnd(
  pValueAt: (limit: number) => number,
  error: number,
  estimate: number,
  step: number,
): number {
  const wanted = normalQuantile(error);
  const heightAt = (limit: number): number => Math.max(-40, normalQuantile(pValueAt(limit))) - wanted;
  let [near, nearHeight] = [estimate, heightAt(estimate)];
  let reach = step * -wanted;
  let [far, farHeight] = [estimate + reach, heightAt(estimate + reach)];
  while (farHeight > 0) {
    // No limit so far is refuted, or there is no way to go.
    if (reach === 0 || !Number.isFinite(far)) return far;
    [near, nearHeight] = [far, farHeight];
    reach *= 2;
    far = estimate + reach;
    farHeight = heightAt(far);
  }
  if (nearHeight <= 0) return estimate;
  let sideways = 0;
  for (let turn = 0; turn < 100 && Math.abs(far - near) > 1e-10 * Math.abs(step); turn++) {
    const limit = far - (farHeight * (far - near)) / (farHeight - nearHeight);
    const height = heightAt(limit);
    if (Math.abs(height) < 1e-9) return limit;
    if (height > 0) {
      [near, nearHeight] = [limit, height];
      if (sideways > 0) farHeight /= 2;
      sideways = 1;
    } else {
      [far, farHeight] = [limit, height];
      if (sideways < 0) nearHeight /= 2;
      sideways = -1;
    }
  }
  return (near + far) / 2;
}
