"""Checks the documentation: the README's commands exist and are two, links lead somewhere, every page is in the index.

Prints "passed WHAT" or "failed WHAT: WHY" for each check. The examples of a page are run by the tests of its topic.
"""

import pathlib
import re
import sys

failed = False


def check(what, holds, why=""):
    global failed
    failed |= not holds
    print(f"passed {what}" if holds else f"failed {what}: {why}")


def shell_lines(text):
    return [line for block in re.findall(r"^```sh\n(.*?)^```", text, re.M | re.S) for line in block.splitlines() if line.strip()]


def prose(text):
    return re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)


def anchors(text):
    headings = re.findall(r"^#+ +(.*)$", prose(text), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


commands = shell_lines(pathlib.Path("README.md").read_text(encoding="utf-8"))
check("README starts with two commands", commands == ["./mlops quickstart", "./test"], commands)
for command in commands:
    program = pathlib.Path(command.split()[0])
    check(f"{program} can be run", program.is_file() and program.stat().st_mode & 0o111, "it is no executable file")

docs = sorted(pathlib.Path("docs").glob("*.md"))
pages = [pathlib.Path("README.md"), pathlib.Path("CONTRIBUTING.md"), *docs, *sorted(pathlib.Path("pipelines").glob("*/README.md"))]
for page in pages:
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(page.read_text(encoding="utf-8"))):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path) if path else page
        if not file.exists() or (anchor and file.suffix == ".md" and anchor not in anchors(file.read_text(encoding="utf-8"))):
            broken.append(target)
    check(f"links of {page} lead somewhere", not broken, broken)

index = pathlib.Path("docs/README.md").read_text(encoding="utf-8")
absent = [page.name for page in docs if page.name != "README.md" and f"]({page.name})" not in index]
check("the index of docs names every page", not absent, absent)
sys.exit(failed)
