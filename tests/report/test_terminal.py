"""The terminal: tables for a person, plain lines for a log, never the contents of a cell."""

from __future__ import annotations

import dataclasses
import io

from rich.console import Console

from pipeline.report.terminal import summary
from tests.report.follow_ups import desk_outcome
from tests.report.outcomes import empty_outcome, full_outcome


def said(*, terminal: bool) -> str:
    stream = io.StringIO()
    summary(full_outcome(), Console(file=stream, force_terminal=terminal, width=100, color_system=None))
    return stream.getvalue()


def test_on_a_terminal_statuses_and_files_stand_in_tables() -> None:
    text = said(terminal=True)
    assert "│" in text
    assert "à corriger" in text
    assert "pstage.csv" in text


def test_elsewhere_only_plain_lines_are_written() -> None:
    text = said(terminal=False)
    assert not set(text) & set("│┃━─\x1b")
    assert len(text.splitlines()) == 7


def test_refused_files_and_notices_have_their_line_and_markup_is_not_obeyed() -> None:
    for text in (said(terminal=True), said(terminal=False)):
        assert "Fichier refusé : notes <b>&.docx – ce format n’est pas lu" in text
        assert "wkhtmltopdf est absent" in text
        assert "outbox/rapports/dernier/rapport.html" in text


def test_thousands_of_refused_files_are_counted_beyond_two_hundred() -> None:
    stream, outcome = io.StringIO(), full_outcome()
    one = next(source for source in outcome.sources if source.state == "rejeté")
    many = tuple(dataclasses.replace(one, file=f"{number}.docx") for number in range(2000))
    summary(dataclasses.replace(outcome, sources=many), Console(file=stream, width=100))
    assert stream.getvalue().count("Fichier refusé : ") == 201
    assert "Fichier refusé : et 1\u202f800\u00a0autres, voir rapport.html." in stream.getvalue()


def test_no_student_is_named() -> None:
    assert "LAMBERTIN" not in said(terminal=True) + said(terminal=False)


def test_an_empty_run_is_told_too() -> None:
    stream = io.StringIO()
    summary(empty_outcome(), Console(file=stream, force_terminal=True, width=100))
    assert "0\u00a0fichier lu" in stream.getvalue()


def test_the_follow_up_to_keep_is_named_where_there_is_one() -> None:
    kept, none = io.StringIO(), io.StringIO()
    summary(desk_outcome(), Console(file=kept, width=100), "ailleurs/rapports/dernier")
    summary(full_outcome(), Console(file=none, width=100), "ailleurs/rapports/dernier")
    assert "À tenir : ailleurs/suivi.xlsx" in kept.getvalue()
    assert "suivi.xlsx" not in none.getvalue()
