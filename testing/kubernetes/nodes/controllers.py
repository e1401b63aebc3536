"""Kinds of other projects, read from their Go modules when they are wanted, and controllers that run beside the cluster as plain processes."""

import json
import urllib.error
import urllib.request

from . import certificates, programs
from .control import apply, kubectl
from .places import CERTIFICATES, KUBECONFIGS, NODE, STATE
from .processes import Failure, alive, inside, run, say, start, wait

# Ports of a controller's webhooks and of its health.
PORTS = {"jobset": (9443, 8181), "kueue": (9444, 8182)}
# The webhooks that are taken over, by the resource they are for, and the label without which an object is not shown to them: a pod or a
# Job that is none of a controller's business must not depend on it.
QUEUED = "kueue.x-k8s.io/queue-name"
WEBHOOKS = {
    "jobset": {"jobsets": None, "pods": "jobset.sigs.k8s.io/jobset-name"},
    "kueue": {"clusterqueues": None, "cohorts": None, "resourceflavors": None, "workloads": None, "jobs": QUEUED, "jobsets": QUEUED, "pytorchjobs": QUEUED},
}
SETTINGS = {
    "jobset": {"apiVersion": "config.jobset.x-k8s.io/v1alpha1"},
    "kueue": {"apiVersion": "config.kueue.x-k8s.io/v1beta2", "featureGates": {"VisibilityOnDemand": False},
              "integrations": {"frameworks": ["batch/job", "jobset.x-k8s.io/jobset", "kubeflow.org/pytorchjob"]}},
}


def kinds():
    """JobSet, PyTorchJob, Volcano's Job and Kueue's kinds; nobody serves them yet."""
    for folder in ("jobset", "kueue"):
        install(programs.sources(folder) / "config" / "components" / "crd" / "bases")
    install(programs.sources("training-operator") / "manifests" / "base" / "crds" / "kubeflow.org_pytorchjobs.yaml")
    install(volcano())
    kubectl("wait", "--for=condition=Established", "--timeout=30s", "crd", "--all")


def volcano():
    """Volcano's module has no manifest of its kinds, but its types have all that one is made from; the option is the one that its project makes
    them with, without which labels in templates are lost."""
    folder = STATE / "volcano"
    if not folder.exists():
        generator = programs.program("controller-gen")
        source = programs.sources("volcano")
        run(generator, "crd:generateEmbeddedObjectMeta=true", "paths=./pkg/apis/batch/v1alpha1", f"output:crd:dir={folder}.partial", cwd=source)
        folder.with_suffix(".partial").rename(folder)
    return folder


def install(path):
    kubectl("apply", "--server-side", "--force-conflicts", "-f", path)


def begin_built():
    """Starts those that were built on this machine before: the others take many minutes."""
    for name in PORTS:
        if programs.is_built(name):
            begin(name)
        else:
            say(f"the controller {name} is not built on this machine, and left out: 'testing/kubernetes/cluster controller {name}' builds it")


def begin(name):
    """Starts a controller with its webhooks; the API server calls those at the node's address."""
    if name == "built":
        begin_built()
        return
    if name not in PORTS:
        raise Failure(f"there is no controller {name}: {', '.join(PORTS)} are possible")
    if alive(name):
        return
    program = programs.program(name)
    if kubectl("get", "crd", "workloads.kueue.x-k8s.io", "jobsets.jobset.x-k8s.io", "jobs.batch.volcano.sh", check=False).returncode != 0:
        kinds()
    folder = STATE / name
    folder.mkdir(exist_ok=True)
    certificate = f"{name}-webhook"
    certificates.issue(certificate, f"/CN={name}", f"IP:{NODE}")
    for kind, target in (("crt", "tls.crt"), ("key", "tls.key")):
        (folder / target).write_bytes(certificates.file(certificate, kind).read_bytes())
    port, health = PORTS[name]
    settings = folder / "settings.yaml"
    settings.write_text(json.dumps({
        "kind": "Configuration", "leaderElection": {"leaderElect": False}, "internalCertManagement": {"enable": False},
        "webhook": {"port": port, "certDir": str(folder)}, "metrics": {"bindAddress": "0"},
        "health": {"healthProbeBindAddress": f"{NODE}:{health}"}, **SETTINGS[name],
    }))
    webhooks(name, port)
    start(name, *with_certificates(folder, inside(program, "--config", settings)), environment={"KUBECONFIG": str(KUBECONFIGS / "admin"), "POD_NAMESPACE": "kube-system"})
    wait(f"The controller {name}", lambda: healthy(health), 90, name)


def with_certificates(folder, command):
    """Kueue looks for a certificate below /etc/kueue, whatever its settings say; it alone is shown one there."""
    place = folder / "etc" / "kueue" / "metrics" / "certs"
    place.mkdir(parents=True, exist_ok=True)
    for name in ("tls.crt", "tls.key"):
        (place / name).write_bytes((folder / name).read_bytes())
    mount = 'mount -t overlay -o "lowerdir=$0:/etc" none /etc && exec "$@"'
    return ["unshare", "--mount", "sh", "-c", mount, folder / "etc", *command]


def healthy(port):
    try:
        return urllib.request.urlopen(f"http://{NODE}:{port}/readyz", timeout=2).status == 200
    except (urllib.error.URLError, OSError):
        return False


def webhooks(name, port):
    manifests = programs.sources(name) / "config" / "components" / "webhook" / "manifests.yaml"
    text = kubectl("create", "--dry-run=client", "--validate=false", "-o", "json", "-f", manifests).stdout
    wanted = WEBHOOKS[name]
    authority = certificates.encoded(CERTIFICATES / "ca.crt")
    for configuration in documents(text):
        configuration["metadata"] = {"name": f"{name}-{configuration['metadata']['name']}"}
        kept = []
        for webhook in configuration["webhooks"]:
            resource = webhook["rules"][0]["resources"][0]
            if resource not in wanted:
                continue
            webhook["clientConfig"] = {"url": f"https://{NODE}:{port}{webhook['clientConfig']['service']['path']}", "caBundle": authority}
            if wanted[resource]:
                webhook["objectSelector"] = {"matchExpressions": [{"key": wanted[resource], "operator": "Exists"}]}
            kept.append(webhook)
        configuration["webhooks"] = kept
        apply(configuration)
    # Versions of one kind are converted by the controller.
    for crd in json.loads(kubectl("get", "crd", "-o", "json").stdout)["items"]:
        if name in crd["spec"]["group"] and len(crd["spec"]["versions"]) > 1:
            conversion = {"strategy": "Webhook", "webhook": {"conversionReviewVersions": ["v1"], "clientConfig": {
                "url": f"https://{NODE}:{port}/convert", "caBundle": authority}}}
            kubectl("patch", "crd", crd["metadata"]["name"], "--type=merge", "-p", json.dumps({"spec": {"conversion": conversion}}))


def documents(text):
    """JSON documents one after the other, those of a List each on its own."""
    decoder, at = json.JSONDecoder(), 0
    while at < len(text):
        document, at = decoder.raw_decode(text, at)
        while at < len(text) and text[at].isspace():
            at += 1
        yield from document.get("items", [document])
