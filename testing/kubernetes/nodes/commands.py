"""What the command line asks for."""

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import time

from . import certificates, control, controllers, host, images, kwok, network, registry_images, runtime
from .places import ADMIN, CACHE, HOST, REGISTRY, SOURCES, STATE, built
from .processes import Failure, Impossible, alive, run, running, say, start, stop

# Absolute, as parts are started in another directory.
PROGRAM = SOURCES / "cluster"


def main(arguments):
    commands = {
        "start": begin, "env": env, "image": image, "kwok": fake_nodes, "restart-apiserver": restart, "crds": controllers.kinds,
        "controller": controllers.begin, "stop-kubelet": control.stop_kubelet,
        "start-kubelet": control.start_kubelet, "kubectl": kubectl, "stop": end, "watch-owner": watch_owner,
    }
    if not arguments or arguments[0] not in commands:
        print(sys.modules["__main__"].__doc__, file=sys.stderr)
        return 2
    try:
        commands[arguments[0]](*arguments[1:])
        return 0
    except Impossible as no:
        STATE.mkdir(parents=True, exist_ok=True)
        (STATE / "missing").write_text(f"{no}\n")
        say(str(no))
        return 3
    except Failure as failure:
        say(str(failure))
        return 1


def begin(*options):
    if options and (len(options) != 2 or options[0] != "--owner"):
        raise Failure("start takes --owner PID and nothing else")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    STATE.mkdir(parents=True, exist_ok=True)
    (STATE / "missing").unlink(missing_ok=True)
    with open(STATE / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        fresh = not alive("apiserver")
        began = time.monotonic()
        host.check(STATE)
        host.claim()
        if options:
            start("owner", sys.executable, PROGRAM, "watch-owner", options[1])
        host.install()
        build("node")
        build("dns")
        host.prepare()
        network.make()
        certificates.make()
        runtime.begin()
        control.begin()
        if fresh:
            say(f"the node is ready after {time.monotonic() - began:.0f} s")


def build(module):
    """Builds one of our Go programs unless that was done for the same sources."""
    target = built(module)
    if target.exists():
        return
    if not shutil.which("go"):
        raise Impossible(f"Go is not installed, which builds {module} once")
    CACHE.mkdir(parents=True, exist_ok=True)
    say(f"building {module}; this is done once and takes some minutes")
    partial = target.with_name(f"{target.name}.{os.getpid()}")
    version = "k8s.io/component-base/version"
    flags = f"-s -w -X {version}.gitVersion=v1.34.4 -X {version}.gitMajor=1 -X {version}.gitMinor=34"
    try:
        run("go", "build", "-trimpath", "-ldflags", flags, "-o", partial, ".", cwd=SOURCES / module, env={**os.environ, "CGO_ENABLED": "0"})
        partial.rename(target)
    finally:
        partial.unlink(missing_ok=True)


def watch_owner(pid):
    """Stops the cluster when a process is gone."""
    from .processes import started

    ticks = started(int(pid))
    while ticks is not None and started(int(pid)) == ticks:
        time.sleep(1)
    subprocess.Popen([sys.executable, PROGRAM, "stop"], start_new_session=True, stdin=subprocess.DEVNULL)


def env():
    if not alive("apiserver"):
        raise Failure("the cluster does not run: 'testing/kubernetes/cluster start' starts it")
    variables = {
        "MLOPS_TEST_KUBECONFIG": ADMIN,
        "MLOPS_TEST_KUBERNETES_HOST": HOST,
        "MLOPS_TEST_KUBERNETES_REGISTRY": REGISTRY,
        "MLOPS_TEST_KUBERNETES_REGISTRY_USER": runtime.USER,
        "MLOPS_TEST_KUBERNETES_REGISTRY_PASSWORD": runtime.password(),
        "MLOPS_TEST_CLUSTER": PROGRAM,
        "MLOPS_KUBERNETES_STATE": STATE,
    }
    for name, reference in registry_images.made().items():
        variables[f"MLOPS_TEST_IMAGE_{name.upper()}"] = reference
    beside = [name for name in controllers.PORTS if alive(name)]
    if beside:
        variables["MLOPS_TEST_CONTROLLERS"] = " ".join(beside)
    for name, value in variables.items():
        print(f"export {name}='{value}'")


def image(name):
    print(registry_images.make(name))


def fake_nodes(count, gpus="0"):
    kwok.make(int(count), int(gpus))


def restart(seconds):
    control.restart_api_server(float(seconds))


def kubectl(*arguments):
    os.execv(built("node"), ["node", "kubectl", "--kubeconfig", str(ADMIN), *arguments])


def end():
    """Stops what runs, in the order in which nothing comes back, then removes what it has left."""
    if not STATE.exists():
        return
    for part in ("owner", "kueue", "jobset", "kwok", "gpus", "proxy", "scheduler", "controller-manager"):
        if part != "owner" or alive(part) != os.getppid():
            stop(part)
    runtime.stop_pods()
    for part in running():
        if part != "owner":
            stop(part)
    if host.claimant() == STATE:  # else this start was refused, and what is there is another's
        network.remove()
        host.restore()
    shutil.rmtree(STATE, ignore_errors=True)
    if STATE.exists():
        raise Failure(f"{STATE} could not be removed: look for a mount below it")
