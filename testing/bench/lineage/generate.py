#!/usr/bin/env python3
"""Writes a large lineage store: models in lines of fine-tunings, datasets in versions, some derived from others.

    generate.py DIR [--records 100000] [--datasets 1000] [--files 10000]

Records and manifests have the form of docs/lineage.md and docs/dataset-identity.md. Equal arguments give equal stores. A model has
four records (training, evaluation, gate, registration); a quarter of the datasets is derived. Versions of a dataset share most files.
"""
import argparse
import hashlib
import json
import pathlib

OWN = "https://plugins.jenkins.io/mlops-pipeline/"
VERSIONS = 20  # of a dataset
NEW = 20  # a version replaces this part of its files: one in NEW
LINE = 10  # models that were tuned from each other
GROUP = 100  # files of a recording


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


def tree(files):
    """The content id of files in one directory: (name, size, sha256) in order."""
    lines = "".join(f"f {sha} {size} {name}\n" for name, size, sha in files)
    return sha256("mlops-tree/1\n" + lines)


def dump(statement):
    return (json.dumps(statement, indent=2, sort_keys=True, separators=(",", " : ")) + "\n").encode()


class Store:
    def __init__(self, directory):
        self.records = directory / "records"
        self.manifests = directory / "manifests"
        self.records.mkdir(parents=True)
        self.manifests.mkdir()
        self.count = 0

    def record(self, subject, predicate_type, predicate):
        data = dump({"_type": "https://in-toto.io/Statement/v1", "subject": subject, "predicateType": predicate_type,
                     "predicate": predicate})
        (self.records / f"{hashlib.sha256(data).hexdigest()}.json").write_bytes(data)
        self.count += 1

    def manifest(self, name, files):
        content = tree([(path, 1000, sha) for path, sha, _ in files])
        entries = ",\n".join(f'{{"path":"{path}","size":1000,"sha256":"sha256:{sha}","group":"{group}"}}' for path, sha, group in files)
        (self.manifests / f"{content}.json").write_text(
            f'{{"schema":"mlops-manifest/1","name":"{name}","content":"sha256:{content}","source":{{"id":"manifest:sha256:{content}",'
            f'"uri":"s3://data/{name}"}},"files":{len(files)},"bytes":{len(files) * 1000},"entries":[{entries}]}}\n')
        return content


def dataset(name, content, role):
    return {"name": name, "uri": f"s3://data/{name}", "digest": {"mlopsTree": content},
            "annotations": {"role": role, "sourceId": f"manifest:sha256:{content}", "files": 1, "bytes": 1000}}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", type=pathlib.Path)
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--datasets", type=int, default=1_000)
    parser.add_argument("--files", type=int, default=10_000)
    args = parser.parse_args()
    store = Store(args.directory)
    step = max(1, args.files // NEW)
    datasets = []
    for number in range(args.datasets):
        family, version = divmod(number, VERSIONS)
        names = [f"{i:08}" for i in range(version * step, version * step + args.files)]
        files = [(f"{n}.bin", sha256(f"{family} {n}"), f"drive-{family}-{int(n) // GROUP}") for n in names]
        datasets.append((f"set-{family}", store.manifest(f"set-{family}", files)))
    for number in range(0, args.datasets - VERSIONS, 2):
        if number // VERSIONS % 2:
            continue  # from every other family into the next one
        name, content = datasets[number + VERSIONS]
        source = datasets[number]
        store.record([{"name": "dataset", "digest": {"mlopsTree": content}, "annotations": {"name": name}}], OWN + "derivation/v1",
                     {"step": "crop", "inputs": [dataset(*source, "input")], "derivedOn": "2026-11-02T10:00:00Z"})
    models = (args.records - store.count) // 4
    for number in range(models):
        model = sha256(f"tree {number}")
        subject = [{"name": "model", "digest": {"mlopsTree": model}}]
        files = subject + [{"name": "model.npz", "digest": {"sha256": sha256(f"model {number}")}, "annotations": {"size": 7}}]
        inputs = [dataset(*datasets[number % len(datasets)], "training"), dataset(*datasets[(number * 7 + 3) % len(datasets)], "evaluation"),
                  {"name": "source", "digest": {"gitCommit": sha256(f"commit {number // 3}")[:40]}, "annotations": {"role": "source"}},
                  {"name": "image", "uri": "oci://registry.example/train", "digest": {"sha256": sha256(f"image {number // 500}")},
                   "annotations": {"role": "image"}}]
        if number % LINE:
            inputs.append({"name": "parent", "uri": f"models:/model-{number // LINE}/{number % LINE}",
                           "digest": {"mlopsTree": sha256(f"tree {number - 1}")}, "annotations": {"role": "parent"}})
        store.record(files, "https://slsa.dev/provenance/v1", {
            "buildDefinition": {"buildType": OWN + "training/v1", "externalParameters": {"command": ["python3", "train.py"]},
                                "internalParameters": {"attempts": 1}, "resolvedDependencies": inputs},
            "runDetails": {"builder": {"id": "https://plugins.jenkins.io/mlops-pipeline/cli"},
                           "metadata": {"invocationId": str(number), "finishedOn": "2026-11-02T10:01:00Z"},
                           "byproducts": [{"name": "mlflow-run", "uri": "http://mlflow.example/", "annotations": {"runId": f"run-{number}"}}]}})
        store.record(subject, OWN + "evaluation/v1", {
            "record": {"name": "evaluation.json", "digest": {"sha256": sha256(f"evaluation {number}")}}, "metrics": {"mAP": 0.5},
            "evaluatedOn": "2026-11-02T10:02:00Z"})
        store.record(subject, OWN + "gate/v1", {
            "verdict": "pass", "report": {"name": "gate.json", "digest": {"sha256": sha256(f"gate {number}")}},
            "decidedOn": "2026-11-02T10:03:00Z"})
        store.record(subject, OWN + "registration/v1", {
            "name": f"model-{number // LINE}", "version": number % LINE + 1, "registeredOn": "2026-11-02T10:04:00Z"})
    print(f"{store.count} records, {args.datasets} manifests of {args.files} files")


if __name__ == "__main__":
    main()
