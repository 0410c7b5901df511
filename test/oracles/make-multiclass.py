"""Writes multiclass.json: what scikit-learn 1.2.1 says of samples of three and more classes, for
test/unit/gates/multiclass.test.ts.

Run with: python3 test/oracles/make-multiclass.py
The Brier score over several classes and ece of the top label are not in scikit-learn 1.2.1; they are written out here
with numpy.
"""
import json
import pathlib

import numpy as np
from sklearn import metrics as sk


def ece(y, p, w, bins):
    top = p.max(axis=1)
    right = (p.argmax(axis=1) == y).astype(float)
    index = np.minimum(bins - 1, np.floor(top * bins)).astype(int)
    total = 0.0
    for b in range(bins):
        inside = index == b
        if w[inside].sum() > 0:
            gap = np.average(top[inside], weights=w[inside]) - np.average(right[inside], weights=w[inside])
            total += w[inside].sum() * abs(gap)
    return total / w.sum()


def measure(y, p, w, names):
    d = p.argmax(axis=1)
    values = {
        "accuracy": sk.accuracy_score(y, d, sample_weight=w),
        "balanced_accuracy": sk.balanced_accuracy_score(y, d, sample_weight=w),
        "matthews": sk.matthews_corrcoef(y, d, sample_weight=w),
        # With costs of 1.
        "expected_cost": sk.zero_one_loss(y, d, sample_weight=w),
        "log_loss": sk.log_loss(y, p, sample_weight=w),
        "brier": np.average(((p - np.eye(len(names))[y]) ** 2).sum(axis=1), weights=w),
        # With weights scikit-learn 1.2.1 wants one class at a time.
        "roc_auc_ovr": np.mean([sk.roc_auc_score(y == k, p[:, k], sample_weight=w) for k in range(len(names))]),
        "ece": ece(y, p, w, 10),
        "ece@15": ece(y, p, w, 15),
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


def case(title, n, names, weighted, tied):
    k = len(names)
    while True:
        y = random.choice(k, n, p=np.arange(k, 0, -1) / (k * (k + 1) / 2))
        logits = 1.6 * np.eye(k)[y] + random.normal(0, 1.2, (n, k))
        p = np.exp(logits)
        p /= p.sum(axis=1, keepdims=True)
        if tied:
            p = (p * 8).round() + 1
            p /= p.sum(axis=1, keepdims=True)
        d = p.argmax(axis=1)
        if len(set(y)) == k and len(set(d)) == k:
            break
    w = random.uniform(0.1, 5, n).round(6) if weighted else np.ones(n)
    return {
        "name": title,
        "classes": names,
        "labels": [names[label] for label in y],
        "probabilities": p.tolist(),
        "weights": w.tolist(),
        "expected": measure(y, p, w, names),
    }


random = np.random.default_rng(20020902)
three = ["bird", "cat", "dog"]
seven = ["a@b", "c,d", "e", "f \"g\"", "h", "i", "j"]
cases = [
    case("30 rows of 3 classes", 30, three, False, False),
    case("30 weighted rows of 3 classes", 30, three, True, False),
    case("150 rows of 3 classes with ties", 150, three, False, True),
    case("200 rows of 7 classes", 200, seven, False, False),
    case("200 weighted rows of 7 classes", 200, seven, True, False),
]
target = pathlib.Path(__file__).with_name("multiclass.json")
target.write_text(json.dumps(cases) + "\n")
