"""Whole nights over files that are heavy, strange, numerous or changing: what is good is done, and nothing disappears."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from pipeline import reading
from pipeline.config import load_settings
from pipeline.errors import SetupError
from pipeline.intake import Reading, apart, find_files, read_apart
from pipeline.intake.files import InboxFile
from pipeline.model import Limits
from pipeline.setup import Setup, load_setup
from tests.intake.heavy_files import two_corners
from tools.examples.contact import perfect
from tools.shows.stage import DAY, ROOT, Stage

_TOMORROW = DAY + timedelta(1)


@cache
def _shipped() -> Setup:
    return load_setup(ROOT / "conventions.toml")


@pytest.fixture(autouse=True)
def limited(monkeypatch: pytest.MonkeyPatch) -> Callable[[Limits], None]:
    """Let the nights to come have the shipped set-up with other limits; at first its own."""

    def under(limits: Limits) -> None:
        settings = dataclasses.replace(_shipped().settings, limits=limits)
        fingerprint = f"{_shipped().fingerprint} {limits}"
        setup = dataclasses.replace(_shipped(), settings=settings, fingerprint=fingerprint)
        monkeypatch.setattr("pipeline.run.load_setup", lambda _: setup)

    under(Limits())
    return under


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that were to be opened, in order."""
    names: list[str] = []

    def noted(files: Iterable[InboxFile], *given: Any) -> Iterator[Reading]:
        asked = list(files)
        names.extend(file.name for file in asked if file.state == "à lire")
        return read_apart(asked, *given)

    monkeypatch.setattr(reading, "read_apart", noted)
    return names


def states(stage: Stage) -> Mapping[str, str]:
    return {source["file"]: source["state"] for source in stage.report["sources"]}


def test_beyond_the_number_of_a_night_the_last_ones_wait_and_bad_files_keep_no_place(
    tmp_path: Path, limited: Callable[[Limits], None]
) -> None:
    limited(Limits(files=2))
    stage = Stage(tmp_path, quiet=True)
    for number in range(3):
        (stage.inbox / f"a{number}.xlsx").write_bytes(b"PK no workbook")
        stage.deposit([perfect(number)], f"b{number}.xlsx")
    (stage.inbox / "z.pdf").write_bytes(b"x")
    stage.night()
    bad = {"a0.xlsx": "rejeté", "a1.xlsx": "rejeté", "a2.xlsx": "rejeté", "z.pdf": "rejeté"}
    assert states(stage) == bad | {"b0.xlsx": "lu", "b1.xlsx": "lu", "b2.xlsx": "en attente"}
    assert "prochain passage" in stage.source("b2.xlsx")["reason"]
    stage.night()
    assert states(stage) == bad | {"b0.xlsx": "inchangé", "b1.xlsx": "inchangé", "b2.xlsx": "lu"}
    assert len(stage.current()) == 3


