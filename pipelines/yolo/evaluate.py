"""Evaluates MLOPS_MODEL_DIR on MLOPS_EVALUATION_DATASET_DIR, the whole and each slice, and writes MLOPS_METRICS_FILE."""

import json
import os
import tempfile
from pathlib import Path

import yolo
from ultralytics import YOLO


def main():
    dataset = Path(os.environ["MLOPS_EVALUATION_DATASET_DIR"])
    metrics = scores(dataset, ".")
    slices = sorted(path.name for path in (dataset / "images").iterdir() if path.is_dir())
    metrics["slices"] = {name: scores(dataset, name) for name in slices}
    Path(os.environ["MLOPS_METRICS_FILE"]).write_text(json.dumps(metrics, indent=2) + "\n", encoding="utf-8")
    print(f"mAP50-95 {metrics['mAP50_95']:.4f} on {metrics['samples']} images")


def scores(dataset, part):
    """Of the images in a directory below images/."""
    params, work = yolo.params(), Path(tempfile.mkdtemp())
    result = YOLO(Path(os.environ["MLOPS_MODEL_DIR"]) / "weights.pt").val(
        data=yolo.describe(dataset, work, train=part, val=part), imgsz=params["imgsz"], batch=params["batch"],
        workers=params["workers"], device=yolo.pick_device(), project=str(work), plots=False, verbose=False,
    )
    samples = len((work / "val.txt").read_text(encoding="utf-8").splitlines())
    return {"mAP50_95": float(result.box.map), "mAP50": float(result.box.map50), "samples": samples}


if __name__ == "__main__":
    main()
