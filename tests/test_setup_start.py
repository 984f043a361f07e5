"""What start-up spares itself: libraries that a process does not use, checks done before; and what it never spares."""

from __future__ import annotations

import gc
import hashlib
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import cerberus
import pytest

from pipeline import setup, soundness
from pipeline.documents.library import Library, Sheet, Shelves, load_library
from pipeline.errors import SetupError
from pipeline.patience import uncollected
from pipeline.program import HOME, hash_of
from pipeline.setup import load_setup
from pipeline.soundness import load_memory
from pipeline.tables.yamls import check_entries, check_shape, checked_before, read_yaml
from tests.conftest import ROOT

SHAPE = {"nom": {"type": "string", "required": True}, "jours": {"type": "integer", "min": 1}}


def _loaded(code: str) -> set[str]:
    """Return the names of the modules that a fresh process has once it has run ``code``."""
    code += "; import sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_the_first_line_and_the_help_wait_for_no_library() -> None:
    heavy = {"pandas", "numpy", "openpyxl", "lxml", "jinja2", "babel", "cerberus", "yaml", "rich.console", "holidays"}
    assert not heavy & _loaded("import pipeline.cli")


def test_a_worker_loads_neither_the_command_line_nor_what_only_the_coordinator_uses() -> None:
    # A spawned process imports the main module of the one that spawned it.
    loaded = _loaded("import pipeline.__main__, pipeline.execution.pool, pipeline.produce")
    assert "pipeline.setup" in loaded
    assert not {"pipeline.cli", "pipeline.run", "click", "pandas", "numpy", "openpyxl", "rich", "rapidfuzz"} & loaded


def test_a_night_loads_nothing_of_what_erases_before_there_is_something_to_erase() -> None:
    loaded = _loaded("import pipeline.run")
    assert "pipeline.privacy.due" in loaded
    assert (
        not {"pipeline.privacy.retention", "pipeline.privacy.purge", "pipeline.desk.archive", "phonenumbers"} & loaded
    )


def test_what_reads_files_of_unknown_origin_loads_nothing_that_checks_or_makes() -> None:
    assert not {"cerberus", "jinja2", "openpyxl", "rich", "sqlite3"} & _loaded("import pipeline.intake.server")


def test_nothing_is_collected_within_the_block_and_all_is_as_before_after_it() -> None:
    def fail() -> None:
        with uncollected():
            assert not gc.isenabled()
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert gc.isenabled()
    gc.disable()
    try:
        with uncollected():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


# ── strict YAML ───────────────────────────────────────────────────────────────────────────────────


def _read(folder: Path, text: str) -> dict[str, Any]:
    path = folder / "file.yaml"
    path.write_text(text, encoding="utf-8")
    return read_yaml(path)


@pytest.mark.parametrize(
    "text",
    [
        "a: 1\nb: 2\na: 1",
        "a: {b: 1, c: {d: 1, d: 1}}",
        "a:\n- {b: 1}\n- {c: 1, c: 2}",
        "a: &name {b: 1}\nc: {d: *name, d: *name}",
        "a: !!set {x, x}",
        "1: a\n1: b",
    ],
)
def test_a_repeated_key_stops_the_run_wherever_it_stands(tmp_path: Path, text: str) -> None:
    with pytest.raises(SetupError, match="clé répétée"):
        _read(tmp_path, text)


@pytest.mark.parametrize(
    "text",
    ["? [a, b]\n: 1", "? {a: b}\n: 1", "a: &me [1, *me]", "a: &me {b: *me}", "a: !!map [1]", "a: !!python/object:x 1",
     "a: &x {b: 1}\nc: {<<: *x}", "- 1\n- 2", "", "a: [1", "a: *unknown"],
)  # fmt: skip
def test_what_is_no_plain_mapping_stops_the_run(tmp_path: Path, text: str) -> None:
    with pytest.raises(SetupError):
        _read(tmp_path, text)


def test_words_and_codes_stay_as_they_are_written(tmp_path: Path) -> None:
    text = "a: no\nb: 01234\nc: 2026-11-21\nd: 0x1F\ne: 12:30\nf: yes\ng: on\nh: 1_000\ni: '1'"
    assert _read(tmp_path, text) == {
        "a": "no", "b": "01234", "c": "2026-11-21", "d": "0x1F", "e": "12:30", "f": "yes", "g": "on", "h": "1_000",
        "i": "1",
    }  # fmt: skip
    found = _read(tmp_path, "a: true\nb: -5\nc: 1.5\nd: ~\ne:\nf: ''\ng: &x [1, {h: [2]}]\ni: *x\n2: two")
    assert found == {
        "a": True, "b": -5, "c": 1.5, "d": None, "e": None, "f": "", "g": [1, {"h": [2]}], "i": [1, {"h": [2]}], 2: "two",
    }  # fmt: skip
    assert type(found["a"]) is bool


# ── shapes checked before ─────────────────────────────────────────────────────────────────────────


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cache of its own for this test."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def _check(data: dict[str, Any], shape: dict[str, Any]) -> None:
    with checked_before(load_memory([], "schemas_corrects")):
        check_shape(data, shape, "file.yaml")


