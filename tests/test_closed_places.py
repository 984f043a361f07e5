"""Folders and files that the account of the night may not read: said in French with the mend, never by click or as a disk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest

from pipeline.cli import cli
from pipeline.errors import SetupError
from pipeline.logs import places
from pipeline.setup import ROOT, load_setup


def _options(group: click.Group) -> Iterator[tuple[str, click.Parameter]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from _options(command)
        yield from ((name, option) for option in command.params if isinstance(option.type, click.Path))


def test_no_place_of_a_night_is_judged_by_click_in_english() -> None:
    asked = [(name, option.name) for name, option in _options(cli) if option.name in ("inbox", "outbox", "config")]
    assert {"generate", "check", "doctor", "purge", "amend"} <= {name for name, _ in asked}
    judged = [
        (name, option.name)
        for name, option in _options(cli)
        if getattr(option.type, "readable", True) and not _is_file(option)
    ]
    assert judged == []


def _is_file(option: click.Parameter) -> bool:
    """Tell whether it names the one file that a person hands over."""
    return isinstance(option.type, click.Path) and not option.type.dir_okay


@pytest.fixture
def closed(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Names of files that nobody may read."""
    names: set[str] = set()
    for way in ("read_bytes", "read_text"):
        monkeypatch.setattr(Path, way, _unless_closed(getattr(Path, way), names))
    return names


def _unless_closed(known: Callable[..., object], names: set[str]) -> Callable[..., object]:
    def read(path: Path, *args: object, **named: object) -> object:
        if path.name in names:
            raise PermissionError(13, "Permission denied", str(path))
        return known(path, *args, **named)

    return read


def test_a_closed_configuration_is_neither_absent_nor_a_disk(closed: set[str], tmp_path: Path) -> None:
    config = tmp_path / "conventions.toml"
    config.write_bytes((ROOT / "conventions.toml").read_bytes())
    closed.add("conventions.toml")
    with pytest.raises(SetupError, match="la configuration ne peut pas être lue"):
        load_setup(config)


def test_a_closed_schema_is_named(closed: set[str], tmp_path: Path) -> None:
    config = tmp_path / "conventions.toml"  # one that has not been loaded before
    config.write_bytes((ROOT / "conventions.toml").read_bytes())
    closed.add("travel_advice.csv")
    with pytest.raises(SetupError) as caught:
        load_setup(config)
    assert caught.value.file.endswith("travel_advice.csv")


def test_the_log_names_the_module_that_is_missing_and_no_file_of_the_inbox() -> None:
    missing = ImportError("no module named 'ssl'", name="ssl")
    assert list(places(missing)) == ["ImportError ssl"]
    ours = PermissionError(13, "Permission denied", str(ROOT / "pipeline" / "run.py"))
    assert list(places(ours)) == ["PermissionError pipeline/run.py"]
    assert list(places(PermissionError(13, "Permission denied", "/srv/inbox/DURAND.xlsx"))) == ["PermissionError"]
