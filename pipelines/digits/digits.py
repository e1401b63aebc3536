"""A dataset directory of digit images, and a small neural network to tell them apart."""

import csv
import json
from pathlib import Path

import numpy as np
from PIL import Image

CLASSES = 10
PIXELS = 64


class Dataset:
    """The images, labels, slices and paths that labels.csv of a dataset directory lists."""

    def __init__(self, directory):
        directory = Path(directory)
        with open(directory / "labels.csv", newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        if not rows:
            raise SystemExit(f"{directory}/labels.csv lists no image")
        self.paths = [row["path"] for row in rows]
        self.labels = np.array([int(row["label"]) for row in rows])
        self.slices = np.array([row["slice"] for row in rows])
        self.groups = [row["group"] for row in rows]
        self.images = np.stack([self._read(directory / path) for path in self.paths])

    @staticmethod
    def _read(path):
        with Image.open(path) as image:
            pixels = np.asarray(image.convert("L"), dtype=np.float64).reshape(-1) / 255
        if pixels.size != PIXELS:
            raise SystemExit(f"{path} has {pixels.size} pixels, {PIXELS} are wanted")
        return pixels


class Network:
    """One hidden layer with ReLU and a softmax, in plain numpy, so that the same seed gives the same bytes."""

    def __init__(self, weights):
        self.weights = weights

    @classmethod
    def new(cls, hidden, rng):
        return cls(
            {
                "w1": rng.normal(0, np.sqrt(2 / PIXELS), (PIXELS, hidden)),
                "b1": np.zeros(hidden),
                "w2": rng.normal(0, np.sqrt(2 / hidden), (hidden, CLASSES)),
                "b2": np.zeros(CLASSES),
            }
        )

    @classmethod
    def load(cls, directory):
        directory = Path(directory)
        names = json.loads((directory / "model.json").read_text(encoding="utf-8"))["weights"]
        return cls({name: np.load(directory / f"{name}.npy", allow_pickle=False) for name in names})

    def save(self, directory):
        """Arrays without pickle: loading a model runs no code, and equal weights are equal files."""
        directory = Path(directory)
        directory.mkdir(parents=True, exist_ok=True)
        for name, values in self.weights.items():
            np.save(directory / f"{name}.npy", values, allow_pickle=False)
        description = {"format": "digits-network/1", "weights": sorted(self.weights)}
        (directory / "model.json").write_text(json.dumps(description, indent=2) + "\n", encoding="utf-8")

    def hidden(self, images):
        return np.maximum(images @ self.weights["w1"] + self.weights["b1"], 0)

    def probabilities(self, images):
        scores = self.hidden(images) @ self.weights["w2"] + self.weights["b2"]
        scores -= scores.max(axis=1, keepdims=True)
        exp = np.exp(scores)
        return exp / exp.sum(axis=1, keepdims=True)

    def step(self, images, labels, learning_rate):
        """One step of gradient descent; returns the mean cross-entropy before it."""
        hidden = self.hidden(images)
        probabilities = self.probabilities(images)
        loss = -np.log(probabilities[np.arange(len(labels)), labels] + 1e-12).mean()
        error = probabilities.copy()
        error[np.arange(len(labels)), labels] -= 1
        error /= len(labels)
        back = (error @ self.weights["w2"].T) * (hidden > 0)
        gradients = {
            "w1": images.T @ back,
            "b1": back.sum(axis=0),
            "w2": hidden.T @ error,
            "b2": error.sum(axis=0),
        }
        for name, gradient in gradients.items():
            self.weights[name] -= learning_rate * gradient
        return loss
