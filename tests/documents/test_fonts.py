"""A night says when PDFs would be set in other fonts than the templates ask for."""

from __future__ import annotations

import stat
from pathlib import Path

import docx
import pytest

from pipeline.documents.fonts import asked_for, missing_here


@pytest.fixture
def templates(tmp_path: Path) -> Path:
    folder = tmp_path / "modeles"
    folder.mkdir()
    document = docx.Document()
    document.add_paragraph().add_run("Convention").font.name = "Marianne"
    document.save(str(folder / "convention.docx"))
    (folder / "~$convention.docx").write_bytes(b"open in Word")
    (folder / "autre.docx").write_bytes(b"damaged")
    return folder


def _fontconfig(folder: Path, families: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let fontconfig give ``families`` for every font."""
    program = folder / "bin" / "fc-match"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\nprintf '%s' '{families}'\n", encoding="utf-8")
    program.chmod(stat.S_IRWXU)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")


def test_what_templates_and_pages_ask_for_is_found(templates: Path) -> None:
    assert {"Marianne", "Carlito", "DejaVu Sans"} <= set(asked_for([templates]))


def test_a_missing_font_is_named(templates: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _fontconfig(
        tmp_path, "Carlito,DejaVu Sans,Caladea,Liberation Sans,Liberation Mono,MS Mincho,MS Gothic", monkeypatch
    )
    line = missing_here([templates])
    assert "Marianne" in line
    assert "Carlito" not in line
    assert "Calibri" not in line, "Carlito is as wide"


def test_nothing_is_said_where_every_font_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _fontconfig(tmp_path, "Carlito,DejaVu Sans", monkeypatch)
    assert missing_here([]) == ""


def test_nothing_is_said_where_nobody_can_be_asked(templates: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    assert missing_here([templates]) == ""
