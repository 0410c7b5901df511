"""Learns from the rows that are not held out, and leaves the model in --out."""
import argparse, csv, os
import model
from rows import features, read_rows

args = argparse.ArgumentParser()
for name in ["--data", "--manifest", "--out", "--epochs"]:
    args.add_argument(name, required=True)
args = args.parse_args()

rows = list(read_rows(args.data, args.manifest, "train", held_out=False))
print(f"{len(rows)} rows to learn from", flush=True)
if not rows:
    raise SystemExit(f"no row to learn from in the files of {args.manifest}: is the column of the target filled?")
trained = model.fit([features(row) for _, row in rows], [model.label(row) for _, row in rows], int(args.epochs))
os.makedirs(args.out, exist_ok=True)
model.save(trained, args.out)
# What it has learnt from, for the gate that looks for rows of the evaluation among it.
with open(os.path.join(args.out, "train-ids.csv"), "w", newline="") as file:
    out = csv.writer(file)
    out.writerow(["id"])
    out.writerows([row_id] for row_id, _ in rows)
