"""Evaluates MLOPS_MODEL_DIR on MLOPS_EVALUATION_DATASET_DIR and writes MLOPS_METRICS_FILE, on the CPU and in one process."""

import json
import os
from pathlib import Path

import torch
from torch.utils.data import DataLoader

from digits import CLASSES, Digits, Network


def main():
    data = Digits(os.environ["MLOPS_EVALUATION_DATASET_DIR"])
    network = Network.load(os.environ["MLOPS_MODEL_DIR"]).eval()
    with torch.no_grad():
        batches = [(network(images).softmax(1), labels) for images, labels in DataLoader(data, 128)]
    probabilities, labels = (torch.cat(parts) for parts in zip(*batches))
    confidence, predicted = probabilities.max(1)

    slices = [row["slice"] for row in data.rows]
    metrics = scores(labels, predicted)
    metrics["slices"] = {}
    for name in sorted(set(slices)):
        part = torch.tensor([s == name for s in slices])
        metrics["slices"][name] = scores(labels[part], predicted[part])
    metrics["confusion_matrix"] = {"labels": [str(c) for c in range(CLASSES)], "counts": confusion(labels, predicted).tolist()}
    metrics["samples_file"] = "samples.jsonl"

    target = Path(os.environ["MLOPS_METRICS_FILE"])
    with open(target.parent / "samples.jsonl", "w", encoding="utf-8") as file:
        for row, label, guess, sure in zip(data.rows, labels.tolist(), predicted.tolist(), confidence.tolist()):
            sample = {
                "sample": row["path"], "group": row["group"], "slice": row["slice"], "label": label, "predicted": guess,
                "confidence": round(sure, 6), "metrics": {"accuracy": int(label == guess)},
            }
            file.write(json.dumps(sample) + "\n")
    target.write_text(json.dumps(metrics, indent=2) + "\n", encoding="utf-8")
    print(f"accuracy {metrics['accuracy']:.4f} on {metrics['samples']} images")


def confusion(labels, predicted):
    return torch.bincount(labels * CLASSES + predicted, minlength=CLASSES**2).reshape(CLASSES, CLASSES)


def scores(labels, predicted):
    """Accuracy and the mean of the classes' F1; a class that is neither there nor predicted does not count."""
    counts = confusion(labels, predicted).double()
    totals = counts.sum(0) + counts.sum(1)
    f1 = (2 * counts.diag() / totals)[totals > 0]
    return {"accuracy": (labels == predicted).double().mean().item(), "macro_f1": f1.mean().item(), "samples": len(labels)}


if __name__ == "__main__":
    main()
