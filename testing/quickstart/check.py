"""Runs ./mlops quickstart --json in a clone and holds what it says against what is so: python3 check.py CLONE RESULTS

Writes a line "passed WHAT" or "failed WHAT: WHY" into RESULTS for each check.
"""

import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time
import urllib.parse


class Checks:
    """Collects what held and what did not."""

    def __init__(self, path):
        self._out = open(path, "w", encoding="utf-8")
        self.failed = False

    def that(self, what, holds, why=""):
        line = f"passed {what}" if holds else f"failed {what}: {why}"
        self.failed |= not holds
        print(line, flush=True)
        self._out.write(line.replace("\n", " ") + "\n")
        self._out.flush()

    def equal(self, what, actual, expected):
        self.that(what, actual == expected, f"it is {actual!r}, not {expected!r}")


def at(document, path):
    """The value at a path like "first/gate/verdict", None where there is nothing."""
    for name in path.split("/"):
        if isinstance(document, list):
            document = document[int(name)] if int(name) < len(document) else None
        else:
            document = document.get(name) if isinstance(document, dict) else None
    return document


def version(document, path):
    value = at(document, path)
    return None if value is None else str(value)


def processes_of(directory):
    """Command lines of processes that work in the directory."""
    lines = subprocess.run(["ps", "-eo", "pid=,args="], capture_output=True, text=True, check=True).stdout.splitlines()
    return [line[:160] for line in lines if str(directory) in line and "check.py" not in line]


def is_open(url):
    parts = urllib.parse.urlsplit(url)
    with socket.socket() as client:
        client.settimeout(2)
        return client.connect_ex((parts.hostname, parts.port)) == 0


def check_story(checks, document):
    checks.equal("the document names its schema", at(document, "schema"), "mlops-quickstart/1")
    checks.that("the commit is recorded", len(at(document, "commit") or "") == 40, at(document, "commit"))

    published = at(document, "datasets/training") or {}
    checks.equal("the pull is exactly the published version", at(document, "pull/version"), published.get("version"))
    checks.equal("the pull has every file", at(document, "pull/files"), published.get("files"))
    damaged = at(document, "datasets/damaged") or {}
    checks.that("damaged labels are another version", damaged.get("version") not in (None, published.get("version")), damaged)
    checks.equal("only the changed file is sent again", at(damaged, "uploaded/files"), 1)

    checks.equal("the first model passes its gate", at(document, "first/gate/verdict"), "pass")
    checks.equal("the first model is promoted", version(document, "first/promotion/version"), "1")
    checks.equal("the first champion has no predecessor", version(document, "first/promotion/previous"), None)

    checks.equal("the damaged model is refused", at(document, "damaged/gate/verdict"), "fail")
    checks.equal("the damaged model is not registered", at(document, "damaged/registration"), None)
    checks.equal("the damaged model is not promoted", at(document, "damaged/promotion"), None)
    refusals = [rule for rule in at(document, "damaged/gate/rules") or [] if rule.get("verdict") == "fail"]
    checks.that("the gate says which rule failed and why", refusals and all(rule.get("reason") for rule in refusals), refusals)
    checks.that(
        "a rule compares the damaged model with the champion",
        any(rule.get("baseline") is not None for rule in at(document, "damaged/gate/rules") or []),
        at(document, "damaged/gate/rules"),
    )
    sets = {at(document, f"{name}/training/datasets/evaluation/version") for name in ("first", "damaged", "fineTuned")}
    checks.equal("all are evaluated on one evaluation set", sets, {at(document, "datasets/evaluation/version")})

    checks.equal("the fine-tuned model passes its gate", at(document, "fineTuned/gate/verdict"), "pass")
    checks.equal("the fine-tuned model is promoted", version(document, "fineTuned/promotion/version"), "2")
    checks.equal(
        "until then the champion is the first: the refused one changed nothing", version(document, "fineTuned/promotion/previous"), "1"
    )
    checks.equal("the rollback brings the first back", version(document, "rollback/version"), "1")
    checks.equal("the rollback leaves the fine-tuned one", version(document, "rollback/previous"), "2")
    for name in ("first", "damaged", "fineTuned"):
        checks.equal(f"the MLflow run of {name} is finished", at(document, f"{name}/training/run/status"), "FINISHED")
        report = pathlib.Path(at(document, f"{name}/report") or "/nowhere")
        for suffix in ("json", "md", "xml", "html"):
            checks.that(f"the gate of {name} has left gate.{suffix}", (report / f"gate.{suffix}").is_file(), report)


