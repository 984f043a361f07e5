"""The pinned files have hashes and agree with constraints.txt."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tools import pins
from tools.audit import audit


def test_every_requirement_has_hashes_and_is_what_constraints_txt_pins() -> None:
    assert pins.faults(pins.read_pins()) == []


def test_no_pin_names_an_address() -> None:
    files = [pins.ROOT / "constraints.txt", *pins.REQUIREMENTS.iterdir()]
    assert [path.name for path in files if "://" in path.read_text(encoding="utf-8")] == []


def test_a_changed_pin_is_told() -> None:
    changed = pins.read_pins() | {"click": "click==0.1"}
    assert "run.txt: click==8.5.1 is not what constraints.txt pins" in pins.faults(changed)


def test_a_line_without_a_hash_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "run.txt"
    path.write_text("click==8.5.1\n", encoding="utf-8")
    with pytest.raises(ValueError, match="without a hash"):
        pins.listed(path)


def _entry(name: str, *vulnerabilities: str) -> dict[str, Any]:
    return {"name": name, "version": "1", "vulns": [{"id": v, "fix_versions": ["2"]} for v in vulnerabilities]}


def _skipped(name: str) -> dict[str, Any]:
    return {"name": name, "skip_reason": "not found"}


@pytest.mark.parametrize(
    ("answers", "status", "line"),
    [
        ({"pypi": [_entry("a"), _entry("b")]}, 0, "2 packages looked up at pypi: no known vulnerability."),
        ({"pypi": [_entry("a", "CVE-1"), _entry("b")]}, 1, "a 1: CVE-1, mended in 2"),
        ({"pypi": [_skipped("a"), _skipped("b")]}, 2, "No source of advisories could be reached: nothing was audited."),
        ({}, 2, "No source of advisories could be reached: nothing was audited."),
        ({"pypi": [_entry("a"), _skipped("b")]}, 2, "Not known to any source: b."),
        ({"pypi": [_skipped("a")], "osv": [_entry("a"), _entry("b")]}, 0, "2 packages looked up at osv: no known vulnerability."),
    ],
)  # fmt: skip
def test_an_audit_says_clean_only_when_every_package_was_looked_up(
    answers: dict[str, Sequence[dict[str, Any]]], status: int, line: str
) -> None:
    assert audit(["a", "b"], answers.get) == (status, [line])
