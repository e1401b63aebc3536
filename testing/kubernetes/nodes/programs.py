"""Programs and manifests of Go modules that are used as they are: nothing of them is in this repository."""

import json
import os
import shutil
from pathlib import Path

from .places import CACHE
from .processes import Impossible, run, say

MODULES = {
    "kwok": ("sigs.k8s.io/kwok", "v0.7.0", "cmd/kwok"),
    "jobset": ("sigs.k8s.io/jobset", "v0.10.1", ""),
    "kueue": ("sigs.k8s.io/kueue", "v0.17.0", "cmd/kueue"),
    "controller-gen": ("sigs.k8s.io/controller-tools", "v0.19.0", "cmd/controller-gen"),
    "volcano": ("volcano.sh/apis", "v1.12.1", None),
    "training-operator": ("github.com/kubeflow/training-operator", "v1.8.1", None),
}


def go(*arguments, cwd=CACHE):
    if not shutil.which("go"):
        raise Impossible("Go is not installed, which fetches and builds what the cluster consists of")
    return run("go", *arguments, cwd=cwd, env={**os.environ, "CGO_ENABLED": "0", "GOFLAGS": "-mod=readonly", "GOTOOLCHAIN": "auto"})


def is_built(name):
    _, version, _ = MODULES[name]
    return (CACHE / f"{name}-{version}").exists()


def program(name):
    """Builds a module's program once."""
    _, version, package = MODULES[name]
    target = CACHE / f"{name}-{version}"
    if not target.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        say(f"building {name} {version}; this is done once and takes some minutes")
        partial = target.with_name(f"{target.name}.{os.getpid()}")
        try:
            # In the module's own folder its own versions of everything else hold.
            go("build", "-trimpath", "-ldflags=-s -w", "-o", partial, f"./{package}", cwd=sources(name))
            partial.rename(target)
        finally:
            partial.unlink(missing_ok=True)
    return target


def sources(name):
    """A module's files, where Go keeps them."""
    module, version, _ = MODULES[name]
    CACHE.mkdir(parents=True, exist_ok=True)
    return Path(json.loads(go("mod", "download", "-json", f"{module}@{version}").stdout)["Dir"])
