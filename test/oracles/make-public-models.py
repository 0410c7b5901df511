"""Writes public-models.json and public-models/*.csv for test/unit/gates/public-models.test.ts: predictions of models that scikit-learn 1.2.1
and statsmodels 0.13.5 train on public data sets which they ship, as pandas 1.5.3 writes them, and what those say of them.

Run with: python3 test/oracles/make-public-models.py
Every other row trains, the rest are predicted. Columns beside the predictions are the data sets' own. `variants` are model files' evaluations:
thresholds, costs and class shares (priors: scikit-learn has them as sample weights). Intervals of 95 % are SciPy 1.10.1's.
"""
import json
import pathlib
import warnings

import numpy as np
import pandas as pd
import statsmodels.api as sm
from oracle_metrics import binary, multiclass, regression
from scipy import stats
from sklearn import datasets, metrics as sk
from sklearn.ensemble import GradientBoostingRegressor, RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from statsmodels.stats.contingency_tables import mcnemar

folder = pathlib.Path(__file__).with_name("public-models")
train, test = slice(0, None, 2), slice(1, None, 2)


def save(name, columns):
    """As `to_csv()` writes a frame whose index is the row's number in the data set."""
    frame = pd.DataFrame(columns)
    frame.to_csv(folder / f"{name}.csv", index=False)
    return pd.read_csv(folder / f"{name}.csv", dtype={"label": str}, float_precision="round_trip")


def shares(y, priors, w):
    """Weights that give the classes these shares."""
    by_class = np.array([w[y == k].sum() for k in range(len(priors))])
    return w * (np.array(list(priors.values())) * w.sum() / by_class)[y]


def exact(k, n):
    found = stats.binomtest(int(k), int(n)).proportion_ci(0.95, method="exact")
    return [float(found.low), float(found.high)]


def share_intervals(y, d):
    """Clopper's and Pearson's, of F1 by way of the share of true positives among rows of class 1 or decided so."""
    tn, fp, fn, tp = sk.confusion_matrix(y, d).ravel()
    return {
        "accuracy": exact(tn + tp, len(y)),
        "precision": exact(tp, tp + fp),
        "recall": exact(tp, tp + fn),
        "false_positive_rate": exact(fp, fp + tn),
        "false_negative_rate": exact(fn, fn + tp),
        "f1": [2 * share / (1 + share) for share in exact(tp, tp + fp + fn)],
    }


def class_intervals(y, d, classes):
    found = {"accuracy": exact(np.sum(y == d), len(y))}
    for k, name in enumerate(classes):
        hits = np.sum((y == k) & (d == k))
        found[f"recall@{name}"] = exact(hits, np.sum(y == k))
        found[f"precision@{name}"] = exact(hits, np.sum(d == k))
        found[f"f1@{name}"] = [2 * share / (1 + share) for share in exact(hits, np.sum((y == k) | (d == k)))]
    return found


def error_intervals(y, s, ends):
    """Of shares of labels, and of the median by the sign test, whose ends are order statistics."""
    errors, n = np.sort(np.abs(y - s)), len(y)
    outside = int(stats.binom.ppf(0.025, n, 0.5))
    outside -= stats.binom.cdf(outside, n, 0.5) > 0.025
    within = exact(np.sum((ends[0] <= y) & (y <= ends[1])), n)
    return {
        "median_absolute_error": [errors[outside], errors[n - 1 - outside]],
        "coverage_error": [end - 0.5 for end in exact(np.sum(y <= s), n)],
        "interval_coverage": within,
        "interval_coverage_error": [end - 0.9 for end in within],
    }


def mcnemar_of(frame, is_right):
    ours, theirs = is_right("challenger"), is_right("champion")
    table = pd.crosstab(pd.Categorical(ours, [True, False]), pd.Categorical(theirs, [True, False]), dropna=False)
    return float(mcnemar(table.to_numpy(), exact=True).pvalue)


