"""Nodes without a machine."""


def make(count, gpus):
    raise NotImplementedError