def test_a_file_refused_for_what_it_costs_is_not_tried_again_until_something_changes(
    tmp_path: Path, opened: list[str], limited: Callable[[Limits], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    limited(Limits(memory_bytes=300_000_000))
    stage = Stage(tmp_path, quiet=True)
    stage.deposit([perfect(0)], "bon.xlsx")
    two_corners(stage.inbox / "lourd.xlsx")
    stage.night()
    first = stage.source("lourd.xlsx")
    assert (first["state"], opened) == ("rejeté", ["bon.xlsx", "lourd.xlsx"])
    stage.night(_TOMORROW)
    assert (stage.source("lourd.xlsx"), opened) == (first, ["bon.xlsx", "lourd.xlsx"])
    (stage.inbox / "lourd.xlsx").rename(stage.inbox / "le même.xlsx")
    stage.night(_TOMORROW)
    assert stage.source("le même.xlsx") == {**first, "file": "le même.xlsx"}
    assert len(opened) == 2
    with monkeypatch.context() as patch:
        patch.setattr("pipeline.register.values.program_hash", lambda: "another program")
        stage.night(_TOMORROW + timedelta(1))
    assert opened[2:] == ["le même.xlsx"]
    limited(Limits(memory_bytes=310_000_000))
    stage.night(_TOMORROW)
    assert "le même.xlsx" in opened[3:]
    assert len(stage.current()) == 1


def test_a_quiet_night_starts_no_reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Stage(tmp_path, quiet=True)
    stage.deposit([perfect(0)])
    stage.night()
    monkeypatch.setattr(apart, "_server", lambda: pytest.fail("a reader was started"))
    assert stage.night().repeated is not None
    assert stage.night(_TOMORROW).repeated is None, "the file is known: nothing is read on another day either"


def _as_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


@pytest.mark.parametrize(
    "change",
    [lambda path: path.write_bytes(path.read_bytes()[:100]), Path.unlink, _as_pipe],
    ids=["shrinks", "vanishes", "becomes a pipe"],
)
def test_a_file_that_changes_between_its_hash_and_its_reading_is_read_by_the_next_night(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: Callable[[Path], None]
) -> None:
    stage = Stage(tmp_path, quiet=True)
    stage.deposit([perfect(0)], "bon.xlsx")
    path = stage.deposit([perfect(1)], "change.xlsx")
    whole = path.read_bytes()

    def listed(inbox: Path, limits: Limits) -> list[InboxFile]:
        files = find_files(inbox, limits)
        change(path)
        return files

    with monkeypatch.context() as patch:
        patch.setattr("pipeline.run.find_files", listed)
        stage.night()
    assert states(stage) == {"bon.xlsx": "lu", "change.xlsx": "en attente"}
    path.unlink(missing_ok=True)
    path.write_bytes(whole)
    stage.night()
    assert states(stage) == {"bon.xlsx": "inchangé", "change.xlsx": "lu"}


def test_files_of_any_name_are_read_and_told_under_a_name_that_can_be_printed(tmp_path: Path) -> None:
    stage = Stage(tmp_path, quiet=True)
    names = (
        "une\nligne.xlsx",
        "fin\u202exslx.xlsx",
        "fin\u202dxslx.xlsx",
        b"octet\xff.xlsx".decode("utf-8", "surrogateescape"),
        b"octet\xfe.xlsx".decode("utf-8", "surrogateescape"),
        "[bold]<b>=1+1&.xlsx",
        "é" * 125 + ".xlsx",
    )
    for number, name in enumerate(names):
        wrong = {"gratification.montant": 1} if number % 2 else {}
        stage.deposit([{**perfect(number), **wrong}], "export.xlsx").rename(stage.inbox / name)
    stage.night()
    told = {source["file"]: source for source in stage.report["sources"]}
    assert len(told) == len(names)
    assert {source["state"] for source in told.values()} == {"lu"}
    assert len(stage.current()) == len(names)
    assert "fin‹U+202E›xslx.xlsx" in stage.page
    assert not {"\u202e", "\u202d", "\ufffd"} & set(stage.page)
    assert "<b>=1+1" not in stage.page
    book = openpyxl.load_workbook(stage.outbox / "rapports/dernier/a_corriger.xlsx", read_only=True)
    assert {row["source"] for row in stage.report["dossiers"]} == set(told)
    book.close()
    before = stage.report
    stage.night(_TOMORROW)
    assert {d["source"]: d["reference"] for d in stage.report["dossiers"]} == {
        d["source"]: d["reference"] for d in before["dossiers"]
    }
    assert set(states(stage).values()) == {"inchangé"}


def test_the_limits_of_a_reading_are_configured_and_checked(tmp_path: Path) -> None:
    text = (ROOT / "conventions.toml").read_text("utf-8")
    config = tmp_path / "conventions.toml"
    config.write_text(text, encoding="utf-8")
    assert load_settings(config).limits == Limits(), "the shipped file says what holds without it"
    for name, value, field in (
        ("octets_memoire", 150_000_000, "memory_bytes"),
        ("secondes", 7, "seconds"),
        ("fichiers", 3, "files"),
    ):
        line = next(line for line in text.splitlines() if line.startswith(f"{name} ="))
        config.write_text(text.replace(line, f"{name} = {value}"), encoding="utf-8")
        assert getattr(load_settings(config).limits, field) == value
        for wrong in ("0", '"x"', "1.5"):
            config.write_text(text.replace(line, f"{name} = {wrong}"), encoding="utf-8")
            with pytest.raises(SetupError, match=f"limites.{name}"):
                load_settings(config)
