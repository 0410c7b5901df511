"""Writes inference.json for test/unit/gates/inference-oracles.test.ts, from scipy 1.10.1 and statsmodels 0.13.5.

Run with: python3 test/oracles/make-inference.py
The interval of Miettinen and Nurminen is found here by the root of the likelihood's derivative: that of
statsmodels 0.13.5 is another one (0.0960 to 0.4920 in place of 0.0965 to 0.4880 of 30 of 40 and 20 of 45), and does not give what Newcombe
(Statistics in Medicine 17, 1998) prints of 56 of 70 and 48 of 80: 0.0528 to 0.3382.
"""
import json
import pathlib

import numpy as np
from falling_root import falling_root
from scipy import optimize, stats
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

random = np.random.default_rng(19850413)


def score(a, n, b, m, difference):
    """Of the supposed difference, with the second share at its most likely: the root of the likelihood's derivative."""

    def slope(q):
        parts = ((a, 1, q + difference), (n - a, -1, 1 - q - difference), (b, 1, q), (m - b, -1, 1 - q))
        return sum(k * by / max(v, 1e-300) for k, by, v in parts if k > 0)

    q = falling_root(slope, max(0, -difference), min(1, 1 - difference))
    p = q + difference
    variance = (p * (1 - p) / n + q * (1 - q) / m) * (n + m) / (n + m - 1)
    return (a / n - b / m - difference) / np.sqrt(variance)


def score_interval(a, n, b, m, confidence):
    z = stats.norm.ppf((1 + confidence) / 2)
    seen = a / n - b / m
    low = optimize.brentq(lambda d: score(a, n, b, m, d) - z, -1 + 1e-9, seen - 1e-12, xtol=1e-15)
    high = 1 if seen == 1 else optimize.brentq(lambda d: score(a, n, b, m, d) + z, seen + 1e-12, 1 - 1e-9, xtol=1e-15)
    return {"first": [a, n], "second": [b, m], "confidence": confidence, "interval": [low, high]}


def corrected(size):
    p = np.sort(random.uniform(0, 0.2, size)).round(6)
    random.shuffle(p)
    return {
        "pValues": p.tolist(),
        "holm": multipletests(p, method="holm")[1].tolist(),
        "benjaminiHochberg": multipletests(p, method="fdr_bh")[1].tolist(),
    }


def coverage(size, share, confidence, quantile):
    """Of forecasts that cover about so many of the labels: one-sided for a quantile, by two ends for an interval."""
    label = random.normal(0, 1, size).round(6)
    upper = np.full(size, stats.norm.ppf(share).round(6))
    lower = -upper
    return {
        "labels": label.tolist(),
        "upper": float(upper[0]),
        "quantile": quantile,
        "confidence": confidence,
        "ofQuantile": [e - quantile for e in proportion_confint(int((label <= upper).sum()), size, 1 - confidence, "beta")],
        "ofInterval": list(
            proportion_confint(int(((lower <= label) & (label <= upper)).sum()), size, 1 - confidence, "beta")
        ),
    }


target = pathlib.Path(__file__).with_name("inference.json")
target.write_text(
    json.dumps(
        {
            "independent": [
                score_interval(*of)
                for of in [(30, 40, 20, 45, 0.95), (1, 12, 5, 300, 0.95), (480, 500, 90, 100, 0.99), (7, 70, 7, 70, 0.9), (56, 70, 48, 80, 0.95), (0, 30, 0, 50, 0.95), (20, 20, 0, 15, 0.95), (0, 400, 3, 25, 0.9975), (310, 320, 900, 1000, 0.999995)]
            ],
            "corrected": [corrected(size) for size in (1, 2, 7, 40)],
            "student": [
                [t, df, stats.t.cdf(t, df)]
                for t in (-40.0, -5.5, -2.0, -0.3, 0.0, 0.7, 1.96, 4.2)
                for df in (2.0, 3.5, 11.0, 240.7, 1e5)
            ],
            "mcnemar": [
                [b, c, float(mcnemar([[0, b], [c, 0]], exact=True).pvalue)] for b, c in [(3, 1), (0, 9), (12, 5), (40, 41)]
            ],
            "coverage": [coverage(40, 0.9, 0.95, 0.9), coverage(700, 0.975, 0.99, 0.95), coverage(35, 0.999, 0.9, 0.99)],
        }
    )
    + "\n"
)
