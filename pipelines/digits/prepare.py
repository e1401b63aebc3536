"""Writes scikit-learn's 1,797 scanned digits as dataset directories of PNG files with a labels.csv.

    python prepare.py OUT

makes OUT/training (three of four digits, one in three of them darkened and noisy: the slice `night`), OUT/evaluation (the
fourth, held out, made alike), OUT/damaged (the training images, with the label of every other one replaced) and OUT/nights (new
images to fine-tune with: the training digits that were taken by day, at night). The same call writes the same bytes.
"""

import csv
import sys
from pathlib import Path

import numpy as np
from PIL import Image
from sklearn.datasets import load_digits

NIGHT_LIGHT = 0.45
NIGHT_NOISE = 12


def main(out):
    digits = load_digits()
    images = np.rint(digits.images * 255 / 16).astype(np.uint8)
    labels = digits.target
    numbers = np.arange(len(labels))
    held_out = numbers % 4 == 3
    training, evaluation = numbers[~held_out], numbers[held_out]
    damaged = np.where(numbers % 2 == 0, (labels + 1 + numbers % 9) % 10, labels)
    write(out / "training", images, labels, training, is_night)
    write(out / "evaluation", images, labels, evaluation, is_night)
    write(out / "damaged", images, damaged, training, is_night)
    write(out / "nights", images, labels, [n for n in training if not is_night(n)], lambda number: True)


def is_night(number):
    return number % 3 == 0


def write(directory, images, labels, numbers, at_night):
    rows = [write_image(directory, images[n], labels[n], n, at_night(n)) for n in numbers]
    with open(directory / "labels.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, ["path", "label", "slice", "group"], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    print(f"{directory}: {len(rows)} images")


def write_image(directory, image, label, number, night):
    part = "night" if night else "day"
    path = Path("images") / part / f"digit-{number:04d}.png"
    if night:
        noise = np.random.default_rng(int(number)).normal(0, NIGHT_NOISE, image.shape)
        image = np.clip(image * NIGHT_LIGHT + noise, 0, 255).astype(np.uint8)
    (directory / path).parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(image).save(directory / path)
    # The digits come from 43 writers in runs; the number of the run stands for the recording.
    return {"path": path.as_posix(), "label": int(label), "slice": part, "group": f"recording-{number // 42:02d}"}


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
