"""Writes tails.json for test/unit/gates/tail-oracles.test.ts, from mpmath 1.2.1, SciPy 1.10.1 and statsmodels 0.13.5.

Run with: python3 test/oracles/make-tails.py
Probabilities down to 1e-300 are mpmath's, with 60 digits. The tail of a sum of values with exponential weights (the Bayesian
bootstrap) has no outside implementation: it is the exact one of a hypoexponential sum, in 400 digits; its saddlepoint is also had from
statsmodels' empirical likelihood, whose multiplier it is. The sum of half-normal errors is the inverse of its characteristic function (SciPy's wofz). The
test of a difference of two shares goes through 20,001 pairs of shares with SciPy's binomial tails, and the chance of their product is SciPy's
quadrature, of equal samples Fisher's test of combined p-values.
"""
import json
import pathlib

import mpmath as mp
import numpy as np
from scipy import integrate, optimize, special, stats
from statsmodels.emplike.descriptive import DescStat

mp.mp.dps = 60
random = np.random.default_rng(17760704)


def beta(x, a, b):
    return float(mp.betainc(a, b, 0, mp.mpf(x), regularized=True))


def binomial(k, n, p):
    """Chance of at most k, from its terms."""
    odds = (1 - mp.mpf(p)) / mp.mpf(p)
    term = mp.exp(mp.loggamma(n + 1) - mp.loggamma(k + 1) - mp.loggamma(n - k + 1) + k * mp.log(mp.mpf(p)) + (n - k) * mp.log1p(-mp.mpf(p)))
    total, least = mp.mpf(0), term * mp.mpf(10) ** -50
    for i in range(k, -1, -1):
        total += term
        if term < least:
            break
        term *= odds * i / (n - i + 1)
    return [k, n, p, float(total)]


def student(t, degrees):
    d = mp.mpf(degrees)
    factor = mp.exp(mp.loggamma((d + 1) / 2) - mp.loggamma(d / 2)) / mp.sqrt(d * mp.pi)
    return [t, degrees, float(factor * mp.quad(lambda x: (1 + x * x / d) ** (-(d + 1) / 2), [-mp.inf, 4 * t, *(t * (1 + 2.0**-k) for k in range(13)), t]))]


def quantile(p):
    found = mp.findroot(lambda x: mp.log(mp.ncdf(x)) - mp.log(mp.mpf(p)), stats.norm.ppf(p))
    return [p, float(found)]


def exponential_tail(values):
    """That the sum of values, each times its own exponential variable, is 0 or more. Values are all different."""
    with mp.workdps(400):
        v = [mp.mpf(value) for value in values]
        total = mp.mpf(0)
        for i, a in enumerate(v):
            if a > 0:
                total += mp.fprod(a / (a - b) for j, b in enumerate(v) if j != i)
        return float(total)


def saddlepoint(values):
    """Lugannani and Rice by the multiplier of statsmodels' empirical likelihood of a mean of 0."""
    ratio, _, weights = DescStat(values).test_mean(0, return_weights=True)
    n, weights = len(values), np.ravel(weights)
    # Weights are 1 / (n (1 - point value)).
    at = np.argmax(np.abs(values))
    point = optimize.newton(lambda s: np.sum(values / (1 - s * values)), (1 - 1 / (n * weights[at])) / values[at], tol=1e-15)
    root = np.sign(point) * np.sqrt(ratio)
    scaled = point * np.sqrt(np.sum((values / (1 - point * values)) ** 2))
    return stats.norm.sf(root + np.log(scaled / root) / root)


def bootstrap(values):
    values = np.array(values).round(4)
    values += np.arange(len(values)) * 1e-7
    return {"values": values.tolist(), "exact": exponential_tail(values), "saddlepoint": saddlepoint(values)}


def gaffke(values, least, most, limit, side):
    """P-value of a mean at least, or at most, the limit, of values between these: with the worst one added (Gaffke 2005)."""
    sign, worst = (1, most) if side == "atLeast" else (-1, least)
    return {
        "values": values.tolist(),
        "least": least,
        "most": most,
        "limit": limit,
        "side": side,
        "exact": exponential_tail([sign * (value - limit) for value in [*values, worst]]),
    }


def half_normal(deviations, signed, limit):
    s = np.array(deviations)

    def of(t):
        phi = np.prod(special.wofz(s * t / np.sqrt(2))) * np.exp(-((signed * t) ** 2) / 2)
        return (np.exp(-1j * t * limit) * phi).imag / t

    pieces = np.linspace(1e-12, 60 / np.sqrt(np.sum(s**2) + signed**2), 400)
    value = sum(integrate.quad(of, a, b, epsabs=1e-15, epsrel=1e-12)[0] for a, b in zip(pieces, pieces[1:]))
    return {"deviations": deviations, "signed": signed, "limit": limit, "chance": 0.5 + value / np.pi}


