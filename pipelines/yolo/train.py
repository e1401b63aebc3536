"""Trains a YOLO on MLOPS_DATASET_DIR into MLOPS_MODEL_DIR: from the parent model's weights when there is one, else from nothing."""

import os
import re
import shutil
import tempfile
from pathlib import Path

import tracking
import yolo  # before Ultralytics reads its settings
from ultralytics import YOLO

CHECKPOINTS = Path(os.environ["MLOPS_CHECKPOINT_DIR"])


def main():
    params, work = yolo.params(), Path(tempfile.mkdtemp())
    checkpoint, done = newest_checkpoint()
    parent = os.environ.get("MLOPS_PARENT_MODEL_DIR")
    best = work / "train/weights/best.pt"
    if checkpoint:
        print(f"going on after epoch {done}", flush=True)
        best.parent.mkdir(parents=True)
        shutil.copy(checkpoint / "best.pt", best)
    if done < params["epochs"]:
        model = YOLO(checkpoint / "last.pt" if checkpoint else f"{parent}/weights.pt" if parent else params["model"])
        model.add_callback("on_model_save", log)
        model.add_callback("on_model_save", keep)
        model.train(
            data=yolo.describe(os.environ["MLOPS_DATASET_DIR"], work, train="train", val="val"),
            resume=bool(checkpoint), epochs=params["epochs"], imgsz=params["imgsz"], batch=params["batch"], workers=params["workers"],
            device=yolo.pick_device(), amp=params["amp"], seed=int(os.environ["MLOPS_SEED"]),
            project=str(work), name="train", exist_ok=True, plots=False,
        )
    shutil.copy(best, Path(os.environ["MLOPS_MODEL_DIR"]) / "weights.pt")


def keep(trainer):
    """A checkpoint as mlops keeps it: a directory of its own, in which the file COMPLETE is made last (docs/checkpoints.md)."""
    target = CHECKPOINTS / f"epoch-{trainer.epoch + 1:05d}"
    shutil.rmtree(target, ignore_errors=True)  # a torn one that a process which died has left
    target.mkdir(parents=True)
    shutil.copy(trainer.last, target)
    shutil.copy(trainer.best, target)
    (target / "COMPLETE").touch()


def newest_checkpoint():
    """Its directory and how many epochs it has seen; None and 0 when there is none."""
    found = {int(match[1]): path for path in CHECKPOINTS.glob("*") if (match := re.fullmatch(r"epoch-(\d+)", path.name)) and (path / "COMPLETE").exists()}
    return (found[max(found)], max(found)) if found else (None, 0)


def log(trainer):
    print(f"epoch {trainer.epoch + 1} of {trainer.epochs}: mAP50-95 {trainer.metrics['metrics/mAP50-95(B)']:.4f}", flush=True)
    # MLflow takes no parentheses; these stand for boxes.
    tracking.log(trainer.epoch, {name.replace("(B)", ""): value for name, value in trainer.metrics.items()})


if __name__ == "__main__":
    main()
