"""Images made from what Debian has: archives in Docker's format, written by hand, so that no other image is needed to begin with."""

import hashlib
import io
import json
import tarfile
import time
from pathlib import Path

BUSYBOX = Path("/bin/busybox")
PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def busybox(archive, reference, command=("/bin/sh",)):
    """The static busybox with all its commands."""
    import subprocess

    layer = io.BytesIO()
    with tarfile.open(fileobj=layer, mode="w") as tar:
        for directory, mode in (("bin", 0o755), ("tmp", 0o1777), ("etc", 0o755), ("root", 0o700), ("dev", 0o755), ("proc", 0o755)):
            entry = tarfile.TarInfo(directory)
            entry.type, entry.mode = tarfile.DIRTYPE, mode
            tar.addfile(entry)
        add(tar, "bin/busybox", BUSYBOX.read_bytes(), 0o755)
        add(tar, "etc/passwd", b"root:x:0:0:root:/root:/bin/sh\nuser:x:1000:1000:user:/tmp:/bin/sh\n", 0o644)
        for name in subprocess.run([BUSYBOX, "--list"], stdout=subprocess.PIPE, text=True, check=True).stdout.split():
            if name != "busybox":
                link = tarfile.TarInfo(f"bin/{name}")
                link.type, link.linkname = tarfile.SYMTYPE, "busybox"
                tar.addfile(link)
    write(archive, reference, layer.getvalue(), command)


def add(tar, name, content, mode):
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(content), mode
    tar.addfile(entry, io.BytesIO(content))


def write(archive, reference, layer, command, user="1000:1000"):
    """An archive of one layer."""
    config = json.dumps({
        "architecture": "amd64",
        "os": "linux",
        "created": "2026-01-01T00:00:00Z",
        "config": {"Cmd": list(command), "Env": [PATH], "User": user, "WorkingDir": "/tmp"},
        "rootfs": {"type": "layers", "diff_ids": ["sha256:" + hashlib.sha256(layer).hexdigest()]},
        "history": [{"created": "2026-01-01T00:00:00Z"}],
    }).encode()
    name = hashlib.sha256(config).hexdigest() + ".json"
    manifest = json.dumps([{"Config": name, "RepoTags": [reference], "Layers": ["layer.tar"]}]).encode()
    with tarfile.open(archive, "w") as tar:
        add(tar, name, config, 0o644)
        add(tar, "layer.tar", layer, 0o644)
        add(tar, "manifest.json", manifest, 0o644)
