"""YAML and TOML that somebody has edited: values only, no object, no bomb."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.config import load_settings
from pipeline.errors import SetupError
from pipeline.tables.yamls import read_yaml

_BOMB = "\n".join(['a0: &a0 ["x", "x"]', *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12))])


@pytest.mark.parametrize(
    "text",
    [
        'a: !!python/object/apply:os.system ["touch {canary}"]',
        "a: !!python/name:os.system",
        "a: !!python/object/new:os.system [true]",
        _BOMB,
        "a: &a [*a]",
        f"a: {'[' * 5000}{']' * 5000}",
        "a: 1\na: 2",
    ],
    ids=["call", "name", "object", "aliases", "itself", "depth", "repeated"],
)
def test_yaml_makes_no_object_and_no_bomb(text: str, tmp_path: Path) -> None:
    path, canary = tmp_path / "a.yaml", tmp_path / "canary"
    path.write_text(text.replace("{canary}", str(canary)), "utf-8")
    with pytest.raises(SetupError):
        read_yaml(path)
    assert not canary.exists()


def test_a_configuration_that_is_a_bomb_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "conventions.toml"
    path.write_text(f"a = {'[' * 100_000}", "utf-8")
    with pytest.raises(SetupError):
        load_settings(path)
