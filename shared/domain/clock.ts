/** By how much the clocks of honest machines may differ: a fact dated later than that is taken as of its arrival. */
export const clockToleranceMs = 300_000;
