"""What is remembered of the templates found sound: it spares a check, and can hide no fault."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import soundness
from pipeline.documents import library
from pipeline.documents.lint import Fault, FaultyTemplatesError
from pipeline.documents.word import WordTemplate
from pipeline.setup import load_setup
from pipeline.soundness import load_memory
from tests.conftest import ROOT

NAME = "annexe_etranger.docx"
KEYS = [f"{number:064x}" for number in range(600)]


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of its own for this test; the path is that of the file in it."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "conventions" / "modeles_corrects"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A configuration with one template of the university's own."""
    document = docx.Document(str(ROOT / "templates_docx" / NAME))
    (tmp_path / "modeles").mkdir()
    document.save(str(tmp_path / "modeles" / NAME))
    text = (ROOT / "conventions.toml").read_text(encoding="utf-8")
    path = tmp_path / "conventions.toml"
    path.write_text(text.replace('dossier = ""', 'dossier = "modeles"'), encoding="utf-8")
    return path


def _add(config: Path, text: str) -> None:
    path = config.parent / "modeles" / NAME
    document = docx.Document(str(path))
    document.add_paragraph(text)
    document.save(str(path))


@pytest.fixture
def checked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The templates that were checked and tried, by name, in their order."""
    names: list[str] = []
    really = library._tried

    def tried(template: WordTemplate, *rest: Any) -> Iterator[Fault]:
        names.append(template.path.name)
        return really(template, *rest)

    monkeypatch.setattr(library, "_tried", tried)
    return names


# ── the set-up ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.usefixtures("cache")
def test_what_was_sound_is_checked_again_when_and_only_when_something_has_changed(
    config: Path, checked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    load_setup(config)
    everything = len(checked)
    assert everything >= 15
    load_setup(config)
    assert len(checked) == everything
    _add(config, "Pour {{ etudiant.nom_complet }}.")
    load_setup(config)
    assert checked[everything:] == [NAME]
    config.write_text(config.read_text(encoding="utf-8") + "\n# relu\n", encoding="utf-8")
    load_setup(config)
    assert len(checked) == 2 * everything + 1
    monkeypatch.setattr(soundness, "_code", lambda: "the program has changed")
    load_setup(config)
    assert len(checked) == 3 * everything + 1


@pytest.mark.usefixtures("cache")
def test_a_fault_is_told_at_every_start_whatever_is_remembered(config: Path) -> None:
    load_setup(config)
    _add(config, "{{ etudiant.non }}")
    for _ in range(2):
        with pytest.raises(FaultyTemplatesError):
            load_setup(config)


def test_a_template_that_is_not_checked_again_gives_the_same_document(config: Path, cache: Path) -> None:
    checked = load_setup(config).templates[NAME]
    assert cache.is_file()
    remembered = load_setup(config).templates[NAME]
    assert remembered.names == checked.names
    assert remembered.rendered == checked.rendered


def test_the_other_name_of_a_template_and_the_mentions_it_needs_are_part_of_its_key() -> None:
    memory = load_memory(["schemas"])
    parts = [b"nom.docx", b"mentions", b"contenu", b"livre", b"logo"]
    others = [[*parts[:i], b"autre", *parts[i + 1 :]] for i in range(len(parts))]
    keys = {memory.key(*each) for each in [parts, *others]} | {load_memory(["autres"]).key(*parts)}
    assert len(keys) == len(parts) + 2


@given(st.lists(st.binary(max_size=4), max_size=4), st.lists(st.binary(max_size=4), max_size=4))
def test_two_keys_are_the_same_only_for_the_same_parts(one: list[bytes], two: list[bytes]) -> None:
    memory = soundness.NOTHING
    assert (memory.key(*one) == memory.key(*two)) is (one == two)


# ── the file ──────────────────────────────────────────────────────────────────────────────────────


def test_it_is_for_its_owner_alone_and_leaves_no_other_file(cache: Path) -> None:
    load_memory([]).keep(KEYS[:2])
    assert load_memory([]).known == set(KEYS[:2])
    assert stat.S_IMODE(cache.stat().st_mode) == 0o600
    assert stat.S_IMODE(cache.parent.stat().st_mode) == 0o700
    assert list(cache.parent.iterdir()) == [cache]


def test_what_two_runs_remember_at_once_is_kept_together_and_the_oldest_goes_first(cache: Path) -> None:
    first, second = load_memory([]), load_memory([])
    first.keep(KEYS[:500])
    second.keep(KEYS[500:])
    known = load_memory([]).known
    assert len(known) == len(cache.read_text(encoding="ascii").splitlines()) == 512
    assert set(KEYS[500:]) < known


@pytest.mark.parametrize("content", [b"", b"\xff\xfe" * 40, KEYS[1].encode()[:63], KEYS[1].upper().encode() + b"g\n"])
def test_a_damaged_file_vouches_for_nothing_and_is_written_anew(cache: Path, content: bytes) -> None:
    cache.parent.mkdir(parents=True)
    cache.write_bytes(content)
    cache.chmod(0o600)
    assert load_memory([]).known == set()
    load_memory([]).keep(KEYS[:1])
    assert load_memory([]).known == set(KEYS[:1])


def test_a_file_that_others_may_read_or_write_or_that_is_a_link_vouches_for_nothing(cache: Path) -> None:
    load_memory([]).keep(KEYS[:1])
    cache.chmod(0o620)
    assert load_memory([]).known == set()
    cache.chmod(0o600)
    cache.rename(cache.with_name("ailleurs"))
    cache.symlink_to("ailleurs")
    assert load_memory([]).known == set()


def test_without_a_place_to_write_every_check_is_done_each_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    load_memory([]).keep(KEYS[:1])
    assert load_memory([]).known == set()
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")  # the specification has it ignored
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "home")
    load_memory([]).keep(KEYS[:1])
    assert (tmp_path / "home" / ".cache" / "conventions" / "modeles_corrects").is_file()
