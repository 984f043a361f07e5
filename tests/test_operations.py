"""docs/operations.md explains every message of a night, and none that the program no longer says."""

from __future__ import annotations

import re

import pytest

from tests.conftest import ROOT
from tests.messages import raised, texts

PAGE = (ROOT / "docs/operations.md").read_text("utf-8")
ERRORS = PAGE[PAGE.index("## Errors, by the message that is shown") :]
_LETTERS = re.compile(r"[^\W\d_]")


def fragments(message: str) -> list[str]:
    """Return the fixed parts of a message as the page writes it, those that say something."""
    return [part for part in plain(message).split("…") if said(part)]


def plain(text: str) -> str:
    return " ".join(text.split())


def said(part: str) -> str:
    """Return what a fixed part says without the marks around the values that it stands between; "" for marks alone."""
    bare = part.strip(" «»(){}:,;.")
    return bare if len(_LETTERS.findall(bare)) > 3 else ""


def documented() -> list[str]:
    """Return the messages of the tables and of the list of log lines."""
    return sorted(filter(is_message, re.findall(r"`([^`]+)`", ERRORS)))


def is_message(code: str) -> bool:
    """Tell messages from names of files, options and commands, which are in the same type."""
    return " " in code and not code.startswith(("conventions ", "[", "-", "systemctl", "chmod", "ulimit"))


def test_every_message_of_the_page_is_one_that_the_program_says() -> None:
    code = texts(ROOT)
    messages = documented()
    assert len(messages) > 100
    unknown = [message for message in messages for part in fragments(message) if said(part) not in code]
    assert unknown == []


def test_every_fault_that_ends_a_night_is_explained() -> None:
    page = plain(ERRORS)
    found = [one for one in raised(ROOT) if one.parts]
    assert len(found) > 100
    missing = [
        (one.module, one.line, part)
        for one in found
        for part in map(said, map(plain, one.parts))
        if part and part not in page
    ]
    assert missing == []


@pytest.mark.parametrize("status", [0, 1, 2, 3, 4, 130])
def test_every_exit_status_says_what_to_do_in_the_morning(status: int) -> None:
    (row,) = [line for line in PAGE.splitlines() if line.startswith(f"| {status} |")]
    what, morning = row.strip("|").split("|")[1:]
    assert what.strip()
    assert morning.strip()


def test_every_group_of_the_doctor_is_in_the_page() -> None:
    from pipeline.doctor import CHECKS

    table = PAGE[PAGE.index("| group | what it looks at |") :].split("\n\n")[0]
    assert len(table.splitlines()) - 2 == len(CHECKS)
