/** How likely a mean is above a limit, by the capital of a gambler who bets that it is not. */

/** No bet may lose more than so much of what it could at most. */
const mostAtRisk = 0.75;

/**
 * A p-value of "the mean of values between 0 and 1 is at most the limit", whatever law they are drawn from: bets at fair odds
 * multiply a capital beyond 1 / p with a chance of p at most (Ville 1939). What is bet on each value follows from those
 * before it and from the error that is asked for (Waudby-Smith and Ramdas, Journal of the Royal Statistical Society B 86,
 * 2024, the predictable plug-in).
 */
export function betAgainst(values: Float64Array, limit: number, error: number): number {
  if (limit <= 0) return 1;
  let [sum, squares, capital, most] = [0.5, 0.25, 0, 0];
  for (let at = 0; at < values.length; at++) {
    const variance = squares / (at + 1);
    const bet = Math.sqrt((2 * Math.log(1 / error)) / (values.length * variance));
    capital += Math.log1p(Math.min(bet, mostAtRisk / limit) * (values[at]! - limit));
    most = Math.max(most, capital);
    sum += values[at]!;
    squares += (values[at]! - sum / (at + 2)) ** 2;
  }
  return Math.exp(-most);
}
