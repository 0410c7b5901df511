"""Scores the rows that are held out, with the new model and with the released one. It computes no metric: Ratchet does."""
import argparse, csv, os, shutil
import model
from rows import features, read_rows

args = argparse.ArgumentParser()
for name in ["--data", "--manifest", "--challenger", "--out"]:
    args.add_argument(name, required=True)
args.add_argument("--champion")  # not there before the first release
args = args.parse_args()

models = {"challenger": model.load(args.challenger)}
if args.champion:
    models["champion"] = model.load(args.champion)
os.makedirs(args.out, exist_ok=True)
scored = 0
with open(os.path.join(args.out, "predictions.csv"), "w", newline="", encoding="utf-8") as file:
    out = csv.writer(file)
    out.writerow(["id", "label", *models])
    for row_id, row in read_rows(args.data, args.manifest, "evaluate", held_out=True):
        values = features(row)
        out.writerow([row_id, model.label(row), *(model.predict(each, values) for each in models.values())])
        scored += 1
shutil.copy(os.path.join(args.challenger, "train-ids.csv"), args.out)
print(f"{scored} rows scored", flush=True)
