"""Checkpoints as mlops keeps them: a directory each, named by a growing number, in which the file COMPLETE is made last.

What is written so below MLOPS_CHECKPOINT_DIR is uploaded while the training runs, counts once every node has written it, and is
there again when the training begins anew after a node was lost. See docs/checkpoints.md.
"""

import os
import re
import shutil
from pathlib import Path

import torch

NAME = re.compile(r"epoch-(\d+)")


def save(directory, epoch, state):
    """Called by one process of each node, as nodes share no disk."""
    target = Path(directory) / f"epoch-{epoch:05d}"
    shutil.rmtree(target, ignore_errors=True)  # a torn one that a process which died has left
    target.mkdir(parents=True)
    torch.save(state, target / "state.pt")
    with open(target / "COMPLETE", "wb") as marker:
        os.fsync(marker.fileno())


def newest(directory):
    """The number of the newest whole one; -1 when there is none."""
    found = [int(match[1]) for path in Path(directory).glob("*") if (match := NAME.fullmatch(path.name)) and (path / "COMPLETE").exists()]
    return max(found, default=-1)


def load(directory, epoch, device):
    return torch.load(Path(directory) / f"epoch-{epoch:05d}" / "state.pt", map_location=device, weights_only=True)
