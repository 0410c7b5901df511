"""Writes multiclass.json: what scikit-learn 1.2.1 says of samples of three and more classes, for
test/unit/gates/multiclass.test.ts.

Run with: python3 test/oracles/make-multiclass.py
The metrics are in oracle_metrics.py.
"""
import json
import pathlib

import numpy as np
from oracle_metrics import multiclass


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
        "expected": multiclass(y, p, w, names),
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
