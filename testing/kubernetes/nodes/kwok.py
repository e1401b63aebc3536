"""Nodes without a machine: kwok says for them that they live, and that the pods of Jobs run and end well."""

import json

from .control import kubectl
from .certificates import file
from .places import KUBECONFIGS, NODE, STATE
from .processes import alive, inside, start, stop, wait
from .programs import program, sources

LABEL = "type=kwok"
PORT = 10247
TAINT = {"key": "kwok.x-k8s.io/node", "value": "fake", "effect": "NoSchedule"}
# How long the pod of a Job runs, in milliseconds or as a duration in its annotation.
RUNS = """\
  delay:
    durationMilliseconds: 1000
    durationFrom:
      expressionFrom: '.metadata.annotations["pod-complete.stage.kwok.x-k8s.io/delay"]'
"""


def make(count, gpus):
    """As many nodes as wanted with as many GPUs; those that are there and fit stay."""
    if count:
        begin()
    wanted = {f"kwok-{index}" for index in range(count)}
    there = {n["metadata"]["name"]: n["status"]["capacity"].get("nvidia.com/gpu", "0")
             for n in json.loads(kubectl("get", "nodes", "-l", LABEL, "-o", "json").stdout)["items"]}
    surplus = [name for name, has in there.items() if name not in wanted or has != str(gpus)]
    if surplus:
        kubectl("delete", "node", *surplus)
    missing = sorted(wanted - (set(there) - set(surplus)))
    if missing:
        kubectl("create", "-f", "-", input=json.dumps({"apiVersion": "v1", "kind": "List", "items": [node(name, gpus) for name in missing]}))
    if count:
        wait("The nodes of kwok", lambda: ready() >= count, 60, "kwok")
    else:
        stop("kwok")


def node(name, gpus):
    holds = {"cpu": "64", "memory": "512Gi", "pods": "200", "ephemeral-storage": "1Ti", "nvidia.com/gpu": str(gpus)}
    return {
        "apiVersion": "v1", "kind": "Node",
        "metadata": {"name": name, "annotations": {"kwok.x-k8s.io/node": "fake"},
                     "labels": {"type": "kwok", "kubernetes.io/hostname": name, "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64",
                                "nvidia.com/gpu.product": "Fake-GPU-80GB", "nvidia.com/gpu.present": "true"}},
        "spec": {"taints": [TAINT]},
        "status": {"capacity": holds, "allocatable": holds, "phase": "Running"},
    }


def ready():
    nodes = json.loads(kubectl("get", "nodes", "-l", LABEL, "-o", "json").stdout)["items"]
    return sum(any(c["type"] == "Ready" and c["status"] == "True" for c in n["status"].get("conditions", [])) for n in nodes)


def begin():
    """Stages as kwok brings them, of which only the time that a pod runs is ours; its log is one line."""
    stages = sources("kwok") / "kustomize" / "stage"
    parts = [(stages / name).read_text() for name in ("node/fast/node-initialize.yaml", "pod/fast/pod-ready.yaml", "pod/fast/pod-delete.yaml")]
    parts.append((stages / "pod/fast/pod-complete.yaml").read_text().replace("  next:\n", RUNS + "  next:\n", 1))
    log = STATE / "kwok.txt"
    log.write_text("2026-01-01T00:00:00.000000000Z stdout F nothing runs here\n")
    parts.append(json.dumps({"apiVersion": "kwok.x-k8s.io/v1alpha1", "kind": "ClusterLogs", "metadata": {"name": "all"},
                             "spec": {"logs": [{"logsFile": str(log), "follow": False}]}}))
    settings = STATE / "kwok.yaml"
    settings.write_text("\n---\n".join(parts))
    start("kwok", *inside(
        program("kwok"), "--kubeconfig", KUBECONFIGS / "admin", "--config", settings, "--manage-all-nodes=false",
        "--manage-nodes-with-annotation-selector=kwok.x-k8s.io/node=fake", f"--node-ip={NODE}", f"--node-port={PORT}",
        f"--server-address=0.0.0.0:{PORT}", "--tls-cert-file", file("kubelet-server", "crt"), "--tls-private-key-file", file("kubelet-server", "key"),
        "--node-lease-duration-seconds=40"))


def running():
    return alive("kwok") is not None
