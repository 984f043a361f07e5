"""The tables are Markdown, and a page keeps the last of each part between its markers."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.__main__ import PARTS
from benchmarks.measuring import Spent
from benchmarks.tables import Table, comparison, inserted, keep, seconds, times
from pipeline.setup import ROOT


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.00075, "0.750 ms"), (0.0123, "12.3 ms"), (0.457, "457 ms"), (1, "1.00 s"), (12345, "12345 s")],
)
def test_a_duration_has_three_digits_that_count(value: float, text: str) -> None:
    assert seconds(value) == text


def test_a_ratio_has_three_digits_that_count() -> None:
    assert [times(value) for value in (0.1263, 1, 95.34, 170.4, 0)] == ["×0.126", "×1.00", "×95.3", "×170", "×0"]


def test_a_cell_does_not_break_its_table() -> None:
    text = Table("Title", ("a", "b"), [("x|y", "two\nlines")], ["A note."]).markdown()
    assert text == "**Title**\n\n| a | b |\n| --- | ---: |\n| x\\|y | two lines |\n\nA note.\n"


def test_a_comparison_gives_each_as_a_multiple_of_the_reference() -> None:
    table = comparison("t", {"ours": [Spent(0.001, 0.001)], "theirs": [Spent(0.076, 0.05)]}, "ours", "a document")
    assert table.rows[1] == ["theirs", "76.0 ms", "50.0 ms", "×76.0", "×50.0"]


def test_a_page_keeps_what_stands_outside_the_markers(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "before\n<!-- run -->\nold\n<!-- /run -->\n<!-- run-no-pdf -->\n<!-- /run-no-pdf -->\nafter\n", "utf-8"
    )
    keep(page, "run", r"new \1")
    assert page.read_text("utf-8") == (
        "before\n<!-- run -->\n\nnew \\1\n\n<!-- /run -->\n<!-- run-no-pdf -->\n<!-- /run-no-pdf -->\nafter\n"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["page.md"]


def test_a_page_without_the_markers_is_refused() -> None:
    with pytest.raises(ValueError, match="0 places"):
        inserted("nothing", "run", "text")


def test_the_page_of_figures_has_a_place_for_every_part() -> None:
    page = (ROOT / "docs/performance.md").read_text("utf-8")
    for name in PARTS:
        assert "the new table" in inserted(page, name, "the new table")
