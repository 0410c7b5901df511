"""Writes dependence.json for test/unit/gates/dependence-oracles.test.ts, from SciPy 1.10.1 and statsmodels 0.13.5.

Run with: python3 test/oracles/make-dependence.py
Outside implementations: analysis of variance (f_oneway), the restricted likelihood's intra-class correlation (MixedLM), cluster-robust
variances (OLS), score tests and standard errors of logistic regression (GLM), the Pareto likelihood (which Hill's index is the greatest of), autocorrelations
(acf), weighted medians (DescrStatsW), trimmed means of repeated rows (trim1), the coefficient of variation.
There is none of a block length as the paper has it (R's np and Python's arch take one lag more): its formula is written out here over acf. Nor of Obuchowski's
variance: here every row is compared with every other, and dropping clusters one by one by scikit-learn's area must come near it. Nor of a precision at a cut through
ties: here all orders of the tied rows are gone through.
"""
import itertools
import json
import pathlib
import warnings

import numpy as np
import pandas as pd
import statsmodels.api as sm
from scipy import special, stats
from sklearn.metrics import roc_auc_score
from statsmodels.stats.weightstats import DescrStatsW
from statsmodels.tsa.stattools import acf

random = np.random.default_rng(19071008)


def blocks(name, series):
    """Politis and White 2004 with the correction of 2009: of the circular bootstrap, whose blocks are of one size."""
    series = np.asarray(series, float).round(4)
    n = len(series)
    quiet = max(5, int(np.ceil(np.sqrt(np.log10(n)))))
    most = int(np.ceil(np.sqrt(n))) + quiet
    rho = acf(series, nlags=n - 1, fft=False, adjusted=False)
    is_small = np.abs(rho) < 2 * np.sqrt(np.log10(n) / n)
    lags = [m for m in range(most - quiet + 1) if all(is_small[m + 1 : m + quiet + 1])]
    asked = None
    if lags:
        m = max(1, lags[0])
        k = np.arange(1, 2 * m + 1)
        window = np.minimum(1, 2 * (1 - k / (2 * m)))
        g = 1 + 2 * np.sum(window * rho[k])
        moment = 2 * np.sum(window * k * rho[k])
        asked = float((1.5 * moment**2 / g**2 * n) ** (1 / 3)) if moment > 0 and g > 0 else 0.0
        missed = moment / g
    least = int(np.ceil(round(n ** (1 / 3), 9)))
    if asked is None or np.ceil(asked) > n / 10:
        return {"name": name, "series": series.tolist(), "expected": None}
    length = max(least, min(int(np.ceil(asked)), n // 20))
    stretch = 1 / np.sqrt(1 - min(0.5, missed / length)) if asked > 0 else 1.0
    return {"name": name, "series": series.tolist(), "expected": {"length": length, "stretch": stretch}}


def autoregressive(n, rho):
    values = random.normal(size=n)
    for at in range(1, n):
        values[at] += rho * values[at - 1]
    return values


def groups(name, codes, losses):
    codes, losses = np.asarray(codes), np.asarray(losses, float).round(5)
    parts = [losses[codes == code] for code in np.unique(codes)]
    sizes = np.array([len(part) for part in parts])
    n = len(losses)
    f, p = stats.f_oneway(*parts)
    typical = (n - np.sum(sizes**2) / n) / (len(parts) - 1)
    icc = (f - 1) / (f - 1 + typical)
    if len(set(sizes)) == 1:
        # Of groups of one size it is that of the restricted likelihood.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            mixed = sm.MixedLM(losses, np.ones(n), codes).fit(reml=True, method="powell", xtol=1e-12, ftol=1e-14)
        known = mixed.cov_re[0, 0] if isinstance(mixed.cov_re, np.ndarray) else mixed.cov_re.iloc[0, 0]
        assert abs(known / (known + mixed.scale) - icc) < 1e-4, (known / (known + mixed.scale), icc)
    mean = sm.OLS(losses, np.ones(n))
    robust = mean.fit(cov_type="cluster", cov_kwds={"groups": codes, "use_correction": False}).bse[0] ** 2
    alone = mean.fit(cov_type="HC0").bse[0] ** 2
    return {
        "name": name,
        "codes": codes.tolist(),
        "losses": losses.tolist(),
        "correlation": icc,
        "effect": 1 + (np.sum(sizes**2) / n - 1) * icc,
        "chance": p,
        "robustEffect": robust / alone,
    }


def warm_seas():
    """Sea surface temperatures of 61 years, less each month's mean: those of one year go together."""
    data = sm.datasets.elnino.load_pandas().data
    table = data.iloc[:, 1:].to_numpy()
    return groups("El Nino by year", np.repeat(np.arange(len(table)), 12), (table - table.mean(axis=0)).ravel())


def uneven(clusters, own):
    sizes = random.integers(1, 9, clusters)
    codes = np.repeat(np.arange(clusters), sizes)
    return codes, own * random.normal(size=clusters)[codes] + random.normal(size=len(codes))


def area_of_clusters(clusters):
    codes, shift = uneven(clusters, 0.6)
    y = (random.random(len(codes)) < 0.4).astype(int)
    s = special.expit(shift + y).round(1)
    positive, negative = y == 1, y == 0
    win = (s[positive][:, None] > s[negative][None, :]) + 0.5 * (s[positive][:, None] == s[negative][None, :])
    m, n, area = positive.sum(), negative.sum(), win.mean()
    assert abs(area - roc_auc_score(y, s)) < 1e-12
    above, below = np.zeros(len(y)), np.zeros(len(y))
    above[positive] = win.mean(axis=1) - area
    below[negative] = win.mean(axis=0) - area
    x, z = (np.bincount(codes, values, clusters) for values in (above, below))
    # Without the factors I / (I - 1) of the paper, which go to 1.
    variance = np.sum(x**2) / m**2 + np.sum(z**2) / n**2 + 2 * np.sum(x * z) / (m * n)
    without = np.array([roc_auc_score(y[codes != c], s[codes != c]) for c in range(clusters)])
    jackknife = (clusters - 1) / clusters * np.sum((without - without.mean()) ** 2)
    assert abs(variance / jackknife - 1) < 6 / clusters, (variance, jackknife)
    return {"codes": codes.tolist(), "labels": y.tolist(), "scores": s.tolist(), "area": area, "variance": variance}


def recalibration(n, slope, intercept):
    odds = random.normal(-0.5, 1.5, n)
    s = special.expit(odds).round(6)
    odds = special.logit(s)
    y = (random.random(n) < special.expit(intercept + slope * odds)).astype(int)
    family = sm.families.Binomial()
    line = sm.GLM(y, sm.add_constant(odds), family=family).fit(tol=1e-14)
    large = sm.GLM(y, np.ones(n), family=family, offset=odds).fit(tol=1e-14)
    tests = []
    for limit in (0.6, 0.9, 1.0, 1.4):
        known = sm.GLM(y, np.ones(n), family=family, offset=limit * odds)
        found = known.score_test(known.fit(tol=1e-14).params, exog_extra=odds[:, None])
        tests.append({"of": "slope", "limit": limit, "statistic": float(np.squeeze(found[0]))})
    for limit in (-0.5, 0.0, 0.3):
        known = sm.GLM(y, np.ones(n), family=family, offset=odds)
        score, information = known.score([limit]), known.information([limit])
        tests.append({"of": "intercept", "limit": limit, "statistic": float(score[0] ** 2 / -information[0, 0])})
    return {
        "labels": y.tolist(),
        "scores": s.tolist(),
        "slope": [line.params[1], line.bse[1]],
        "intercept": [large.params[0], large.bse[0]],
        "tests": tests,
    }


def hill(name, values, outer):
    rising = np.sort(values)
    return {
        "name": name,
        "values": np.asarray(values).tolist(),
        "outer": outer,
        "index": stats.pareto.fit(rising[-outer:], floc=0, fscale=rising[-outer - 1])[0],
    }


def weighed(errors, weights):
    """Whole weights: rows that are repeated."""
    errors, weights = np.array(errors, float), np.array(weights)
    rows = np.repeat(errors, weights)
    median = DescrStatsW(errors, weights).quantile(0.5, return_pandas=False)[0]
    assert median == np.median(rows)
    shares = [share for share in (0.05, 0.1, 0.125, 0.25, 0.5) if share * len(rows) % 1 == 0]
    return {
        "errors": errors.tolist(),
        "weights": weights.tolist(),
        "median": median,
        "trimmed": [[share, stats.trim1(rows, share, tail="right").mean()] for share in shares],
        "kish": len(weights) / (1 + stats.variation(weights) ** 2),
    }


def cut(labels, scores, k):
    """Mean of the precision of the first k over all orders in which rows could stand whose scores do not rise."""
    ties = [[y for y, s in zip(labels, scores) if s == score] for score in sorted(set(scores), reverse=True)]
    orders = itertools.product(*(itertools.permutations(tie) for tie in ties))
    precision = np.mean([np.mean([y for tie in order for y in tie][:k]) for order in orders])
    return {"labels": labels, "scores": scores, "k": k, "precision": precision}


sunspots = sm.datasets.sunspots.load_pandas().data["SUNACTIVITY"]
macro = sm.datasets.macrodata.load_pandas().data
codes, losses = uneven(70, 0.8)
flat = uneven(40, 0.0)
fair = sm.datasets.fair.load_pandas().data["affairs"]
thin = pd.Series(fair[fair > 0]).sample(400, random_state=3) + random.uniform(0, 1e-3, 400).round(6)
target = pathlib.Path(__file__).with_name("dependence.json")
target.write_text(
    json.dumps(
        {
            "blocks": [
                blocks("yearly sunspots", sunspots),
                blocks("growth of output", 100 * np.diff(np.log(macro["realgdp"]))),
                blocks("change of consumer prices", macro["infl"]),
                blocks("flow of the Nile", sm.datasets.nile.load_pandas().data["volume"]),
                *(blocks(f"{n} rows correlated by {rho}", autoregressive(n, rho)) for n, rho in ((400, 0), (400, 0.3), (600, 0.6), (1200, 0.75), (400, -0.5))),
            ],
            "groups": [warm_seas(), groups("uneven groups", codes, losses), groups("groups of nothing", *flat)],
            "areas": [area_of_clusters(30), area_of_clusters(90)],
            "recalibrations": [recalibration(120, 1, 0), recalibration(400, 0.7, 0.4)],
            "hill": [hill("hours of affairs", thin, 20), hill("Pareto 1.5", random.pareto(1.5, 500).round(5) + 1, 22), hill("normal", np.abs(random.normal(size=300)).round(5), 17)],
            "weighed": [
                weighed([3, 1, 2, 8, 5], [1, 2, 1, 2, 2]),
                weighed([0.5, 4, 4, 9, 2, 1], [1, 3, 2, 1, 4, 9]),
                weighed(random.lognormal(size=25).round(4), [7, 5, 2, 2, 5] * 4 + [4, 2, 2, 6, 2]),
                weighed(random.lognormal(size=40).round(1), [2] * 40),
            ],
            "cuts": [
                cut([1, 0, 1, 1, 0, 0, 1, 0], [0.9, 0.7, 0.7, 0.7, 0.7, 0.3, 0.3, 0.1], 3),
                cut([1, 0, 1, 0, 0, 0, 1], [0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.2], 4),
                cut([0, 1, 1, 0, 1], [1, 1, 0, 0, 0], 1),
            ],
        }
    )
    + "\n"
)
