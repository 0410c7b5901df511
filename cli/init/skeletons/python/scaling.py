"""Brings every feature to mean 0 and deviation 1; a missing value counts as the mean."""
import math


def measure(rows):
    scaling = []
    for column in zip(*rows):
        known = [value for value in column if not math.isnan(value)] or [0.0]
        mean = sum(known) / len(known)
        deviation = math.sqrt(sum((value - mean) ** 2 for value in known) / len(known))
        scaling.append([mean, deviation or 1.0])
    return scaling


def scale(scaling, values):
    """With a first value that is always 1, for the intercept."""
    return [1.0] + [0.0 if math.isnan(v) else (v - mean) / deviation for v, (mean, deviation) in zip(values, scaling)]
