"""containerd with the settings that a machine without all of root's powers needs, and a registry that wants a login."""

import base64
import json
import urllib.error
import urllib.request
from pathlib import Path

from . import images
from .places import CERTIFICATES, CONTAINERD, CONTAINERD_SOCKET, PODS, REGISTRY, REGISTRY_PORT, STATE
from .processes import inside, run, start, wait

PAUSE = "mlops-test.local/pause:1"
USER = "trainer"


def begin():
    CONTAINERD.mkdir(parents=True, exist_ok=True)
    hosts = CONTAINERD / "hosts" / REGISTRY
    hosts.mkdir(parents=True, exist_ok=True)
    (hosts / "hosts.toml").write_text(f'server = "http://{REGISTRY}"\n[host."http://{REGISTRY}"]\n  capabilities = ["pull", "resolve"]\n')
    cni = CONTAINERD / "cni"
    cni.mkdir(exist_ok=True)
    (cni / "10-test.conflist").write_text(
        '{"cniVersion": "1.0.0", "name": "test", "plugins": [{"type": "bridge", "bridge": "cni0", "isGateway": true, "ipMasq": false,'
        f' "hairpinMode": true, "ipam": {{"type": "host-local", "dataDir": "{CONTAINERD}/addresses", "ranges": [[{{"subnet": "{PODS}"}}]],'
        ' "routes": [{"dst": "0.0.0.0/0"}]}}]}\n'
    )
    (CONTAINERD / "config.toml").write_text(f"""version = 2
root = "{CONTAINERD}/root"
state = "{CONTAINERD}/state"
[grpc]
  address = "{CONTAINERD_SOCKET}"
[plugins."io.containerd.internal.v1.opt"]
  path = "{CONTAINERD}/opt"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "{PAUSE}"
  restrict_oom_score_adj = true
  disable_apparmor = true
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        SystemdCgroup = false
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "{cni}"
  [plugins."io.containerd.grpc.v1.cri".registry]
    config_path = "{CONTAINERD}/hosts"
""")
    start("containerd", *inside("containerd", "--config", CONTAINERD / "config.toml", "--log-level", "warn"))
    wait("containerd", lambda: ctr("version", check=False).returncode == 0, 30, "containerd")
    if PAUSE not in ctr("images", "ls", "-q").stdout.split():
        archive = STATE / "pause.tar"
        images.busybox(archive, PAUSE, ["/bin/sleep", "2147483647"])
        ctr("images", "import", archive)
        archive.unlink()
    registry()


def ctr(*arguments, check=True):
    return run("ctr", "--address", CONTAINERD_SOCKET, "--namespace", "k8s.io", *arguments, check=check)


def password():
    return (CERTIFICATES / "registry-password").read_text()


def registry():
    """Everything in it wants the login."""
    logins = CERTIFICATES / "htpasswd"
    logins.write_text(run("htpasswd", "-nbB", USER, password()).stdout)
    settings = STATE / "registry.yaml"
    settings.write_text(
        "version: 0.1\nlog: {level: warn}\n"
        f"storage: {{filesystem: {{rootdirectory: {STATE}/registry}}, delete: {{enabled: true}}}}\n"
        f'http: {{addr: "0.0.0.0:{REGISTRY_PORT}"}}\n'
        f"auth: {{htpasswd: {{realm: test, path: {logins}}}}}\n"
    )
    start("registry", *inside("docker-registry", "serve", settings))
    wait("The registry", registry_answers, 30, "registry")


def registry_answers():
    request = urllib.request.Request(f"http://{REGISTRY}/v2/")
    request.add_header("Authorization", "Basic " + base64.b64encode(f"{USER}:{password()}".encode()).decode())
    try:
        return urllib.request.urlopen(request, timeout=2).status == 200
    except (urllib.error.URLError, OSError):
        return False


def stop_pods():
    """Ends every container, also those whose kubelet is gone."""
    from .processes import alive, stop

    stop("kubelet")
    if not alive("containerd"):
        return
    for task in ctr("tasks", "ls", "-q", check=False).stdout.split():
        ctr("tasks", "kill", "--all", "--signal", "KILL", task, check=False)
    for task in ctr("tasks", "ls", "-q", check=False).stdout.split():
        ctr("tasks", "delete", "--force", task, check=False)
    for container in ctr("containers", "ls", "-q", check=False).stdout.split():
        forget_network(container)
        ctr("containers", "delete", container, check=False)


def forget_network(container):
    """Removes what a pod's network has left outside our directory; the rest of it goes with the node's namespace."""
    spec = json.loads(ctr("containers", "info", container, check=False).stdout or "{}").get("Spec") or {}
    for namespace in spec.get("linux", {}).get("namespaces", []):
        path = namespace.get("path", "")
        if namespace["type"] == "network" and "/netns/cni-" in path:
            run("ip", "netns", "delete", Path(path).name, check=False)
    for result in Path("/var/lib/cni/results").glob(f"*-{container}-*"):
        result.unlink(missing_ok=True)
