"""The cluster's own authority, a certificate for each part, and the kubeconfig files that hold them."""

import base64
import json
import secrets

from .places import ADMIN, API, API_SERVICE, CERTIFICATES, KUBECONFIGS, NODE, NODE_NAME
from .processes import run

SERVERS = f"DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc,DNS:kubernetes.default.svc.cluster.local,DNS:localhost,IP:127.0.0.1,IP:{NODE},IP:{API_SERVICE}"


def make():
    """Makes everything once for each start from nothing."""
    if (CERTIFICATES / "done").exists():
        return
    CERTIFICATES.mkdir(parents=True, exist_ok=True)
    KUBECONFIGS.mkdir(parents=True, exist_ok=True)
    KUBECONFIGS.chmod(0o700)
    CERTIFICATES.chmod(0o700)
    key("ca")
    run("openssl", "req", "-x509", "-new", "-key", file("ca", "key"), "-subj", "/CN=mlops-test", "-days", "30", "-out", file("ca", "crt"),
        "-addext", "basicConstraints=critical,CA:true", "-addext", "keyUsage=critical,keyCertSign,digitalSignature,cRLSign")
    key("accounts")
    run("openssl", "pkey", "-in", file("accounts", "key"), "-pubout", "-out", file("accounts", "pub"))
    issue("apiserver", "/CN=kube-apiserver", SERVERS)
    issue("kubelet-server", f"/O=system:nodes/CN=system:node:{NODE_NAME}", f"DNS:{NODE_NAME},IP:{NODE}")
    issue("apiserver-client", "/O=system:masters/CN=apiserver-kubelet-client")
    client("admin", "/O=system:masters/CN=admin")
    client("controller-manager", "/CN=system:kube-controller-manager")
    client("scheduler", "/CN=system:kube-scheduler")
    client("kubelet", f"/O=system:nodes/CN=system:node:{NODE_NAME}")
    client("proxy", "/CN=system:kube-proxy")
    (CERTIFICATES / "registry-password").write_text(secrets.token_hex(12))
    (CERTIFICATES / "done").touch()


def file(name, kind):
    return CERTIFICATES / f"{name}.{kind}"


def key(name):
    # Java's client reads an elliptic key in PKCS 8 only when it is told so; the tests use the administrator's.
    kind = ["RSA", "-pkeyopt", "rsa_keygen_bits:2048"] if name == "admin" else ["EC", "-pkeyopt", "ec_paramgen_curve:P-256"]
    run("openssl", "genpkey", "-algorithm", *kind, "-out", file(name, "key"))


def issue(name, subject, names=None):
    key(name)
    extensions = "keyUsage=critical,digitalSignature\nextendedKeyUsage=serverAuth,clientAuth\n"
    file(name, "ext").write_text(extensions + (f"subjectAltName={names}\n" if names else ""))
    run("openssl", "req", "-new", "-key", file(name, "key"), "-subj", subject, "-out", file(name, "csr"))
    run("openssl", "x509", "-req", "-in", file(name, "csr"), "-CA", file("ca", "crt"), "-CAkey", file("ca", "key"), "-CAcreateserial",
        "-days", "30", "-extfile", file(name, "ext"), "-out", file(name, "crt"))


def client(name, subject):
    """A certificate and the kubeconfig that uses it."""
    issue(name, subject)
    target = ADMIN if name == "admin" else KUBECONFIGS / name
    target.write_text(json.dumps({
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "test",
        "contexts": [{"name": "test", "context": {"cluster": "test", "user": name}}],
        "clusters": [{"name": "test", "cluster": {"server": API, "certificate-authority-data": encoded(file("ca", "crt"))}}],
        "users": [{"name": name, "user": {"client-certificate-data": encoded(file(name, "crt")), "client-key-data": encoded(file(name, "key"))}}],
    }))
    target.chmod(0o600)


def encoded(path):
    return base64.b64encode(path.read_bytes()).decode()
