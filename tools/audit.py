"""Known vulnerabilities of what a night runs on: pip-audit over deploy/requirements/run.txt, by whichever source answers.

Status 0: every package was looked up and none is known to be vulnerable; 1: some are, each is named with its mend;
2: no source of advisories could be reached, so that nothing was audited.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from tools.pins import REQUIREMENTS, listed

_SOURCES = ("pypi", "osv")
_SECONDS = 300

Ask: TypeAlias = Callable[[str], "Sequence[dict[str, Any]] | None"]
"""Service → what it says of each package, as pip-audit's JSON has it under « dependencies »; None when it is silent."""


def ask(source: str) -> Sequence[dict[str, Any]] | None:
    """Ask one source of advisories by pip-audit."""
    command = [sys.executable, "-m", "pip_audit", "--format", "json", "--progress-spinner", "off", "--disable-pip",
               "--require-hashes", "--vulnerability-service", source, "-r", str(REQUIREMENTS / "run.txt")]  # fmt: skip
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_SECONDS)
        dependencies: Sequence[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    except (subprocess.TimeoutExpired, ValueError, KeyError):
        return None
    return dependencies


def audit(names: Sequence[str], asked: Ask = ask) -> tuple[int, list[str]]:
    """Return the status and the lines to be printed; ``names`` are the packages that must have been looked up."""
    unknown = set(names)
    for source in _SOURCES:
        answers = {entry["name"].lower(): entry for entry in asked(source) or () if "skip_reason" not in entry}
        unknown -= answers.keys()
        found = [
            f"{name} {entry['version']}: {vulnerability['id']}, mended in "
            f"{', '.join(vulnerability['fix_versions']) or 'no version yet'}"
            for name, entry in sorted(answers.items())
            for vulnerability in entry["vulns"]
        ]
        if found:
            return 1, found
        if answers.keys() >= set(names):
            return 0, [f"{len(names)} packages looked up at {source}: no known vulnerability."]
    if len(unknown) < len(names):
        return 2, [f"Not known to any source: {', '.join(sorted(unknown))}."]
    return 2, ["No source of advisories could be reached: nothing was audited."]


def main() -> None:
    """Audit and say what came of it."""
    status, lines = audit(sorted(listed(REQUIREMENTS / "run.txt")))
    print("\n".join(lines))
    sys.exit(status)


if __name__ == "__main__":
    main()
