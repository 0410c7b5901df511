/**
 * A model as an MLflow folder: `MLmodel`, what was learned as JSON, and the Python with which `mlflow.pyfunc.load_model` opens it.
 *
 * Source: MLflow, "Models", storage format, and `mlflow.pyfunc`: `loader_module` is imported from the folder `code`, and its
 * `_load_pyfunc` is given the path that `data` names. The Python needs nothing beyond its own library.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Data } from './data.ts';
import type { Model } from './learners.ts';

/** `model.json`: docs/local-cloud/azure-ml.md, AutoML, says what each part means. */
interface ModelDocument {
  readonly format: 'ratchet-local-automl-1';
  readonly task: string;
  readonly algorithm: string;
  readonly target: string;
  readonly labels: readonly string[];
  readonly features: Data['features'];
  readonly model: Model;
}

export function writeModel(folder: string, document: Omit<ModelDocument, 'format'>, run: string): void {
  const python = { loader_module: 'ratchet_local_automl', code: 'code', data: 'model.json', env: {} };
  const MLmodel = {
    artifact_path: 'outputs/mlflow-model',
    flavors: { python_function: python },
    run_id: run,
  };
  mkdirSync(join(folder, 'code'), { recursive: true });
  writeFileSync(join(folder, 'MLmodel'), stringify(MLmodel));
  const whole: ModelDocument = { format: 'ratchet-local-automl-1', ...document };
  writeFileSync(join(folder, 'model.json'), `${JSON.stringify(whole)}\n`);
  writeFileSync(join(folder, 'code', 'ratchet_local_automl.py'), loader);
}

const loader = `"""Opens a model that the local workspace's AutoML has trained: docs/local-cloud/azure-ml.md."""
import json
import math


def _load_pyfunc(path):
    with open(path, encoding="utf-8") as file:
        return Model(json.load(file))


class Model:
    def __init__(self, document):
        self.document = document

    def predict(self, rows, params=None):
        """A label or a value for each row of a data frame, or of a list of dictionaries."""
        records = rows.to_dict("records") if hasattr(rows, "to_dict") else rows
        said = [self._say(record) for record in records]
        labels = self.document["labels"]
        return [labels[one.index(max(one))] if labels else one[0] for one in said]

    def predict_proba(self, rows):
        records = rows.to_dict("records") if hasattr(rows, "to_dict") else rows
        return [self._say(record) for record in records]

    def _say(self, record):
        x = [_number(feature, record.get(feature["column"])) for feature in self.document["features"]]
        model = self.document["model"]
        if model["kind"] == "tree":
            node = model["nodes"][0]
            while "feature" in node:
                side = "left" if x[node["feature"]] <= node["threshold"] else "right"
                node = model["nodes"][node[side]]
            return node["value"]
        if model["on"] == "signs":
            x = [1 if value > 0 else 0 for value in x]
        scores = [
            bias + sum(weight * value for weight, value in zip(weights, x))
            for weights, bias in zip(model["weights"], model["bias"])
        ]
        if not self.document["labels"]:
            return scores
        raised = [math.exp(score - max(scores)) for score in scores]
        return [value / sum(raised) for value in raised]


def _number(feature, cell):
    if feature["kind"] == "level":
        return 1 if str(cell) == feature["level"] else 0
    if cell is None or cell == "" or cell != cell:
        return 0
    return (float(cell) - feature["mean"]) / feature["scale"]
`;