@pytest.mark.usefixtures("cache")
def test_the_same_data_under_the_same_shape_are_checked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    _check({"nom": "a", "jours": 3}, SHAPE)
    with monkeypatch.context() as patch:
        patch.setattr(cerberus, "Validator", None)
        _check({"nom": "a", "jours": 3}, SHAPE)
        with pytest.raises(TypeError):  # what is not quite the same is checked
            _check({"nom": "a", "jours": 4}, SHAPE)
    for data in ({"nom": "a", "jours": "3"}, {"nom": "a", "jours": 3, "autre": 1}, {"jours": 3}):
        with pytest.raises(SetupError):
            _check(data, SHAPE)
    with pytest.raises(SetupError):
        _check({"nom": "a", "jours": 3}, {**SHAPE, "jours": {"type": "integer", "min": 4}})


@pytest.mark.usefixtures("cache")
def test_a_fault_is_told_every_time() -> None:
    for _ in range(2):
        with pytest.raises(SetupError, match="jours"):
            _check({"nom": "a", "jours": 0}, SHAPE)
        with checked_before(load_memory([], "schemas_corrects")), pytest.raises(SetupError, match=r"x\.jours"):
            check_entries({"x": {"nom": "a", "jours": 0}}, {"type": "dict", "schema": SHAPE}, "file.yaml")


@pytest.mark.usefixtures("cache")
def test_another_program_checks_again_and_so_does_who_asks_for_no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    _check({"nom": "a"}, SHAPE)
    monkeypatch.setattr(cerberus, "Validator", None)
    _check({"nom": "a"}, SHAPE)
    with pytest.raises(TypeError):
        check_shape({"nom": "a"}, SHAPE, "file.yaml")
    monkeypatch.setattr(soundness, "_code", lambda: "the program has changed")
    with pytest.raises(TypeError):
        _check({"nom": "a"}, SHAPE)


def test_a_schema_that_was_spoilt_stops_the_next_start(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "schemas", tmp_path / "schemas")
    shutil.copytree(ROOT / "templates_docx", tmp_path / "templates_docx")
    load_setup(ROOT / "conventions.toml", tmp_path)
    rules = tmp_path / "schemas" / "rules.yaml"
    rules.write_text(rules.read_text(encoding="utf-8") + "\nautre: {inconnu: 1}\n", encoding="utf-8")
    with pytest.raises(SetupError, match=r"rules\.yaml"):
        load_setup(ROOT / "conventions.toml", tmp_path)


# ── which program, which papers ───────────────────────────────────────────────────────────────────


def test_the_hash_of_the_program_follows_its_files_and_not_where_they_stand(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name / "room").mkdir(parents=True)
        (tmp_path / name / "room" / "a.py").write_text("A = 1\n")
    first = hash_of(tmp_path / "one")
    assert hash_of(tmp_path / "two") == first
    (tmp_path / "two" / "notes.txt").write_text("nothing of the program")
    (tmp_path / "two" / "room" / "a.pyc").write_bytes(b"made of it")
    assert hash_of(tmp_path / "two") == first
    seen = {first}
    for name in ("room/a.py", "b.sql", "page.j2", "page.css", "page.js"):
        (tmp_path / "two" / name).write_text("A = 2\n")
        seen.add(hash_of(tmp_path / "two"))
    (tmp_path / "two" / "b.sql").rename(tmp_path / "two" / "c.sql")
    assert len(seen | {hash_of(tmp_path / "two")}) == 7
    assert hash_of(HOME) == hash_of(HOME) != first


def _library(**digests: str) -> Library:
    return Library({name: Sheet(name, ROOT, ROOT, False, None, (), digest) for name, digest in digests.items()}, ())


def test_the_papers_are_the_templates_the_logo_and_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    def papers() -> list[str]:
        return [
            setup._papers(_library(avenant="1", fiche="2"), None),
            setup._papers(_library(avenant="1", fiche="3"), None),
            setup._papers(_library(avenant="1"), None),
            setup._papers(_library(avenant="1", fiche="2"), b"logo"),
            setup._papers(_library(avenant="1", fiche="2"), b"another logo"),
        ]

    before = papers()
    assert papers() == before
    monkeypatch.setattr(setup, "program_hash", lambda: "another program under the same number")
    assert len({*before, *papers()}) == 2 * len(before)


def test_the_template_that_is_hashed_is_the_one_that_is_used(tmp_path: Path) -> None:
    name = "annexe_etranger.docx"

    def digest() -> str:
        shelves = Shelves(ROOT / "templates_docx", tmp_path)
        return load_library(shelves, {name}, (), {}, lambda _: []).sheets[name].digest

    shipped = (ROOT / "templates_docx" / name).read_bytes()
    assert digest() == hashlib.sha256(shipped).hexdigest()
    (tmp_path / name).write_bytes(shipped + b"\0")  # as another program would have saved it
    assert digest() == hashlib.sha256(shipped + b"\0").hexdigest()
