"""Where what falls from one end to the other is 0, for the scripts beside this file; the end where it is of one sign."""
from scipy import optimize


def falling_root(slope, low, high):
    inside = (low + (high - low) * 1e-15, high - (high - low) * 1e-15)
    if slope(inside[0]) <= 0:
        return low
    if slope(inside[1]) >= 0:
        return high
    return optimize.brentq(slope, *inside, xtol=1e-17, rtol=1e-15)