def check_lineage(checks, document):
    page = json.dumps(at(document, "lineage/champion"))
    for what, path in (
        ("commit", "commit"),
        ("training dataset", "datasets/training/version"),
        ("evaluation dataset", "datasets/evaluation/version"),
        ("model", "first/training/model/digest"),
    ):
        value = (at(document, path) or "(absent)").rpartition(":")[2]
        checks.that(f"the champion's lineage names its {what}", value in page, f"{value} is not in it")
    for question in ("byDataset", "byFile"):
        models = at(document, f"lineage/{question}/models") or []
        # The refused one came from another version of the dataset, but holds the same image.
        relations = {str(model["version"]): model.get("relation") for model in models if model.get("version") is not None}
        checks.equal(f"{question}: version 1 came from it directly", relations.get("1"), "direct")
        checks.equal(f"{question}: version 2 inherited it", relations.get("2"), "inherited")
        via = [model.get("via") for model in models if str(model.get("version")) == "2"]
        checks.that(f"{question}: the way it was inherited is told", bool(via and via[0]), models)


def check_end(checks, directory, document):
    for name in ("s3", "mlflow"):
        url = at(document, f"servers/{name}")
        checks.that(f"the {name} server is gone", url is not None and not is_open(url), f"{url} is open")
    left = processes_of(directory)
    checks.that("no process is left", not left, left)


def interrupt(checks, clone, directory):
    """Ctrl-C while the servers run."""
    process = subprocess.Popen(
        ["./mlops", "quickstart", "--json", "--dir", str(directory)],
        cwd=clone, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        start_new_session=True, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip
    for line in process.stderr:
        if "mlops train" in line:
            break
    time.sleep(1)
    running = processes_of(directory)
    os.killpg(process.pid, signal.SIGINT)
    process.stderr.read()
    checks.equal("Ctrl-C ends it with the signal's exit code", process.wait(timeout=60), 130)
    checks.that("Ctrl-C came while the servers ran", len(running) > 1, running)
    left = processes_of(directory)
    checks.that("after Ctrl-C no process is left", not left, left)


def main(clone, results):
    checks = Checks(results)
    clone = pathlib.Path(clone)
    directory = clone.parent / (clone.name + " quickstart" if " " in clone.name else clone.name + "-quickstart")
    started = time.monotonic()
    outcome = subprocess.run(
        ["./mlops", "quickstart", "--json", "--dir", str(directory)], cwd=clone, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE
    )
    print(f"quickstart took {time.monotonic() - started:.0f} s", flush=True)
    checks.equal("the quickstart ends well", outcome.returncode, 0)
    try:
        document = json.loads(outcome.stdout)
    except ValueError as e:
        checks.that("standard output is one document", False, f"{e}: {outcome.stdout[:300]!r}")
        document = {}
    if outcome.returncode == 0:
        check_story(checks, document)
        check_lineage(checks, document)
        check_end(checks, directory, document)
        interrupt(checks, clone, directory)
        changed = subprocess.run(["git", "status", "--porcelain"], cwd=clone, capture_output=True, text=True, check=True).stdout
        checks.equal("the clone is as clean as before", changed, "")
    else:
        left = processes_of(directory)
        checks.that("no process is left", not left, left)
    sys.exit(checks.failed)


main(*sys.argv[1:])
