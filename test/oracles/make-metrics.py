"""Writes metrics.json: what scikit-learn 1.2.1 and statsmodels 0.13.5 (logistic recalibration) say of small and middling samples, for
test/unit/gates/metrics.test.ts.

Run with: python3 test/oracles/make-metrics.py
The metrics are in oracle_metrics.py.
"""
import json
import pathlib

import numpy as np
from oracle_metrics import binary, ends, regression


def case(name, task, y, s, w, rule=None):
    values = (
        binary(y, s, w, rule["threshold"], (rule["costs"]["falsePositive"], rule["costs"]["falseNegative"]))
        if rule
        else (binary if task == "binary" else regression)(y, s, w)
    )
    return {
        "name": name,
        "task": task,
        "labels": y.tolist(),
        "scores": s.tolist(),
        "weights": w.tolist(),
        **({"lower": ends(s)[0].tolist(), "upper": ends(s)[1].tolist()} if task == "regression" else {}),
        **({"rule": rule} if rule else {}),
        "expected": {key: float(value) for key, value in values.items()},
    }


random = np.random.default_rng(20020902)
cases = []
for n in (20, 150):
    y = (random.random(n) < 0.35).astype(int)
    y[:2] = [0, 1]
    s = np.clip(0.35 * y + 0.65 * random.random(n), 0, 1).round(6)
    cases.append(case(f"{n} scores", "binary", y, s, np.ones(n)))
    cases.append(case(f"{n} weighted scores", "binary", y, s, random.uniform(0.1, 5, n).round(6)))
    tied = (s * 8).round() / 8
    tied[2:4] = [0, 1]
    cases.append(case(f"{n} tied scores with certain ones", "binary", y, tied, np.ones(n)))
    truth = random.normal(40, 15, n).round(6)
    guess = (truth + random.normal(1, 6, n)).round(6)
    cases.append(case(f"{n} numbers", "regression", truth, guess, np.ones(n)))
    cases.append(case(f"{n} weighted numbers", "regression", truth, guess, random.uniform(0.1, 5, n).round(6)))

rule = {"threshold": 0.3, "costs": {"falsePositive": 1, "falseNegative": 20}}
cases += [
    case(f"{c['name']}, decided from 0.3 on", "binary", np.array(c["labels"]), np.array(c["scores"]), np.array(c["weights"]), rule)
    for c in cases
    if c["task"] == "binary"
]
target = pathlib.Path(__file__).with_name("metrics.json")
target.write_text(json.dumps(cases) + "\n")
