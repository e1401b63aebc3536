"""Images that tests run, made here and pushed into the cluster's registry."""

import hashlib
import json
import shutil
import subprocess
import tempfile
from pathlib import Path

from . import images, runtime
from .places import CACHE, REGISTRY, SOURCES, STATE
from .processes import Failure, run, say

MADE = STATE / "images"


def made():
    return {file.name: file.read_text().strip() for file in sorted(MADE.glob("*"))} if MADE.is_dir() else {}


def make(name):
    makers = {"busybox": busybox, "python": python}
    if name not in makers:
        raise Failure(f"there is no image {name}: {', '.join(makers)} are possible")
    there = made().get(name)
    if there:
        return there
    archive = makers[name]()
    reference = push(archive, name)
    MADE.mkdir(parents=True, exist_ok=True)
    (MADE / name).write_text(reference + "\n")
    return reference


def push(archive, name):
    """Pushes an archive in Docker's format; the reference names it by digest."""
    login = f"{runtime.USER}:{runtime.password()}"
    digest_file = STATE / f"{name}.digest"
    run("skopeo", "--insecure-policy", "copy", "--dest-tls-verify=false", "--dest-creds", login, "--digestfile", digest_file,
        f"docker-archive:{archive}", f"docker://{REGISTRY}/test/{name}:latest")
    digest = digest_file.read_text().strip()
    digest_file.unlink()
    return f"{REGISTRY}/test/{name}@{digest}"


def busybox():
    archive = CACHE / "busybox.tar"
    images.busybox(archive, "test/busybox:latest")
    return archive


def python():
    """Debian's Python with the little that debootstrap's smallest variant has."""
    archive = CACHE / "python.tar"
    if not archive.exists():
        root(archive, "test/python:latest", ["python3"], ["python3"])
    return archive


def root(archive, reference, packages, command):
    """A Debian of its own, packed into one layer."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as directory:
        tree = Path(directory) / "root"
        say(f"making {reference} with debootstrap; this is done once")
        suite = next(l.split("=")[1].strip() for l in Path("/etc/os-release").read_text().splitlines() if l.startswith("VERSION_CODENAME="))
        run("debootstrap", "--variant=minbase", f"--include={','.join(packages)}", suite, tree)
        for waste in ("var/cache/apt", "var/lib/apt/lists", "usr/share/doc", "usr/share/man", "usr/share/locale"):
            shutil.rmtree(tree / waste, ignore_errors=True)
        layer = Path(directory) / "layer.tar"
        run("tar", "--sort=name", "--numeric-owner", "-C", tree, "-cf", layer, ".")
        images.write(Path(directory) / "image.tar", reference, layer.read_bytes(), command)
        (Path(directory) / "image.tar").rename(archive)
