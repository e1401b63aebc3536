"""Draws a small dataset for object detection: circles, squares and triangles on noise, a third of the images dark (the slice `night`).

    python prepare.py OUT

makes OUT/training (images/train and images/val, each with day and night, and labels beside them in YOLO's format) and OUT/evaluation
(images/day and images/night, held out). The same call writes the same bytes. Datasets of your own need the same layout and classes.txt.
"""

import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

CLASSES = ("circle", "square", "triangle")
SIZE = 96


def main(out):
    write(out / "training", "train", range(0, 120))
    write(out / "training", "val", range(120, 150))
    write(out / "evaluation", "", range(150, 210))


def write(dataset, part, numbers):
    for number in numbers:
        night = number % 3 == 0
        image, labels = draw(np.random.default_rng(number), night)
        name = Path(part, "night" if night else "day", f"shapes-{number:04d}")
        for kind in ("images", "labels"):
            (dataset / kind / name).parent.mkdir(parents=True, exist_ok=True)
        image.save(dataset / "images" / f"{name}.png")
        (dataset / "labels" / f"{name}.txt").write_text("".join(labels), encoding="utf-8")
    (dataset / "classes.txt").write_text("".join(f"{name}\n" for name in CLASSES), encoding="utf-8")
    print(f"{dataset}: {len(numbers)} images")


def draw(rng, night):
    """An image with up to three shapes, a quarter each, and a line a shape: class, centre, width and height as parts of the image."""
    image = Image.fromarray(rng.integers(60, 120, (SIZE, SIZE, 3), dtype=np.uint8))
    pencil, labels = ImageDraw.Draw(image), []
    for corner in rng.permutation(4)[: rng.integers(1, 4)]:
        kind, side = int(rng.integers(len(CLASSES))), int(rng.integers(20, 40))
        x = int(corner % 2 * SIZE // 2 + rng.integers(0, SIZE // 2 - side + 1))
        y = int(corner // 2 * SIZE // 2 + rng.integers(0, SIZE // 2 - side + 1))
        colour, box = tuple(int(c) for c in rng.integers(150, 256, 3)), (x, y, x + side, y + side)
        if kind == 0:
            pencil.ellipse(box, fill=colour)
        elif kind == 1:
            pencil.rectangle(box, fill=colour)
        else:
            pencil.polygon([(x, y + side), (x + side / 2, y), (x + side, y + side)], fill=colour)
        labels.append(f"{kind} {(x + side / 2) / SIZE:.6f} {(y + side / 2) / SIZE:.6f} {side / SIZE:.6f} {side / SIZE:.6f}\n")
    return (image.point(lambda value: value // 3) if night else image), labels


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
