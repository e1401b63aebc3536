"""Kubernetes itself: storage, control plane, kubelet, proxy, names and devices."""

import json
import ssl
import urllib.error
import urllib.request

from . import certificates
from .certificates import file
from .places import (ADMIN, API, API_PORT, CONTAINERD_SOCKET, DEVICE_PLUGINS, DNS_SERVICE, ETCD, GPUS, KUBECONFIGS, KUBELET, NODE, NODE_NAME,
                     PODS, SERVICES, STATE, built)
from .processes import Failure, inside, run, start, stop, wait


def begin():
    storage()
    api_server()
    client = ["--kubeconfig"]
    start("controller-manager", *part(
        "controller-manager", *client, KUBECONFIGS / "controller-manager", "--leader-elect=false", "--use-service-account-credentials",
        f"--service-account-private-key-file={file('accounts', 'key')}", f"--root-ca-file={file('ca', 'crt')}",
        f"--cluster-cidr={PODS}", "--bind-address=127.0.0.1", "--node-monitor-grace-period=20s"))
    start("scheduler", *part("scheduler", *client, KUBECONFIGS / "scheduler", "--leader-elect=false", "--bind-address=127.0.0.1"))
    kubelet()
    start("proxy", *part("proxy", "--config", proxy_settings()))
    names()
    start("gpus", *part("gpus", *GPUS))
    wait("The node", ready, 60, "kubelet")
    wait("The account 'default'", lambda: kubectl("get", "serviceaccount", "default", check=False).returncode == 0, 30, "controller-manager")
    kubectl("label", "--overwrite", "node", NODE_NAME, "nvidia.com/gpu.product=Fake-GPU-80GB", "nvidia.com/gpu.present=true")
    wait("The devices", devices, 30, "gpus")


def part(name, *arguments):
    return inside(built("node"), name, *arguments)


def storage():
    start("etcd", *part(
        "etcd", "--data-dir", ETCD, "--unsafe-no-fsync", "--listen-client-urls=http://127.0.0.1:2379", "--advertise-client-urls=http://127.0.0.1:2379",
        "--listen-peer-urls=http://127.0.0.1:2380", "--initial-advertise-peer-urls=http://127.0.0.1:2380", "--initial-cluster=default=http://127.0.0.1:2380",
        "--log-level=warn"))


def api_server():
    start("apiserver", *part(
        "apiserver", "--etcd-servers=http://127.0.0.1:2379", f"--secure-port={API_PORT}", f"--advertise-address={NODE}",
        f"--service-cluster-ip-range={SERVICES}", "--authorization-mode=Node,RBAC", f"--client-ca-file={file('ca', 'crt')}",
        f"--tls-cert-file={file('apiserver', 'crt')}", f"--tls-private-key-file={file('apiserver', 'key')}",
        f"--kubelet-client-certificate={file('apiserver-client', 'crt')}", f"--kubelet-client-key={file('apiserver-client', 'key')}",
        f"--kubelet-certificate-authority={file('ca', 'crt')}", "--kubelet-preferred-address-types=InternalIP",
        "--service-account-issuer=https://kubernetes.default.svc", f"--service-account-key-file={file('accounts', 'pub')}",
        f"--service-account-signing-key-file={file('accounts', 'key')}", "--enable-admission-plugins=NodeRestriction"))
    wait("The API server", answers, 60, "apiserver")


def answers():
    trust = ssl.create_default_context(cafile=str(file("ca", "crt")))
    trust.load_cert_chain(file("admin", "crt"), file("admin", "key"))
    try:
        return urllib.request.urlopen(f"{API}/readyz", timeout=2, context=trust).status == 200
    except (urllib.error.URLError, OSError):
        return False


