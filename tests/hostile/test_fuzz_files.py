"""Damaged files: each gives tables or one French reason, whoever reads it and whatever the damage."""

from __future__ import annotations

import hashlib
import pickle
import random
import tempfile
from pathlib import Path

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from pipeline.intake import crossing, load_systems
from pipeline.intake.apart import read_apart
from pipeline.intake.files import InboxFile, find_files
from pipeline.intake.reading import Reading, read_file
from pipeline.intake.unreadable import Cause, why
from pipeline.model import Limits
from tests.conftest import NIGHTLY
from tests.hostile.fuzzing import Damaged, cases, damaged_files
from tests.hostile.parts import form_csv
from tests.rules.forms import ROOT, judge

LIMITS = Limits(file_bytes=2_000_000, unpacked_bytes=20_000_000, rows=5_000, seconds=10)
TABLES = judge().tables
SYSTEMS = load_systems(ROOT / "schemas", TABLES.fields)


def _check(reading: Reading, name: str, digest: str) -> None:
    """Fail unless ``reading`` tells of one file, whole: sheets with their rows, or one line that says why there are none."""
    assert reading.sources
    for source in reading.sources:
        assert (source.file, source.sha256) == (name, digest)
        if reading.returned is None and source.state == "lu":
            assert source.reason is None
            assert source.rows == sum(form.place.sheet == source.sheet for form in reading.forms)
            rows = [row for row, _ in source.unread]
            rows += [form.place.row for form in reading.forms if form.place.sheet == source.sheet]
            assert len(rows) == len(set(rows))
        else:
            assert source.state in ("rejeté", "en attente")
            assert source.reason
            assert source.reason.endswith(".")
            assert "\n" not in source.reason


@cases(80)
@given(damaged_files())
def test_a_damaged_file_gives_its_tables_or_one_reason(damaged: Damaged) -> None:
    name, content = damaged.name, damaged.content
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        digest = hashlib.sha256(content).hexdigest()
        try:
            reading = read_file(InboxFile(name, path, digest, "à lire"), SYSTEMS, TABLES.fields, LIMITS)
        except MemoryError:
            return  # the process that reads says so: its limit, not this one's
    _check(reading, name, digest)
    assert crossing.unpacked(pickle.dumps(reading)) == reading


@settings(cases(2, 60), phases=(Phase.explicit, Phase.reuse, Phase.generate))  # each file can be made again by itself
@given(st.lists(damaged_files(), min_size=8, max_size=8), st.integers(0, 2**32))
def test_damaged_files_cost_their_neighbours_nothing(damaged: list[Damaged], seed: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        inbox = Path(folder)
        for number, one in enumerate(damaged):
            (inbox / f"{number}{one.name}").write_bytes(one.content)
        good = random.Random(seed).choice(("3x.csv", "zz.csv", "00.csv"))  # noqa: S311 (no secret)
        (inbox / good).write_text(form_csv("bon"), encoding="utf-8")
        files = find_files(inbox, LIMITS)
        readings = list(read_apart(files, SYSTEMS, TABLES.fields, LIMITS))
    assert len(readings) == len(files) == 9
    for file, reading in zip(files, readings, strict=True):
        _check(reading, file.name, file.sha256)
        assert reading.sources[0].reason not in [why(cause, LIMITS) for cause in Cause]
        if file.name == good:
            assert [(source.state, source.rows) for source in reading.sources] == [("lu", 1)]


def test_the_nightly_profile_tries_at_least_two_thousand_cases() -> None:
    most = cases(1).max_examples
    assert most >= 2000 if NIGHTLY else most == 1
