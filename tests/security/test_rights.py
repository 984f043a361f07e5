"""Rights: what is written is its owner's, or the managers' group's, alone, whatever the umask is."""

from __future__ import annotations

import grp
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipeline.cli import cli
from pipeline.documents.office_profile import prepare_profile
from pipeline.setup import ROOT
from pipeline.soundness import Memory
from pipeline.workshops import workshop
from tools.examples.contact import perfect
from tools.shows.stage import Stage


@pytest.fixture(params=[0o000, 0o077], ids=["umask 000", "umask 077"])
def _umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


def _rights(*roots: Path) -> dict[str, set[int]]:
    """Return the rights of the files and of the folders that stand at and under ``roots``."""
    found: dict[str, set[int]] = {"files": set(), "folders": set()}
    for path in (each for root in roots for each in (root, *root.rglob("*"))):
        found["folders" if path.is_dir() else "files"].add(path.stat().st_mode & 0o7777)
    return found


def _written(stage: Stage) -> list[Path]:
    return [path for path in stage.folder.iterdir() if path.name not in ("inbox", "conventions.toml")]


@pytest.mark.usefixtures("_umask")
def test_a_night_leaves_nothing_that_others_may_read(tmp_path: Path) -> None:
    stage = Stage(tmp_path, quiet=True)
    stage.deposit([perfect(0)])
    stage.night()
    found = _written(stage)
    assert {"outbox", "outbox.sqlite3"} <= {path.name for path in found}
    assert stage.documents()
    assert _rights(*found) == {"files": {0o600}, "folders": {0o700}}
    export = tmp_path / "registre.csv"
    words = ["register", "export", str(export), "--outbox", str(stage.outbox), "--config", str(stage.config)]
    assert CliRunner().invoke(cli, words).exit_code == 0
    assert _rights(export)["files"] == {0o600}


@pytest.mark.parametrize("_umask", [0o000], indirect=True)
@pytest.mark.usefixtures("_umask")
def test_the_managers_group_may_write_and_nobody_else_may_read(tmp_path: Path) -> None:
    config = tmp_path / "conventions.toml"
    text = (ROOT / "conventions.toml").read_text("utf-8")
    assert 'groupe = ""' in text
    config.write_text(text.replace('groupe = ""', f'groupe = "{grp.getgrgid(os.getgid()).gr_name}"'), "utf-8")
    stage = Stage(tmp_path, config, quiet=True)
    stage.deposit([perfect(0)])
    stage.night()
    assert _rights(stage.outbox) == {"files": {0o660}, "folders": {0o2770}}
    beside = [path for path in _written(stage) if path != stage.outbox]
    assert all(not path.stat().st_mode & 0o007 for path in beside)


@pytest.mark.parametrize("_umask", [0o000], indirect=True)
@pytest.mark.usefixtures("_umask")
def test_what_a_run_works_with_meanwhile_is_closed_to_others(tmp_path: Path) -> None:
    with workshop() as folder:
        assert _rights(folder)["folders"] == {0o700}
        prepare_profile(folder / "profil")
    memory = Memory(tmp_path / "cache" / "conventions" / "sains", "basis", frozenset())
    memory.keep(["a" * 64])
    assert _rights(tmp_path / "cache" / "conventions") == {"files": {0o600}, "folders": {0o700}}


def test_the_program_itself_opens_nothing_to_others_even_for_a_moment(tmp_path: Path) -> None:
    draft = tmp_path / "ebauche.yaml"
    script = 'umask 000; exec "$@"'
    words = [
        sys.executable,
        "-m",
        "pipeline",
        "columns",
        "examples/imprime_contact_2026-11.xlsx",
        "--ebauche",
        str(draft),
    ]
    done = subprocess.run(
        ["/bin/sh", "-c", script, "sh", *words], cwd=ROOT, capture_output=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    assert _rights(draft)["files"] == {0o600}
