"""Where everything of the test cluster lies, and under which addresses it answers."""

import hashlib
import os
from pathlib import Path

SOURCES = Path(__file__).resolve().parent.parent
REPOSITORY = SOURCES.parent.parent
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "mlops-pipeline-tests" / "kubernetes"
STATE = Path(os.environ.get("MLOPS_KUBERNETES_STATE") or SOURCES.parent / "target" / "kubernetes").absolute()

LOGS = STATE / "logs"
CERTIFICATES = STATE / "certificates"
KUBECONFIGS = STATE / "kubeconfigs"
ADMIN = KUBECONFIGS / "admin"
CONTAINERD = STATE / "containerd"
CONTAINERD_SOCKET = CONTAINERD / "containerd.sock"
KUBELET = STATE / "kubelet"
ETCD = STATE / "etcd"

# Hard-coded in the kubelet.
DEVICE_PLUGINS = Path("/var/lib/kubelet/device-plugins")

NAMESPACE = "mlops-test"
HOST = "10.222.0.1"
NODE = "10.222.0.2"
NODE_NAME = "node-1"
PODS = "10.244.0.0/24"
SERVICES = "10.96.0.0/16"
API_SERVICE = "10.96.0.1"
DNS_SERVICE = "10.96.0.10"
API_PORT = 6443
REGISTRY_PORT = 5000
REGISTRY = f"{NODE}:{REGISTRY_PORT}"
API = f"https://{NODE}:{API_PORT}"

GPUS = os.environ.get("MLOPS_TEST_GPUS", "nvidia.com/gpu=8 nvidia.com/mig-1g.10gb=4 example.com/accelerator=2").split()


def built(module: str) -> Path:
    """The program that a Go module of ours becomes; its name changes with its sources."""
    digest = hashlib.sha256()
    for source in sorted((SOURCES / module).glob("*")):
        if source.suffix in (".go", ".mod", ".sum"):
            digest.update(source.name.encode() + b"\0" + source.read_bytes())
    return CACHE / f"{module}-{digest.hexdigest()[:16]}"
