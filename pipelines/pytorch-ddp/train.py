"""Trains the digits network on MLOPS_DATASET_DIR into MLOPS_MODEL_DIR, as one of the processes that torchrun starts.

One process a GPU and NCCL where the specification asks for GPUs (resources.gpus), else one process a node and Gloo on the CPU.
"""

import json
import os

import torch
import torch.distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader, DistributedSampler

import checkpoints
import tracking
from digits import Digits, Network


def main():
    device = pick_device()
    dist.init_process_group("nccl" if device.type == "cuda" else "gloo")
    try:
        train(device)
    finally:
        dist.destroy_process_group()


def pick_device():
    """This process' GPU where GPUs were asked for: a training that was to have some does not creep along on the CPU."""
    if "PET_NPROC_PER_NODE" not in os.environ and not torch.cuda.is_available():
        return torch.device("cpu")
    if not torch.cuda.is_available():
        raise SystemExit("GPUs were asked for, and PyTorch finds none: is the image built for GPUs, and the node's driver new enough for it?")
    device = torch.device("cuda", int(os.environ["LOCAL_RANK"]))
    torch.cuda.set_device(device)
    return device


def train(device):
    with open(os.environ["MLOPS_PARAMS_FILE"], encoding="utf-8") as file:
        params = json.load(file)
    seed, epochs = int(os.environ["MLOPS_SEED"]), int(params["epochs"])
    rank, world = dist.get_rank(), dist.get_world_size()
    torch.manual_seed(seed)  # the same on all, so that all begin with the same weights

    data = Digits(os.environ["MLOPS_DATASET_DIR"])
    sampler = DistributedSampler(data, world, rank, seed=seed)
    workers = int(params["workers"])
    loader = DataLoader(data, max(1, int(params["batch"]) // world), sampler=sampler, num_workers=workers, persistent_workers=workers > 0)
    parent = os.environ.get("MLOPS_PARENT_MODEL_DIR")
    network = (Network.load(parent) if parent else Network()).to(device)
    ddp = DistributedDataParallel(network, device_ids=[device] if device.type == "cuda" else None)
    optimizer = torch.optim.SGD(ddp.parameters(), lr=float(params["learning_rate"]), momentum=0.9)

    first = resume(network, optimizer, device)
    told(f"{len(data)} images on {world} processes by {dist.get_backend()}, "
         + (f"going on after epoch {first}" if first else "fine-tuning the parent model" if parent else "training from scratch"))
    for epoch in range(first, epochs):
        sampler.set_epoch(epoch)
        loss, accuracy = run_epoch(ddp, optimizer, loader, device)
        if rank == 0:
            tracking.log(epoch, {"train/loss": loss, "train/accuracy": accuracy})
        told(f"epoch {epoch + 1} of {epochs}: loss {loss:.4f}, accuracy {accuracy:.4f}")
        if int(os.environ["LOCAL_RANK"]) == 0:
            state = {"network": network.state_dict(), "optimizer": optimizer.state_dict()}
            checkpoints.save(os.environ["MLOPS_CHECKPOINT_DIR"], epoch + 1, state)

    agree(network)
    if rank == 0:
        network.save(os.environ["MLOPS_MODEL_DIR"])


def run_epoch(ddp, optimizer, loader, device):
    """Mean loss and accuracy over the images of all processes."""
    sums = torch.zeros(3, dtype=torch.float64, device=device)
    for images, labels in loader:
        images, labels = images.to(device), labels.to(device)
        scores = ddp(images)
        loss = nn.functional.cross_entropy(scores, labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        sums += torch.stack([loss.detach() * len(labels), (scores.argmax(1) == labels).sum(), torch.tensor(len(labels), device=device)])
    dist.all_reduce(sums)
    return (sums[0] / sums[2]).item(), (sums[1] / sums[2]).item()


def resume(network, optimizer, device):
    """The number of epochs that are done already. All processes go on from the same checkpoint or none does."""
    directory = os.environ["MLOPS_CHECKPOINT_DIR"]
    newest = torch.tensor([checkpoints.newest(directory)], device=device)
    oldest = newest.clone()
    dist.all_reduce(newest, dist.ReduceOp.MAX)
    dist.all_reduce(oldest, dist.ReduceOp.MIN)
    if newest.item() < 0:
        return 0
    if newest.item() != oldest.item():
        raise SystemExit(f"The nodes have different checkpoints: epoch {oldest.item()} and {newest.item()}")
    state = checkpoints.load(directory, newest.item(), device)
    network.load_state_dict(state["network"])
    optimizer.load_state_dict(state["optimizer"])
    return newest.item()


def agree(network):
    """Every process says what its weights are; a difference is an error that nobody would see in the loss."""
    digests = [None] * dist.get_world_size()
    dist.all_gather_object(digests, network.digest())
    print(f"rank {dist.get_rank()}: weights sha256:{network.digest()}", flush=True)
    if len(set(digests)) > 1:
        raise SystemExit(f"The ranks' weights differ: {digests}")


def told(text):
    if dist.get_rank() == 0:
        print(text, flush=True)


if __name__ == "__main__":
    main()
