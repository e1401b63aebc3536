"""Trains the digits network on MLOPS_DATASET_DIR, from MLOPS_PARENT_MODEL_DIR when there is one, into MLOPS_MODEL_DIR."""

import json
import os
import time

import numpy as np
from mlflow import MlflowClient
from mlflow.entities import Metric

from digits import Dataset, Network


def main():
    with open(os.environ["MLOPS_PARAMS_FILE"], encoding="utf-8") as file:
        params = json.load(file)
    rng = np.random.default_rng(int(os.environ["MLOPS_SEED"]))
    data = Dataset(os.environ["MLOPS_DATASET_DIR"])
    parent = os.environ.get("MLOPS_PARENT_MODEL_DIR")
    network = Network.load(parent) if parent else Network.new(int(params["hidden"]), rng)
    print(f"{len(data.labels)} images, {'fine-tuning the parent model' if parent else 'training from scratch'}")

    epochs, batch = int(params["epochs"]), int(params["batch"])
    learning_rate = float(params["learning_rate"])
    losses, accuracies = [], []
    for epoch in range(epochs):
        order = rng.permutation(len(data.labels))
        batches = [order[i : i + batch] for i in range(0, len(order), batch)]
        loss = np.mean([network.step(data.images[b], data.labels[b], learning_rate) for b in batches])
        accuracy = (network.probabilities(data.images).argmax(axis=1) == data.labels).mean()
        losses.append(float(loss))
        accuracies.append(float(accuracy))
        if epoch % 10 == 9 or epoch == epochs - 1:
            print(f"epoch {epoch + 1} of {epochs}: loss {loss:.4f}, accuracy {accuracy:.4f}", flush=True)
    log_curves(losses, accuracies)
    network.save(os.environ["MLOPS_MODEL_DIR"])


def log_curves(losses, accuracies):
    """To the run that mlops has started: MLFLOW_TRACKING_URI and MLFLOW_RUN_ID name it. One request for all points."""
    now = int(time.time() * 1000)
    points = [
        Metric(key, value, now, epoch)
        for key, values in (("train/loss", losses), ("train/accuracy", accuracies))
        for epoch, value in enumerate(values)
    ]
    MlflowClient().log_batch(os.environ["MLFLOW_RUN_ID"], metrics=points)


if __name__ == "__main__":
    main()
