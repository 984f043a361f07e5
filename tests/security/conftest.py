"""One set-up for all the nights of this folder."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from pipeline.setup import ROOT, Setup, load_setup


@cache
def _setup(config: Path, root: Path = ROOT) -> Setup:
    return load_setup(config, root)


@pytest.fixture(scope="session", autouse=True)
def _one_setup() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pipeline.run.load_setup", _setup)
        yield
