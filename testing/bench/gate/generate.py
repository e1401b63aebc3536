#!/usr/bin/env python3
"""Writes what a large gate is measured with: per-sample results of two models, their metrics, and rules over all slices.

    generate.py DIRECTORY [--samples N] [--slices N] [--groups N] [--seed N]
"""
import argparse
import json
import pathlib
import random

RULES = """seed: 1
rules:
  - {metric: accuracy, direction: higher, baseline: champion, max_drop: 0.01, confidence: 0.95}
  - {metric: accuracy, direction: higher, baseline: champion, max_drop: 0.02, slices: "*", confidence: 0.95}
  - {metric: accuracy, direction: higher, threshold: 0.7, slices: "*", confidence: 0.95}
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", type=pathlib.Path)
    parser.add_argument("--samples", type=int, default=1_000_000)
    parser.add_argument("--slices", type=int, default=50)
    parser.add_argument("--groups", type=int, default=0, help="0: every sample is a group of its own")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    for model, quality in (("candidate", 0.802), ("champion", 0.8)):
        write(given, given.directory / model, quality)
    (given.directory / "rules.yaml").write_text(RULES)


def write(given, directory, quality):
    directory.mkdir(parents=True, exist_ok=True)
    hardness = random.Random(given.seed)
    noise = random.Random(f"{given.seed} {directory.name}")
    right = [[0, 0] for _ in range(given.slices + 1)]
    with open(directory / "samples.jsonl", "w") as file:
        for i in range(given.samples):
            slice_number = hardness.randrange(given.slices)
            hard = hardness.random()
            correct = int(0.9 * hard + 0.1 * noise.random() < quality)
            for counts in (right[slice_number], right[-1]):
                counts[0] += correct
                counts[1] += 1
            group = f'"group": "recording-{i * given.groups // given.samples:06}", ' if given.groups else ""
            file.write(f'{{"sample": "images/recording/{i:08}.png", {group}"slice": "slice-{slice_number:02}", '
                       f'"metrics": {{"accuracy": {correct}, "loss": {noise.random():.6f}}}}}\n')
    metrics = {"accuracy": right[-1][0] / right[-1][1], "samples": given.samples, "samples_file": "samples.jsonl",
               "slices": {f"slice-{s:02}": {"accuracy": right[s][0] / right[s][1], "samples": right[s][1]}
                          for s in range(given.slices) if right[s][1]}}
    (directory / "metrics.json").write_text(json.dumps(metrics))


if __name__ == "__main__":
    main()
