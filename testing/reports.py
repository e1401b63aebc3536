"""Counts JUnit's XML reports: python3 reports.py DIRECTORIES MARK DETAILS

Prints "PASSED FAILED SKIPPED" for the reports in the directories (a pattern) that are newer than the file MARK, and writes a
line for each failure, with what its message begins and ends with, and for each reason to skip into DETAILS.
"""

import collections
import pathlib
import sys
import xml.etree.ElementTree as ElementTree

# Of a failure's message the summary shows so many characters: it is all that is left where a log is cut.
HEAD = 400
TAIL = 200


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
            failure = next(iter(case.findall("failure") + case.findall("error")), None)
            if failure is not None:
                failed += 1
                lines += [f"  failed: {name}", f"    {shortened(message(failure))}"]
            elif skip is not None:
                skipped += 1
                reasons[reason(skip)] += 1
            else:
                passed += 1
    lines += [f"  skipped: {count} because {why}" for why, count in reasons.items()]
    pathlib.Path(details).write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    print(passed, failed, skipped)


def message(end):
    """What a test ended with, in one line; AssertJ spreads it over several, before the stack."""
    return " ".join((end.get("message") or end.text or "").partition("\n\tat ")[0].split())


def shortened(text):
    return text if len(text) <= HEAD + TAIL else f"{text[:HEAD]} […] {text[-TAIL:]}"


def reason(skip):
    """The assumption, without the exception's name."""
    text = message(skip)
    for prefix in ("org.opentest4j.TestAbortedException:", "Assumption failed:"):
        text = text.replace(prefix, "", 1).strip()
    return text[:200] or "no reason given"


main(*sys.argv[1:])
