"""Counts JUnit's XML reports: python3 reports.py DIRECTORIES MARK DETAILS

Prints "PASSED FAILED SKIPPED" for the reports in the directories (a pattern) that are newer than the file MARK, and writes a
line for each failure and for each reason to skip into DETAILS.
"""

import collections
import pathlib
import sys
import xml.etree.ElementTree as ElementTree


def main(directories, mark, details):
    since = pathlib.Path(mark).stat().st_mtime
    passed = failed = skipped = 0
    lines = []
    reasons = collections.Counter()
    for report in sorted(pathlib.Path().glob(f"{directories}/TEST-*.xml")):
        if report.stat().st_mtime < since:
            continue
        for case in ElementTree.parse(report).getroot().iter("testcase"):
            name = f"{case.get('classname', '').rpartition('.')[2]}.{case.get('name')}"
            skip = case.find("skipped")
            if case.find("failure") is not None or case.find("error") is not None:
                failed += 1
                lines.append(f"  failed: {name}")
            elif skip is not None:
                skipped += 1
                reasons[reason(skip)] += 1
            else:
                passed += 1
    lines += [f"  skipped: {count} because {why}" for why, count in reasons.items()]
    pathlib.Path(details).write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    print(passed, failed, skipped)


def reason(skip):
    """The assumption in one line; AssertJ spreads it over several, after the exception's name and before the stack."""
    text = (skip.get("message") or skip.text or "").partition("\n\tat ")[0]
    text = " ".join(text.split())
    for prefix in ("org.opentest4j.TestAbortedException:", "Assumption failed:"):
        text = text.replace(prefix, "", 1).strip()
    return text[:200] or "no reason given"


main(*sys.argv[1:])
