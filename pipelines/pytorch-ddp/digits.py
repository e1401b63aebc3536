"""The datasets of ../digits for PyTorch, and a small convolutional network to tell them apart."""

import csv
import hashlib
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import nn

CLASSES = 10


class Digits(torch.utils.data.Dataset):
    """The images that labels.csv of a dataset directory lists, read when they are asked for."""

    def __init__(self, directory):
        self.directory = Path(directory)
        with open(self.directory / "labels.csv", newline="", encoding="utf-8") as file:
            self.rows = list(csv.DictReader(file))
        if not self.rows:
            raise SystemExit(f"{directory}/labels.csv lists no image")

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, index):
        row = self.rows[index]
        with Image.open(self.directory / row["path"]) as image:
            pixels = np.asarray(image.convert("L"), dtype=np.float32) / 255
        return torch.from_numpy(pixels).unsqueeze(0), int(row["label"])


class Network(nn.Module):
    """Images of any size above 4 x 4 pixels in, a score for each class out."""

    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(),
            nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.AdaptiveMaxPool2d(4),
            nn.Flatten(), nn.Linear(32 * 16, 64), nn.ReLU(), nn.Linear(64, CLASSES),
        )

    def forward(self, images):
        return self.layers(images)

    @classmethod
    def load(cls, directory):
        network = cls()
        # Weights alone: a file that would run code is refused.
        network.load_state_dict(torch.load(Path(directory) / "weights.pt", map_location="cpu", weights_only=True))
        return network

    def save(self, directory):
        directory = Path(directory)
        directory.mkdir(parents=True, exist_ok=True)
        torch.save({name: value.cpu() for name, value in self.state_dict().items()}, directory / "weights.pt")

    def digest(self):
        """Of the weights, so that ranks can say whether theirs are the same."""
        digest = hashlib.sha256()
        for name, value in sorted(self.state_dict().items()):
            digest.update(name.encode() + b"\0" + value.cpu().contiguous().numpy().tobytes())
        return digest.hexdigest()
