"""Rows of any values, headers of any words: no traceback from the reading to the reports, and no row is lost."""

from __future__ import annotations

import json
import pickle
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from functools import cache
from io import StringIO
from pathlib import Path
from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from pipeline.documents.cases import cases as conditions
from pipeline.dossiers import Snapshot, identify
from pipeline.execution.bench import Bench
from pipeline.intake import crossing
from pipeline.intake.files import InboxFile
from pipeline.intake.reading import Reading, read_file
from pipeline.intake.tables import Table
from pipeline.machine import Tools
from pipeline.making import Batch, make_batch
from pipeline.model import CellValue, Limits
from pipeline.normalise import normalise_all
from pipeline.outbox import Outbox
from pipeline.plan import plan_documents
from pipeline.report.progress import Progress
from pipeline.report.terminal import summary
from pipeline.run import Options, run
from pipeline.setup import Setup, load_setup
from tests.hostile.fuzzing import VALUES, cases, headers, rows
from tests.hostile.parts import ROOT, labels

DAY = date(2026, 11, 21)
CONFIG = ROOT / "conventions.toml"
Row = tuple[CellValue, ...]


@cache
def _setup(config: Path = CONFIG, root: Path = ROOT) -> Setup:
    return load_setup(config, root)


@contextmanager
def _holding(table: Sequence[Row]) -> Iterator[InboxFile]:
    """Let any file be read, in this process, as one sheet that holds ``table``."""
    sheet = Table("Feuil1", tuple(table))
    with (
        patch("pipeline.intake.reading.read_content", lambda *_: b""),
        patch("pipeline.intake.reading.tables_of", lambda *_: [sheet]),
        patch("pipeline.reading.read_apart", _read_here),
    ):
        yield InboxFile("a.csv", Path("a.csv"), "0" * 64, "à lire")


def _read_here(files: Iterable[InboxFile], *known: object) -> Iterator[Reading]:
    for file in files:
        yield _read(file)
    assert known


def _read(file: InboxFile) -> Reading:
    """Return the reading as it comes back from the process that reads."""
    reading = read_file(file, _setup().systems, _setup().tables.fields, Limits())
    back = crossing.unpacked(pickle.dumps(reading))
    assert isinstance(back, Reading)
    return back


def _told(reading: Reading) -> list[int]:
    """Return the numbers of the rows that a reading tells of, as forms or as unread."""
    unread = [row for source in reading.sources for row, _ in source.unread]
    return sorted([form.place.row for form in reading.forms] + unread)


def _filled(table: Sequence[Row]) -> list[int]:
    """Return the numbers of the rows under the headers that hold anything but blanks."""
    blank = " \t\r\n\u00a0\u202f\u2007\u200b\ufeff"
    return [
        number
        for number, row in enumerate(table[1:], 2)
        if any(value is not None and not (isinstance(value, str) and not value.strip(blank)) for value in row)
    ]


@cases(12)
@given(rows())
def test_a_row_of_any_values_is_read_judged_and_has_every_document_of_its_status(row: Row) -> None:
    setup = _setup()
    table = (tuple(labels().values()), row)
    with _holding(table) as file:
        reading = _read(file)
    assert _told(reading) == _filled(table)
    deposits = normalise_all(reading.forms, setup.tables)
    entries = identify(deposits, Snapshot(), DAY, setup.settings.academic_year)
    verdicts = [setup.judge.judge(entry) for entry in entries]
    assert len(verdicts) == len(reading.forms)
    plans = plan_documents(
        verdicts,
        setup.kinds,
        lambda verdict: conditions(setup.judge.facts(verdict.entry)),
        {},
        lambda _: False,
        setup.letters.enclosed,
        word_pdf=False,
        page_pdf=False,
    )
    with tempfile.TemporaryDirectory() as folder:
        outbox = Outbox(Path(folder) / "outbox", "")
        made = make_batch(Bench(setup, outbox, Tools(None, None, 1), Path(folder)), Batch(tuple(plans)))
        assert made.failures == ()
        wanted = [document.path for plan in plans for document in plan.documents]
        assert sorted(path for paths in made.standing for path in paths) == sorted(wanted)
        assert all(outbox.path(path).is_file() for path in wanted)
        assert wanted or not plans


@cases(1, 150)
@given(st.lists(rows(), min_size=6, max_size=14))
def test_a_night_over_rows_of_any_values_tells_each_once_in_every_report(table: list[Row]) -> None:
    table = [tuple(labels().values()), *table]
    with tempfile.TemporaryDirectory() as name, _holding(table), patch("pipeline.run.load_setup", _setup):
        folder = Path(name)
        (folder / "inbox").mkdir()
        (folder / "inbox" / "a.csv").write_bytes(b"x")
        options = Options(folder / "inbox", folder / "outbox", CONFIG, DAY, 1, pdf=False)
        for _ in range(2):  # the second night has all of it from the register
            outcome = run(options, Progress(Console(quiet=True)))
            said = Console(file=StringIO())
            summary(outcome, said)
            assert outcome.failures == ()
            report = json.loads((folder / "outbox/rapports/dernier/run.json").read_text(encoding="utf-8"))
            (source,) = report["sources"]
            numbers = [entry["row"] for entry in report["dossiers"]] + [one["row"] for one in source["unread"]]
            assert sorted(numbers) == _filled(table)
            statuses = [number for status, number in report["totals"].items() if status != "rows"]
            assert sum(statuses) == report["totals"]["rows"] == len(report["dossiers"])
            for entry in report["dossiers"]:
                assert all((folder / "outbox" / path).is_file() for path in entry["documents"])
            (folder / "inbox" / "b.txt").write_bytes(b"x")  # so that the second is no repetition of the first
            (folder / "inbox" / "b.txt").unlink()


@cases(60)
@given(headers(), st.lists(st.lists(st.none() | VALUES, max_size=14), max_size=5))
def test_any_headers_over_any_cells_give_forms_or_one_reason(head: list[Row], below: list[list[CellValue]]) -> None:
    table = [*head, *map(tuple, below)]
    with _holding(table) as file:
        reading = _read(file)
    assert reading.sources
    for source in reading.sources:
        if source.state == "lu":
            told = _told(reading)
            assert len(told) == len(set(told))
            assert source.rows == len(reading.forms)
            first = min((form.layout.header_row for form in reading.forms), default=len(table))
            left = set(range(first + 1, len(table) + 1)) - set(told)
            assert all(_is_passed_over(table[number - 1], table) for number in left)
        else:
            assert source.reason
            assert "\n" not in source.reason
    assert len(normalise_all(reading.forms, _setup().tables)) == len(reading.forms)


def _is_passed_over(row: Row, table: Sequence[Row]) -> bool:
    """Tell whether a row may be told of nowhere: it is blank, or is the headers once more."""
    return not _filled([(), row]) or row in [other for other in table if other is not row]
