"""What scikit-learn 1.2.1 and statsmodels 0.13.5 (logistic recalibration) say of predictions, for the scripts beside this file.

smape, bias, ece, coverage, precision at a cut, weighted trimmed means and the Brier score of several classes are not in scikit-learn
1.2.1, statsmodels 0.13.5 nor SciPy 1.10.1; they are written out here with numpy.
"""
import numpy as np
import statsmodels.api as sm
from scipy import optimize, special, stats
from sklearn import metrics as sk
from sklearn.calibration import calibration_curve
from sklearn.linear_model import LogisticRegression


def ece(y, s, w, bins):
    index = np.minimum(bins - 1, np.floor(s * bins)).astype(int)
    total = 0.0
    for b in range(bins):
        inside = index == b
        if w[inside].sum() > 0:
            confidence = np.average(s[inside], weights=w[inside])
            share = np.average(y[inside], weights=w[inside])
            total += w[inside].sum() * abs(confidence - share)
    edges = np.arange(bins + 1) / bins
    if np.all(w == 1) and not np.isin(s, edges[1:-1]).any():
        # Its bins have their upper edge, ours the lower one.
        rows = np.histogram(s, edges)[0]
        share, confidence = calibration_curve(y, s, n_bins=bins)
        assert abs(np.sum(rows[rows > 0] * abs(share - confidence)) - total) < 1e-9
    return total / w.sum()


def recall_at_fpr(y, s, w, most):
    fpr, tpr, _ = sk.roc_curve(y, s, sample_weight=w, drop_intermediate=False)
    return tpr[fpr <= most * (1 + 1e-9)].max()


def precision_at(y, s, w, k):
    """Mean over the ways to break ties: of the rows at the cut the share that is kept."""
    kept = k * w.sum() if k < 1 else k
    cut = min(c for c in np.unique(s) if w[s > c].sum() < kept)
    above, at = s > cut, s == cut
    part = (kept - w[above].sum()) / w[at].sum()
    return (w[above & (y == 1)].sum() + part * w[at & (y == 1)].sum()) / kept


def recalibration(y, s, w):
    e = np.finfo(float).eps
    p = np.clip(s, e, 1 - e)
    odds = np.log(p) - np.log1p(-p)
    if np.mean((s == 0) | (s == 1)) > 0.2:
        # Where most scores are certain statsmodels' least squares diverge: scikit-learn's Newton with a line search,
        # and the root of the likelihood's derivative.
        newton = LogisticRegression(penalty=None, solver="newton-cholesky", tol=1e-13, max_iter=500)
        slope = newton.fit(odds[:, None], y, sample_weight=w).coef_[0, 0]
        return slope, optimize.brentq(lambda a: np.sum(w * (y - special.expit(odds + a))), -99, 99, xtol=1e-14)
    fit = dict(tol=1e-15, maxiter=500, tol_criterion="params")
    family = sm.families.Binomial()
    line = sm.GLM(y, sm.add_constant(odds), family=family, freq_weights=w).fit(**fit)
    large = sm.GLM(y, np.ones(len(y)), family=family, freq_weights=w, offset=odds).fit(**fit)
    return line.params[1], large.params[0]


def binary(y, s, w, threshold=0.5, wrong=(1, 1)):
    d = (s >= threshold).astype(int)
    tn, fp, fn, tp = sk.confusion_matrix(y, d, sample_weight=w).ravel()
    return {
        "accuracy": sk.accuracy_score(y, d, sample_weight=w),
        "balanced_accuracy": sk.balanced_accuracy_score(y, d, sample_weight=w),
        "precision": sk.precision_score(y, d, sample_weight=w),
        "recall": sk.recall_score(y, d, sample_weight=w),
        "f1": sk.f1_score(y, d, sample_weight=w),
        "false_positive_rate": fp / (fp + tn),
        "false_negative_rate": fn / (fn + tp),
        "matthews": sk.matthews_corrcoef(y, d, sample_weight=w),
        "expected_cost": (fp * wrong[0] + fn * wrong[1]) / (tn + fp + fn + tp),
        "roc_auc": sk.roc_auc_score(y, s, sample_weight=w),
        "pr_auc": sk.average_precision_score(y, s, sample_weight=w),
        "log_loss": sk.log_loss(y, s, sample_weight=w),
        "brier": sk.brier_score_loss(y, s, sample_weight=w),
        "ece": ece(y, s, w, 10),
        "ece@15": ece(y, s, w, 15),
        "recall_at_fpr": recall_at_fpr(y, s, w, 0.05),
        "recall_at_fpr@0.2": recall_at_fpr(y, s, w, 0.2),
        "precision_at": precision_at(y, s, w, 0.1),
        "precision_at@0.33": precision_at(y, s, w, 0.33),
        "precision_at@7": precision_at(y, s, w, 7),
        "calibration_slope": recalibration(y, s, w)[0],
        "calibration_intercept": recalibration(y, s, w)[1],
    }