def binary_file(name, frame, variants):
    y = frame["label"].astype(int).to_numpy()
    given = frame["weight"].to_numpy() if "weight" in frame else np.ones(len(y))
    found = []
    for rule in variants:
        w = shares(y, rule["priors"], given) if "priors" in rule else given
        costs = {"falsePositive": 1, "falseNegative": 1, "truePositive": 0, "trueNegative": 0, **rule.get("costs", {})}
        for side in ("challenger", "champion"):
            s = frame[side].to_numpy()
            threshold = rule.get("threshold", 0.5)
            values = binary(y, s, w, threshold)
            d = (s >= threshold).astype(int)
            tn, fp, fn, tp = sk.confusion_matrix(y, d, sample_weight=w, normalize="all").ravel()
            values["expected_cost"] = sum(
                share * costs[of]
                for share, of in ((tn, "trueNegative"), (fp, "falsePositive"), (fn, "falseNegative"), (tp, "truePositive"))
            )
            known = {} if "weight" in frame or "priors" in rule or side == "champion" else {"intervals": share_intervals(y, d)}
            found.append({"rule": rule, "side": side, "expected": values, **known})
    known = {} if "weight" in frame else {"mcnemar": mcnemar_of(frame, lambda side: (frame[side] >= 0.5) == (y == 1))}
    return {"file": name, "task": "binary", "variants": found, **known}


def multiclass_file(name, frame, classes, variants):
    y = np.array([classes.index(label) for label in frame["label"]])
    given = frame["weight"].to_numpy() if "weight" in frame else np.ones(len(y))
    found = []
    for rule in variants:
        w = shares(y, rule["priors"], given) if "priors" in rule else given
        costs = rule.get("costs", {})
        cost = np.full((len(classes), len(classes)), float(costs.get("otherwise", 1)))
        np.fill_diagonal(cost, 0)
        for label, row in costs.get("matrix", {}).items():
            for decision, each in row.items():
                cost[classes.index(label), classes.index(decision)] = each
        for side in ("challenger", "champion"):
            p = frame[[f"{side}:{label}" for label in classes]].to_numpy()
            plain = "weight" not in frame and not rule and side == "challenger"
            known = {"intervals": class_intervals(y, p.argmax(axis=1), classes)} if plain else {}
            found.append({"rule": rule, "side": side, "expected": multiclass(y, p, w, classes, cost), **known})

    def is_right(side):
        return frame[[f"{side}:{label}" for label in classes]].to_numpy().argmax(axis=1) == y

    known = {} if "weight" in frame else {"mcnemar": mcnemar_of(frame, is_right)}
    return {"file": name, "task": "multiclass", "variants": found, **known}


def regression_file(name, frame):
    y = frame["label"].astype(float).to_numpy()
    w = frame["weight"].to_numpy() if "weight" in frame else np.ones(len(y))
    found = []
    for side in ("challenger", "champion"):
        ends = (frame[f"{side}:lower"].to_numpy(), frame[f"{side}:upper"].to_numpy())
        s = frame[side].to_numpy()
        known = {} if "weight" in frame or side == "champion" else {"intervals": error_intervals(y, s, ends)}
        found.append({"rule": {}, "side": side, "expected": regression(y, s, w, ends), **known})
    return {"file": name, "task": "regression", "variants": found}


def breast_cancer():
    """A third of the rows malignant; logistic models of few columns, so that they err."""
    data = datasets.load_breast_cancer(as_frame=True)
    x, y = data.data, 1 - data.target
    columns = {"id": x.index[test], "label": y[test]}
    for side, of in (("challenger", ["mean texture", "mean smoothness", "radius error"]), ("champion", ["mean texture", "mean symmetry"])):
        model = make_pipeline(StandardScaler(), LogisticRegression()).fit(x[of][train], y[train])
        columns[side] = model.predict_proba(x[of][test])[:, 1]
    variants = [{}, {"threshold": 0.25, "costs": {"falsePositive": 1, "falseNegative": 20, "truePositive": -2}}, {"priors": {"0": 0.97, "1": 0.03}}]
    return binary_file("breast-cancer", save("breast-cancer", columns), variants)


def eights():
    """A tenth of the rows positive; forests of 20 and 10 trees, whose scores tie, and are 0 and 1 in many rows. Weighted by how much ink a row has."""
    data = datasets.load_digits()
    x, y = data.data, (data.target == 8).astype(int)
    columns = {"id": np.arange(len(y))[test], "label": y[test].astype(float), "weight": x[test].mean(axis=1)}
    for side, trees in (("challenger", 20), ("champion", 10)):
        model = RandomForestClassifier(trees, max_features=2, random_state=7).fit(x[train], y[train])
        columns[side] = model.predict_proba(x[test])[:, 1]
    frame = save("digits-eight", columns)
    frame["label"] = frame["label"].str.replace(".0", "", regex=False)
    return binary_file("digits-eight", frame, [{}, {"threshold": 0.2}, {"priors": {"0": 0.7, "1": 0.3}, "threshold": 0.35}])


