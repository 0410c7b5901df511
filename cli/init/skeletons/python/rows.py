"""The rows of the data: which columns there are, which rows are held out, and what a model sees of a row."""
import csv, hashlib, json, os

ID = "id"  # tells the rows apart over all files; empty: the file and the number of the row do
TARGET = "target"  # what the model predicts
POSITIVE = "1"  # the value of TARGET that is class 1, where there are two
FEATURES = ["feature"]  # the columns of numbers that the model learns from


def is_held_out(row_id, share):
    """Ratchet's rule (docs/jobs.md): a row is on the same side in every run, so no model is judged on what it has learnt."""
    first = hashlib.sha256(row_id.encode()).digest()[:4]
    return int.from_bytes(first, "big") / 2**32 < share


def read_rows(data, manifest_file, part, held_out):
    """Yields (id, row) of the files that the manifest lists, and of no other file in the folder."""
    with open(manifest_file) as file:
        manifest = json.load(file)
    for partition in manifest[part]:
        with open(os.path.join(data, partition["name"]), newline="", encoding="utf-8-sig") as file:
            for number, row in enumerate(csv.DictReader(file)):
                row_id = row[ID] if ID else f"{partition['name']}:{number}"
                if row[TARGET] != "" and is_held_out(row_id, manifest["holdoutShare"]) == held_out:
                    yield row_id, row


def features(row):
    """Numbers; a missing one is NaN."""
    return [float(row[name]) if row[name] != "" else float("nan") for name in FEATURES]
