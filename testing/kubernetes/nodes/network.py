"""The node's network: a namespace joined to the host by a pair of virtual links. Pods reach the host at its end, and nothing else."""

from pathlib import Path

from .places import HOST, NAMESPACE, NODE, PODS, SERVICES
from .processes import run

LINK = "mlops-test"


def make():
    if not Path(f"/run/netns/{NAMESPACE}").exists():
        run("ip", "netns", "add", NAMESPACE)
    if run("ip", "link", "show", LINK, check=False).returncode != 0:
        run("ip", "link", "add", LINK, "type", "veth", "peer", "name", "eth0", "netns", NAMESPACE)
        run("ip", "addr", "add", f"{HOST}/24", "dev", LINK)
        run("ip", "link", "set", LINK, "up")
        for command in (f"addr add {NODE}/24 dev eth0", "link set eth0 up", "link set lo up", f"route add default via {HOST}"):
            run("ip", "-n", NAMESPACE, *command.split())
        run("nsenter", f"--net=/run/netns/{NAMESPACE}", "sysctl", "-qw", "net.ipv4.ip_forward=1")
        for subnet in (PODS, SERVICES):
            run("ip", "route", "replace", subnet, "via", NODE)


def remove():
    run("ip", "link", "delete", LINK, check=False)
    run("ip", "netns", "delete", NAMESPACE, check=False)