def digits():
    """Ten classes; forests whose probabilities are tenths and twentieths. Every fourth row."""
    fourth = slice(1, None, 4)
    data = datasets.load_digits()
    x, y = data.data, data.target
    columns = {"id": np.arange(len(y))[fourth], "label": y[fourth]}
    for side, trees in (("challenger", 20), ("champion", 10)):
        model = RandomForestClassifier(trees, max_features=2, random_state=11).fit(x[train], y[train])
        for label, p in zip(model.classes_, model.predict_proba(x[fourth]).T):
            columns[f"{side}:{label}"] = p.round(2)
    names = [str(label) for label in range(10)]
    priors = dict(zip(names, [0.3, 0.18, 0.12, 0.1, 0.08, 0.07, 0.05, 0.04, 0.03, 0.03]))
    costs = {"matrix": {"8": {"9": 7, "3": 0.5}, "1": {"7": 12}}, "otherwise": 2}
    return multiclass_file("digits", save("digits", columns), names, [{}, {"costs": costs}, {"priors": priors, "costs": costs}])


def wine():
    """Three classes; naive Bayes, which is surer than it should be, with probabilities down to 1e-40. Weighted by a column of the data."""
    data = datasets.load_wine(as_frame=True)
    x, names = data.data, [f"Wine {name[-1]}" for name in data.target_names]
    columns = {"id": x.index[test], "label": [names[of] for of in data.target[test]], "weight": x["hue"][test]}
    for side, of in (("challenger", ["alcohol", "ash", "flavanoids", "magnesium", "proanthocyanins"]), ("champion", ["alcohol", "ash"])):
        model = GaussianNB().fit(x[of][train], data.target[train])
        for name, p in zip(names, model.predict_proba(x[of][test]).T):
            columns[f"{side}:{name}"] = p
    return multiclass_file("wine", save("wine", columns), names, [{}, {"priors": dict(zip(names, [0.5, 0.1, 0.4]))}])


def diabetes():
    """Boosted trees of the median and of both ends of an interval, against a line and what its residuals in training give."""
    x, y = datasets.load_diabetes(return_X_y=True, as_frame=True, scaled=False)
    boosted = [
        GradientBoostingRegressor(loss="quantile", alpha=q, n_estimators=60, max_depth=2, random_state=5).fit(x[train], y[train]).predict(x[test])
        for q in (0.05, 0.5, 0.95)
    ]
    lower, middle, upper = np.sort(boosted, axis=0)
    line = LinearRegression().fit(x[train], y[train])
    low, high = np.quantile(y[train] - line.predict(x[train]), [0.05, 0.95])
    guess = line.predict(x[test])
    columns = {"id": x.index[test], "label": y[test], "challenger": middle, "challenger:lower": lower, "challenger:upper": upper}
    columns |= {"champion": guess, "champion:lower": guess + low, "champion:upper": guess + high}
    return regression_file("diabetes", save("diabetes", columns))


def engel():
    """Food expenditure by income: quantile regression, forecasts of the 0.9 quantile of either of two samples; weighted by income."""
    data = sm.datasets.engel.load_pandas().data
    design, y = sm.add_constant(data["income"]), data["foodexp"]
    columns = {"id": data.index[test], "label": y[test], "weight": data["income"][test]}
    for side, rows in (("challenger", slice(0, None, 2)), ("champion", slice(0, 80, 2))):
        for column, q in ((side, 0.9), (f"{side}:lower", 0.05), (f"{side}:upper", 0.95)):
            columns[column] = sm.QuantReg(y[rows], design[rows]).fit(q=q, max_iter=5000).predict(design[test])
    return regression_file("engel", save("engel", columns))


warnings.simplefilter("error")
target = pathlib.Path(__file__).with_name("public-models.json")
files = [breast_cancer(), eights(), digits(), wine(), diabetes(), engel()]
for file in files:
    for variant in file["variants"]:
        variant["expected"] = {name: float(value) for name, value in variant["expected"].items()}
target.write_text(json.dumps(files) + "\n")
