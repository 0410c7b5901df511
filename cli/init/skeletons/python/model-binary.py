"""A logistic regression without any package. Yours takes its place: train.py and evaluate.py need what is here, and no more."""
import json, math, os, random
from rows import POSITIVE, TARGET
from scaling import measure, scale


def label(row):
    return 1 if row[TARGET] == POSITIVE else 0


def fit(rows, labels, epochs):
    scaling = measure(rows)
    examples = [(scale(scaling, values), y) for values, y in zip(rows, labels)]
    weights = [0.0] * len(examples[0][0])
    order = random.Random(1)  # the same model from the same data
    for _ in range(epochs):
        order.shuffle(examples)
        for values, y in examples:
            error = y - probability(weights, values)
            weights = [w + 0.02 * error * v for w, v in zip(weights, values)]
    return {"scaling": scaling, "weights": weights}


def probability(weights, values):
    score = sum(w * v for w, v in zip(weights, values))
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, score))))


def predict(model, values):
    """The probability of class 1: Ratchet computes every metric from it."""
    return probability(model["weights"], scale(model["scaling"], values))


def save(model, folder):
    with open(os.path.join(folder, "model.json"), "w") as file:
        json.dump(model, file)


def load(folder):
    with open(os.path.join(folder, "model.json")) as file:
        return json.load(file)
