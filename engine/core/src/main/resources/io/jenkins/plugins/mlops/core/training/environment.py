# Writes what this interpreter has installed to the file named by the first argument.
import os
import sys

# Modules of the working directory must not stand in for the standard library's.
here = os.getcwd()
sys.path[:] = [entry for entry in sys.path if entry and os.path.abspath(entry) != here]

import json
import platform
import re
from importlib import metadata

packages = {}
for distribution in metadata.distributions():
    name = distribution.metadata["Name"]
    if name:
        packages.setdefault(re.sub(r"[-_.]+", "-", name).lower(), distribution.version or "unknown")

with open(sys.argv[1], "w", encoding="utf-8") as out:
    json.dump(
        {
            "schema": "mlops-environment/1",
            "implementation": platform.python_implementation(),
            "python": platform.python_version(),
            "system": platform.system(),
            "machine": platform.machine(),
            "packages": packages,
        },
        out,
    )