def trimmed(e, w, share):
    if np.all(w == 1) and (share * len(e)) % 1 == 0:
        return stats.trim1(e, share, tail="right").mean()
    order = np.argsort(e)
    e, w = e[order], w[order]
    kept = (1 - share) * w.sum()
    counts = np.clip(kept - (np.cumsum(w) - w), 0, w)
    return np.sum(counts * e) / kept


def interval_score(y, lower, upper, w, nominal):
    """By way of the pinball losses of the two quantiles that the ends are (Gneiting and Raftery 2007)."""
    tail = (1 - nominal) / 2
    low = sk.mean_pinball_loss(y, lower, sample_weight=w, alpha=tail)
    high = sk.mean_pinball_loss(y, upper, sample_weight=w, alpha=1 - tail)
    return (low + high) / tail


def ends(s):
    return (s - 8).round(6), (s + 0.2 * np.abs(s)).round(6)


def regression(y, s, w, interval=None):
    lower, upper = interval or ends(s)
    inside = np.average((lower <= y) & (y <= upper), weights=w)
    size = np.abs(y) + np.abs(s)
    return {
        "mae": sk.mean_absolute_error(y, s, sample_weight=w),
        "rmse": sk.mean_squared_error(y, s, sample_weight=w, squared=False),
        # Its weighted percentile is the lower one of two, which no case here has.
        "median_absolute_error": sk.median_absolute_error(y, s, sample_weight=None if np.all(w == 1) else w),
        "mae_trimmed": trimmed(np.abs(y - s), w, 0.05),
        "mae_trimmed@0.1": trimmed(np.abs(y - s), w, 0.1),
        "mape": sk.mean_absolute_percentage_error(y, s, sample_weight=w),
        "smape": np.average(2 * np.abs(s - y) / size, weights=w),
        "r2": sk.r2_score(y, s, sample_weight=w),
        "bias": np.average(s - y, weights=w),
        "pinball": sk.mean_pinball_loss(y, s, sample_weight=w, alpha=0.5),
        "coverage_error": np.average(y <= s, weights=w) - 0.5,
        "coverage_error@0.9": np.average(y <= s, weights=w) - 0.9,
        "interval_coverage": inside,
        "interval_coverage_error": inside - 0.9,
        "interval_coverage_error@0.5": inside - 0.5,
        "interval_score": interval_score(y, lower, upper, w, 0.9),
        "interval_score@0.5": interval_score(y, lower, upper, w, 0.5),
        "pinball@0.9": sk.mean_pinball_loss(y, s, sample_weight=w, alpha=0.9),
    }


def multiclass(y, p, w, names, cost=None):
    d = p.argmax(axis=1)
    top, right = p.max(axis=1), (d == y).astype(float)
    values = {
        "accuracy": sk.accuracy_score(y, d, sample_weight=w),
        "balanced_accuracy": sk.balanced_accuracy_score(y, d, sample_weight=w),
        "matthews": sk.matthews_corrcoef(y, d, sample_weight=w),
        "expected_cost": sk.zero_one_loss(y, d, sample_weight=w) if cost is None else np.average(cost[y, d], weights=w),
        "log_loss": sk.log_loss(y, p, sample_weight=w),
        "brier": np.average(((p - np.eye(len(names))[y]) ** 2).sum(axis=1), weights=w),
        # With weights scikit-learn 1.2.1 wants one class at a time.
        "roc_auc_ovr": np.mean([sk.roc_auc_score(y == k, p[:, k], sample_weight=w) for k in range(len(names))]),
        "ece": ece(right, top, w, 10),
        "ece@15": ece(right, top, w, 15),
    }
    if np.all(w == 1):
        together = sk.roc_auc_score(y, p, multi_class="ovr", average="macro")
        assert abs(together - values["roc_auc_ovr"]) < 1e-12
    scores = {"precision": sk.precision_score, "recall": sk.recall_score, "f1": sk.f1_score}
    for name, score in scores.items():
        for average in ("macro", "micro", "weighted"):
            values[f"{name}_{average}"] = score(y, d, average=average, sample_weight=w)
        for k, value in enumerate(score(y, d, average=None, sample_weight=w)):
            values[f"{name}@{names[k]}"] = value
    return {key: float(value) for key, value in values.items()}
