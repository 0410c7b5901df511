"""Writes statistics.json for test/unit/gates/statistics.test.ts, from scipy 1.10.1.

Run with: python3 test/oracles/make-statistics.py
Tango's interval and DeLong's covariance are not in scipy: the first is found here by the root of the likelihood's
derivative, the second by comparing every row of one class with every row of the other. R's pROC has the second, too (make-in-r.R).
"""
import hashlib
import json
import pathlib

import numpy as np
from falling_root import falling_root
from scipy import optimize, stats

random = np.random.default_rng(20020902)


def tango_score(b, c, n, d):
    """Score statistic of the supposed difference d, with the nuisance share where the likelihood's derivative is 0."""

    def slope(q):
        return sum(k * by / max(v, 1e-300) for k, by, v in ((b, 1, q + d), (c, 1, q), (n - b - c, -2, 1 - 2 * q - d)) if k > 0)

    q = falling_root(slope, max(0.0, -d), (1 - d) / 2)
    return (b - c - n * d) / np.sqrt(n * (2 * q + d * (1 - d)))


def tango(b, c, n, confidence):
    z = stats.norm.ppf((1 + confidence) / 2)
    edge = 1 - 1e-9
    low = optimize.brentq(lambda d: tango_score(b, c, n, d) - z, -edge, (b - c) / n - 1e-12, xtol=1e-15)
    high = optimize.brentq(lambda d: tango_score(b, c, n, d) + z, (b - c) / n + 1e-12, edge, xtol=1e-15)
    return [low, high]


def delong(y, columns):
    def parts(s):
        above = s[y == 1][:, None] - s[y == 0][None, :]
        win = (above > 0) + 0.5 * (above == 0)
        return win.mean(), win.mean(axis=1), win.mean(axis=0)

    measured = [parts(s) for s in columns]
    m, n = (y == 1).sum(), (y == 0).sum()
    covariance = np.cov([p[1] for p in measured]) / m + np.cov([p[2] for p in measured]) / n
    return [p[0] for p in measured], covariance.tolist()


def delong_case(size, rounded):
    y = (random.random(size) < 0.4).astype(int)
    y[:4] = [0, 0, 1, 1]
    columns = [np.clip(0.3 * y + 0.7 * random.random(size), 0, 1).round(rounded) for _ in range(2)]
    areas, covariance = delong(y, columns)
    return {
        "labels": y.tolist(),
        "columns": [s.tolist() for s in columns],
        "areas": areas,
        "covariance": covariance,
    }


def words(seed, count):
    """xoshiro128** as its authors publish it, from the first 128 bits of the seed's SHA-256."""
    digest = hashlib.sha256(seed.encode()).digest()
    a = [int.from_bytes(digest[i : i + 4], "big") for i in (0, 4, 8, 12)]
    mask = 0xFFFFFFFF
    turn = lambda x, k: ((x << k) | (x >> (32 - k))) & mask
    drawn = []
    for _ in range(count):
        drawn.append(turn(a[1] * 5 & mask, 7) * 9 & mask)
        t = a[1] << 9 & mask
        a[2] ^= a[0]
        a[3] ^= a[1]
        a[1] ^= a[2]
        a[0] ^= a[3]
        a[2] ^= t
        a[3] = turn(a[3], 11)
    return drawn


def median(values, confidence, limit):
    """Interval and tests of the median by the sign test, from the binomial quantiles and tails of scipy."""
    n = len(values)
    ordered = sorted(values)
    error = (1 - confidence) / 2
    outside = int(stats.binom.ppf(error, n, 0.5))
    if stats.binom.cdf(outside, n, 0.5) > error:
        outside -= 1
    above = sum(v > limit for v in values)
    return {
        "values": values,
        "confidence": confidence,
        "interval": [ordered[outside], ordered[n - 1 - outside]],
        "limit": limit,
        "atMost": stats.binomtest(above, n, 0.5, alternative="greater").pvalue,
        "atLeast": stats.binomtest(n - above, n, 0.5, alternative="greater").pvalue,
    }


def proportion(k, n, confidence):
    found = stats.binomtest(k, n).proportion_ci(confidence, method="exact")
    return {"k": k, "n": n, "confidence": confidence, "interval": [found.low, found.high]}


xs = [-12, -7.5, -5, -2.3, -1, -0.1, 0, 0.4, 1.96, 3.5, 6]
ps = [1e-12, 1e-5, 0.001, 0.02, 0.025, 0.2, 0.5, 0.7, 0.975, 0.99, 0.9999]
tables = [(0, 0, 8), (3, 1, 40), (9, 0, 12), (31, 19, 50), (2, 300, 900), (12, 5, 400), (0, 9, 120), (40, 40, 1000), (130, 90, 100000)]
target = pathlib.Path(__file__).with_name("statistics.json")
target.write_text(
    json.dumps(
        {
            "words": {"seed": "ratchet", "drawn": words("ratchet", 8)},
            "normalCdf": [[x, stats.norm.cdf(x)] for x in xs],
            "normalQuantile": [[p, stats.norm.ppf(p)] for p in ps],
            "binomialCdf": [
                [k, n, p, stats.binom.cdf(k, n, p)]
                for k, n, p in [(0, 5, 0.3), (3, 10, 0.5), (40, 50, 0.9), (480, 1000, 0.5), (99500, 100000, 0.995)]
            ],
            "proportions": [
                proportion(k, n, c)
                for k, n, c in [(0, 8, 0.95), (8, 8, 0.95), (1, 3, 0.9), (45, 50, 0.95), (9300, 10000, 0.99), (0, 400, 0.999995), (987, 1000, 0.99944), (3, 250000, 0.975)]
            ],
            "matched": [
                {
                    "onlyChallenger": b,
                    "onlyChampion": c,
                    "rows": n,
                    "intervals": [[confidence, *tango(b, c, n, confidence)] for confidence in (0.8, 0.95, 0.9975, 0.999995)],
                    "mcnemar": stats.binomtest(b, b + c, 0.5).pvalue if b + c else 1.0,
                }
                for b, c, n in tables
            ],
            "medians": [
                median(np.random.default_rng(n).lognormal(size=n).round(2).tolist(), c, 1.2)
                for n, c in [(12, 0.95), (31, 0.9), (200, 0.95), (1001, 0.999)]
            ],
            "delong": [delong_case(30, 6), delong_case(90, 1)],
        }
    )
    + "\n"
)