def kubelet():
    DEVICE_PLUGINS.mkdir(parents=True, exist_ok=True)
    if not KUBELET.exists():
        # Devices of an earlier cluster would be taken for this one's.
        (DEVICE_PLUGINS / "kubelet_internal_checkpoint").unlink(missing_ok=True)
        KUBELET.mkdir()
    (STATE / "resolv.conf").write_text("nameserver 127.0.0.1\n")
    settings = STATE / "kubelet.yaml"
    settings.write_text(json.dumps({
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "address": NODE,
        "authentication": {"anonymous": {"enabled": False}, "x509": {"clientCAFile": str(file("ca", "crt"))}, "webhook": {"enabled": True}},
        "authorization": {"mode": "Webhook"},
        "cgroupDriver": "cgroupfs",
        "failCgroupV1": False,
        "failSwapOn": False,
        "clusterDNS": [DNS_SERVICE],
        "clusterDomain": "cluster.local",
        "resolvConf": str(STATE / "resolv.conf"),
        "containerRuntimeEndpoint": f"unix://{CONTAINERD_SOCKET}",
        "tlsCertFile": str(file("kubelet-server", "crt")),
        "tlsPrivateKeyFile": str(file("kubelet-server", "key")),
        "evictionHard": {"memory.available": "100Mi", "nodefs.available": "1%", "imagefs.available": "1%"},
        "imageGCHighThresholdPercent": 99,
        "imageGCLowThresholdPercent": 98,
        "containerLogMaxSize": "2Mi",
        "containerLogMaxFiles": 3,
        "containerLogMonitorInterval": "3s",
        "podLogsDir": str(STATE / "pod-logs"),
        "nodeStatusUpdateFrequency": "4s",
        "serializeImagePulls": False,
        "maxPods": 100,
        "readOnlyPort": 0,
        "healthzPort": 0,
    }))
    start("kubelet", *part(
        "kubelet", "--config", settings, "--kubeconfig", KUBECONFIGS / "kubelet", "--root-dir", KUBELET, f"--hostname-override={NODE_NAME}",
        f"--node-ip={NODE}"))


def proxy_settings():
    settings = STATE / "proxy.yaml"
    settings.write_text(json.dumps({
        "apiVersion": "kubeproxy.config.k8s.io/v1alpha1",
        "kind": "KubeProxyConfiguration",
        "mode": "nftables",
        "clusterCIDR": PODS,
        "hostnameOverride": NODE_NAME,
        "clientConnection": {"kubeconfig": str(KUBECONFIGS / "proxy")},
        "conntrack": {"maxPerCore": 0, "min": 0, "tcpEstablishedTimeout": "0s", "tcpCloseWaitTimeout": "0s"},
        "healthzBindAddress": "",
        "metricsBindAddress": "127.0.0.1:10249",
    }))
    return settings


def names():
    """CoreDNS as a process of the node, behind the address that pods ask."""
    settings = STATE / "Corefile"
    settings.write_text(
        f".:53 {{\n  bind {NODE}\n  errors\n  kubernetes cluster.local in-addr.arpa {{\n    kubeconfig {ADMIN}\n    pods verified\n    ttl 5\n  }}\n  cache 2\n}}\n"
        .replace(f"  bind {NODE}\n", ""))
    start("dns", *inside(built("dns"), "-conf", settings))
    apply(
        {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "kube-dns", "namespace": "kube-system"},
         "spec": {"clusterIP": DNS_SERVICE, "ports": [{"name": p.lower(), "port": 53, "protocol": p} for p in ("UDP", "TCP")]}},
        {"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "addressType": "IPv4",
         "metadata": {"name": "kube-dns", "namespace": "kube-system", "labels": {"kubernetes.io/service-name": "kube-dns"}},
         "endpoints": [{"addresses": [NODE], "conditions": {"ready": True}}],
         "ports": [{"name": p.lower(), "port": 53, "protocol": p} for p in ("UDP", "TCP")]})


def kubectl(*arguments, check=True, **options):
    return run(built("node"), "kubectl", "--kubeconfig", ADMIN, *arguments, check=check, **options)


def apply(*objects):
    kubectl("apply", "-f", "-", input=json.dumps({"apiVersion": "v1", "kind": "List", "items": list(objects)}))


def node():
    found = kubectl("get", "node", NODE_NAME, "-o", "json", check=False)
    return json.loads(found.stdout) if found.returncode == 0 else {"status": {}}


def ready():
    return any(c["type"] == "Ready" and c["status"] == "True" for c in node()["status"].get("conditions", []))


def devices():
    there = node()["status"].get("allocatable", {})
    return all(there.get(name) == count for name, count in (device.split("=") for device in GPUS))


def stop_kubelet():
    """The node is lost, as when its machine hangs: its containers go on, and after 20 s the control plane says NotReady."""
    stop("kubelet")


def start_kubelet():
    kubelet()
    wait("The node", ready, 60, "kubelet")
    wait("The devices", devices, 30, "kubelet")


def restart_api_server(seconds):
    """An outage: everything else stays."""
    import time

    stop("apiserver", patience=2)
    time.sleep(seconds)
    api_server()
