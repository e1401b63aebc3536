"""What training and evaluation have in common."""

import json
import os
import shutil
from pathlib import Path

import torch
from ultralytics import settings

IMAGES = {".png", ".jpg", ".jpeg", ".bmp", ".webp"}

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


def describe(dataset, work, **parts):
    """Describes parts of a dataset, directories below images/, as Ultralytics wants it, in a work directory.

    Ultralytics keeps what it found in labels beside them. A dataset is not to be written to, so it gets labels of its own.
    """
    dataset = Path(dataset)
    shutil.copytree(dataset / "labels", work / "labels", copy_function=shutil.copyfile)
    (work / "images").symlink_to(dataset / "images")
    for name, part in parts.items():
        images = sorted(path.relative_to(dataset) for path in (dataset / "images" / part).rglob("*") if path.suffix.lower() in IMAGES)
        (work / f"{name}.txt").write_text("".join(f"{work / image}\n" for image in images), encoding="utf-8")
    names = (dataset / "classes.txt").read_text(encoding="utf-8").split()
    description = {"path": str(work), "names": dict(enumerate(names)), **{name: f"{name}.txt" for name in parts}}
    (work / "data.yaml").write_text(json.dumps(description), encoding="utf-8")  # JSON is YAML
    return str(work / "data.yaml")
