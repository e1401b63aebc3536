"""What training and evaluation have in common."""

import json
import os
from pathlib import Path

import torch
from ultralytics import settings

# mlops keeps the record; nothing is sent to Ultralytics, and MLflow hears of epochs from train.py alone.
settings.update({"sync": False, "mlflow": False})


def params():
    with open(os.environ["MLOPS_PARAMS_FILE"], encoding="utf-8") as file:
        return json.load(file)


def pick_device():
    """The GPU where one was asked for (resources.gpus): a training that was to have one does not creep along on the CPU."""
    wanted = int(os.environ.get("PET_NPROC_PER_NODE", torch.cuda.device_count()))
    if wanted == 0:
        return "cpu"
    if not torch.cuda.is_available():
        raise SystemExit("A GPU was asked for, and PyTorch finds none: is the image built for GPUs, and the node's driver new enough for it?")
    if wanted > 1:
        raise SystemExit(f"This training uses one GPU, and {wanted} were asked for: set resources.gpus to 1")
    return 0


def describe(dataset, target, train, val):
    """Writes the description of a dataset that Ultralytics wants: where images are, and what the classes are called."""
    names = (Path(dataset) / "classes.txt").read_text(encoding="utf-8").split()
    description = {"path": str(dataset), "train": train, "val": val, "names": dict(enumerate(names))}
    target.write_text(json.dumps(description), encoding="utf-8")  # JSON is YAML
    return str(target)
