"""A linear regression without any package. Yours takes its place: train.py and evaluate.py need what is here, and no more."""
import json, os, random
from rows import TARGET
from scaling import measure, scale


def label(row):
    return float(row[TARGET])


def fit(rows, labels, epochs):
    scaling = measure(rows)
    [[mean, deviation]] = measure([[y] for y in labels])
    examples = [(scale(scaling, values), (y - mean) / deviation) for values, y in zip(rows, labels)]
    weights = [0.0] * len(examples[0][0])
    order = random.Random(1)  # the same model from the same data
    for _ in range(epochs):
        order.shuffle(examples)
        for values, y in examples:
            error = y - sum(w * v for w, v in zip(weights, values))
            weights = [w + 0.005 * error * v for w, v in zip(weights, values)]
    return {"scaling": scaling, "weights": weights, "mean": mean, "deviation": deviation}


def predict(model, values):
    """The number that the model expects: Ratchet computes every metric from it."""
    score = sum(w * v for w, v in zip(model["weights"], scale(model["scaling"], values)))
    return model["mean"] + model["deviation"] * score


def save(model, folder):
    with open(os.path.join(folder, "model.json"), "w") as file:
        json.dump(model, file)


def load(folder):
    with open(os.path.join(folder, "model.json")) as file:
        return json.load(file)
