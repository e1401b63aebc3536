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


def go(*arguments, **environment):
    if not shutil.which("go"):
        raise Impossible("Go is not installed, which fetches and builds what the cluster consists of")
    settings = {"CGO_ENABLED": "0", "GOFLAGS": "-mod=mod", "GOTOOLCHAIN": "auto", **environment}
    return run("go", *arguments, cwd=CACHE, env={**os.environ, **settings})


def program(name):
    """Builds a module's program once."""
    module, version, package = MODULES[name]
    target = CACHE / f"{name}-{version}"
    if not target.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        say(f"building {name} {version}; this is done once and takes some minutes")
        folder = CACHE / f"{name}.{os.getpid()}"
        try:
            go("install", "-trimpath", "-ldflags=-s -w", f"{module}/{package}@{version}".replace("/@", "@"), GOBIN=str(folder))
            next(folder.iterdir()).rename(target)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    return target


def sources(name):
    """A module's files, where Go keeps them."""
    module, version, _ = MODULES[name]
    CACHE.mkdir(parents=True, exist_ok=True)
    return Path(json.loads(go("mod", "download", "-json", f"{module}@{version}").stdout)["Dir"])
