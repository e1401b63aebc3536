"""What the cluster needs of the machine, and how the machine is put back."""

import os
import shutil
import sys
from pathlib import Path

from .places import DEVICE_PLUGINS, STATE
from .processes import Failure, Impossible, inhabited, run, say

# Addresses, names and the kubelet's folder are there once a machine, so one cluster is; this file says where its state is.
CLAIM = Path("/run/mlops-test-kubernetes")

PROGRAMS = {
    "containerd": "containerd",
    "runc": "runc",
    "docker-registry": "docker-registry",
    "htpasswd": "apache2-utils",
    "skopeo": "skopeo",
    "nft": "nftables",
    "conntrack": "conntrack",
    "ip": "iproute2",
    "openssl": "openssl",
    "debootstrap": "debootstrap",
    "buildah": "buildah",
    "/bin/busybox": "busybox-static",
    "/usr/lib/cni/bridge": "containernetworking-plugins",
}
# The kubelet sets these to its own liking.
KERNEL = ("kernel.panic", "kernel.panic_on_oops", "vm.overcommit_memory", "kernel.keys.root_maxbytes", "kernel.keys.root_maxkeys")


def check(state):
    if not sys.platform.startswith("linux"):
        raise Impossible("the cluster runs on Linux only; set MLOPS_TEST_KUBECONFIG to use one that is there")
    if os.geteuid() != 0:
        raise Impossible("the cluster wants root; set MLOPS_TEST_KUBECONFIG to use one that is there")
    if any(c.isspace() for c in str(state)):
        raise Impossible(f"the cluster's directory {state} must be without blanks: set MLOPS_KUBERNETES_STATE")


def claimant():
    try:
        return Path(CLAIM.read_text().strip())
    except OSError:
        return None


def claim():
    other = claimant()
    if other not in (None, STATE) and inhabited(other):
        raise Failure(f"another cluster runs on this machine already: use it with MLOPS_KUBERNETES_STATE={other}, or stop it")
    CLAIM.write_text(f"{STATE}\n")


def install():
    """Installs what is missing from Debian's packages."""
    absent = sorted({package for program, package in PROGRAMS.items() if not there(program)})
    if not absent:
        return
    if not shutil.which("apt-get"):
        raise Impossible(f"{', '.join(absent)} are not installed, and there is no apt-get")
    say(f"installing {', '.join(absent)}")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    run("apt-get", "update", "-qq", env=quiet)
    run("apt-get", "install", "-qq", "-y", "--no-install-recommends", *absent, env=quiet)


def there(program):
    return os.access(program, os.X_OK) if program.startswith("/") else shutil.which(program) is not None


def prepare():
    """Keeps the kernel's settings as they are, to put them back."""
    kept = STATE / "kernel"
    if not kept.exists():
        kept.write_text("".join(f"{name}={setting(name).read_text().strip()}\n" for name in KERNEL if setting(name).exists()))
        (STATE / "device-plugins").write_text("there" if DEVICE_PLUGINS.exists() else "made")


def setting(name):
    return Path("/proc/sys") / name.replace(".", "/")


def restore():
    kept = STATE / "kernel"
    if kept.exists():
        for line in kept.read_text().splitlines():
            name, value = line.split("=", 1)
            if setting(name).read_text().strip() != value:
                setting(name).write_text(value)
        if (STATE / "device-plugins").read_text() == "made":
            shutil.rmtree(DEVICE_PLUGINS.parent, ignore_errors=True)
    for mount in sorted(mounts(), key=len, reverse=True):
        run("umount", "--lazy", mount, check=False)
    groups()
    CLAIM.unlink(missing_ok=True)


def mounts():
    with open("/proc/self/mounts") as table:
        points = [line.split()[1].replace("\\040", " ") for line in table]
    return [point for point in points if point == str(STATE) or point.startswith(f"{STATE}/")]


def groups():
    """Removes the control groups that pods had; empty ones only, so deepest first."""
    for root in Path("/sys/fs/cgroup").glob("*/kubepods"):
        for group in sorted((Path(at) for at, _, _ in os.walk(root)), key=lambda at: len(at.parts), reverse=True):
            try:
                group.rmdir()
            except OSError:
                pass