def difference(a, n, b, m, limit):
    """One-sided p-value of "the first share exceeds the second by at most the limit"."""
    weight = np.sqrt(min(n, m) / max(n, m))
    # The larger sample counts less.
    first, second = (1, weight) if n <= m else (weight, 1)
    q = np.linspace(max(0, -limit), min(1, 1 - limit), 20001)

    def product(q):
        with np.errstate(divide="ignore"):
            return first * stats.binom.logsf(a - 1, n, np.clip(q + limit, 0, 1)) + second * stats.binom.logcdf(b, m, np.clip(q, 0, 1))

    at = np.argmax(product(q))
    low, high = q[max(0, at - 1)], q[min(len(q) - 1, at + 1)]
    best = optimize.minimize_scalar(lambda x: -product(x), bounds=(low, high), method="bounded", options={"xatol": 1e-13})
    most = np.exp(max(-best.fun, product(q).max()))
    if n == m:
        chance = stats.chi2.sf(-2 * np.log(most), 4)
    else:
        # For each u of the heavier, v^weight is at most what is left.
        edge = min(1, most)
        chance = edge + integrate.quad(lambda u: (most / u) ** (1 / weight), edge, 1, epsabs=1e-15, epsrel=1e-12)[0]
    return {"first": [a, n], "second": [b, m], "limit": limit, "pValue": chance}


normal = random.normal(0, 1, 14)
skewed = random.exponential(1, 30) - 1
rare = np.concatenate([random.normal(0, 0.2, 20), [1.5]])
gains = random.standard_t(4, 45)
sums = [normal - 0.6, -normal - 0.9, skewed - 0.45, skewed - 1.2, -skewed - 0.3, rare - 0.5, -rare - 0.05, gains - 0.4, -gains - 0.7, gains - 1.6]
costs = np.round(random.beta(0.4, 3, 60), 4) + np.arange(1, 61) * 1e-7
decided = np.round(random.choice([0, 1, 5], 80, p=[0.8, 0.15, 0.05]) + np.arange(1, 81) * 1e-5, 7)
target = pathlib.Path(__file__).with_name("tails.json")
target.write_text(
    json.dumps(
        {
            "normal": [[x, float(mp.ncdf(mp.mpf(x)))] for x in (-0.5, -1.96, -3.1, -5, -6.9, -7.2, -9, -14, -25, -36.5)],
            "quantile": [quantile(p) for p in (0.4, 0.025, 1.25e-3, 2.6e-6, 1e-9, 1e-15, 1e-40, 1e-200, 1e-280)],
            "binomial": [
                binomial(*of)
                for of in [(0, 30, 0.1), (3, 200, 0.1), (0, 500, 0.05), (440, 1000, 0.5), (880, 1000, 0.95), (9, 2000, 0.02), (49000, 100000, 0.5), (4600, 1000000, 0.005), (999000, 1000000, 0.9992)]
            ],
            "beta": [[x, a, b, beta(x, a, b)] for x, a, b in [(0.01, 2.5, 40), (0.2, 30, 5.5), (1e-6, 0.5, 0.5), (0.3, 200, 300), (0.02, 0.5, 700), (0.47, 2e3, 2e3)]],
            "student": [student(t, df) for t in (-0.7, -1.96, -4.5, -9.0, -30.0) for df in (2.0, 5.5, 28.3, 900.0, 2e5)],
            "bootstrap": [bootstrap(values) for values in sums],
            "gaffke": [
                gaffke(*of)
                for of in [(costs, 0, 1, 0.2, "atLeast"), (costs, 0, 1, 0.3, "atLeast"), (costs, 0, 1, 0.08, "atMost"), (decided, 0, 5.001, 0.8, "atLeast"), (decided, 0, 5.001, 1.2, "atLeast"), (decided, 0, 5.001, 0.2, "atMost")]
            ],
            "halfNormal": [
                half_normal(*of)
                for of in [([1.0, 1.0, 0.5, 0.5, 0.2], 0.7, 4.5), ([1.0, 1.0, 0.5, 0.5, 0.2], 0.7, 6.5), ([0.3] * 10, 0.0, 3.6), ([1.0, 0.01], 0.0, 2.5), ([2.0], 1.0, 6.0), ([0.1] * 15, 0.4, 2.9)]
            ],
            "difference": [
                difference(*of)
                for of in [(30, 40, 20, 40, 0.0), (30, 40, 20, 40, 0.1), (12, 300, 1, 12, -0.1), (480, 500, 90, 100, 0.02), (5, 6, 0, 90, 0.4), (0, 20, 0, 50, -0.2), (700, 1000, 650, 1000, 0.01)]
            ],
        }
    )
    + "\n"
)
