"""Evaluates MLOPS_MODEL_DIR on MLOPS_EVALUATION_DATASET_DIR and writes MLOPS_METRICS_FILE."""

import json
import os
from pathlib import Path

import numpy as np

from digits import CLASSES, Dataset, Network


def main():
    data = Dataset(os.environ["MLOPS_EVALUATION_DATASET_DIR"])
    network = Network.load(os.environ["MLOPS_MODEL_DIR"])
    probabilities = network.probabilities(data.images)
    predicted = probabilities.argmax(axis=1)

    metrics = scores(data.labels, predicted)
    metrics["slices"] = {
        name: scores(data.labels[data.slices == name], predicted[data.slices == name])
        for name in sorted(set(data.slices))
    }
    confusion = np.zeros((CLASSES, CLASSES), dtype=int)
    np.add.at(confusion, (data.labels, predicted), 1)
    metrics["confusion_matrix"] = {"labels": [str(c) for c in range(CLASSES)], "counts": confusion.tolist()}

    target = Path(os.environ["MLOPS_METRICS_FILE"])
    metrics["samples_file"] = "samples.jsonl"
    with open(target.parent / "samples.jsonl", "w", encoding="utf-8") as file:
        for i, path in enumerate(data.paths):
            sample = {
                "sample": path,
                "group": data.groups[i],
                "slice": str(data.slices[i]),
                "label": int(data.labels[i]),
                "predicted": int(predicted[i]),
                "confidence": round(float(probabilities[i].max()), 6),
                "metrics": {"accuracy": int(predicted[i] == data.labels[i])},
            }
            file.write(json.dumps(sample) + "\n")
    target.write_text(json.dumps(metrics, indent=2) + "\n", encoding="utf-8")
    print(f"accuracy {metrics['accuracy']:.4f} on {metrics['samples']} images")


def scores(labels, predicted):
    """Accuracy and the mean of the classes' F1; a class that is neither there nor predicted does not count."""
    f1 = []
    for c in range(CLASSES):
        hits = int(((labels == c) & (predicted == c)).sum())
        total = int((labels == c).sum() + (predicted == c).sum())
        if total:
            f1.append(2 * hits / total)
    return {
        "accuracy": float((labels == predicted).mean()),
        "macro_f1": float(np.mean(f1)),
        "samples": int(len(labels)),
    }


if __name__ == "__main__":
    main()
