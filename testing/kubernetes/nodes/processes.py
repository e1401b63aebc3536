"""Processes of the cluster: started in the background, each with a log and a file that names it, found again by a later command."""

import os
import signal
import subprocess
import time
from pathlib import Path

from .places import LOGS, NAMESPACE, STATE

PIDS = STATE / "pids"


class Failure(Exception):
    """What a person can act on, in a sentence."""


class Impossible(Failure):
    """This machine cannot have the cluster."""


def say(text):
    print(f"kubernetes: {text}", file=__import__("sys").stderr, flush=True)


def run(*command, check=True, **options):
    """Runs a command to its end; its output is the exception's text when it fails."""
    done = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)
    if check and done.returncode != 0:
        raise Failure(f"'{' '.join(map(str, command))[:200]}' failed: {(done.stderr or done.stdout).strip()[-1500:]}")
    return done


def inside(*command):
    """The same command in the node's network; nsenter leaves the cgroups visible, which 'ip netns exec' hides."""
    return ["nsenter", f"--net=/run/netns/{NAMESPACE}", *map(str, command)]


def start(name, *command, environment=None):
    """Starts a part that runs until it is stopped, unless it runs already."""
    if alive(name):
        return
    PIDS.mkdir(parents=True, exist_ok=True)
    LOGS.mkdir(parents=True, exist_ok=True)
    with open(LOGS / f"{name}.log", "ab") as log:
        process = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            cwd="/",
            env={**os.environ, **(environment or {})},
        )
    (PIDS / name).write_text(f"{process.pid} {started(process.pid)}\n")


def started(pid):
    """When a process began, in the kernel's ticks: with the number it names a process for good. None when it is gone."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    fields = text.rsplit(")", 1)[1].split()
    return None if fields[0] == "Z" else fields[19]


def alive(name, state=STATE):
    """The process of a part, None when it does not run."""
    try:
        pid, ticks = (state / "pids" / name).read_text().split()
    except (OSError, ValueError):
        return None
    return int(pid) if started(int(pid)) == ticks else None


def stop(name, patience=10.0):
    """Stops a part: asks first, then does not ask."""
    pid = alive(name)
    for sign in (signal.SIGTERM, signal.SIGKILL):
        if pid is None:
            break
        try:
            os.killpg(pid, sign)
        except ProcessLookupError:
            break
        until = time.monotonic() + patience
        while time.monotonic() < until and alive(name):
            reap()
            time.sleep(0.05)
        pid = alive(name)
    reap()
    (PIDS / name).unlink(missing_ok=True)


def reap():
    """Takes the exit codes of our own children, so that they are gone."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def inhabited(state):
    """Whether any part of a cluster runs whose state is there."""
    return any(alive(file.name, state) for file in (state / "pids").glob("*"))


def running():
    return sorted(file.name for file in PIDS.glob("*")) if PIDS.is_dir() else []


def wait(what, test, seconds, part=None):
    """Waits until a test holds; a part that died meanwhile ends the wait."""
    until = time.monotonic() + seconds
    while not test():
        reap()
        if part and not alive(part):
            raise Failure(f"{part} ended while it started: {tail(part)}")
        if time.monotonic() > until:
            raise Failure(f"{what} was not there after {seconds} s" + (f": {tail(part)}" if part else ""))
        time.sleep(0.2)


def tail(part):
    try:
        lines = (LOGS / f"{part}.log").read_text(errors="replace").splitlines()
    except OSError:
        return "no log"
    return " | ".join(lines[-5:])[-1500:]
