"""The shipped schemas, and an inbox that is read back."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.intake import Reading, find_files, load_systems, read_file
from pipeline.intake.systems import Systems
from pipeline.model import Limits
from pipeline.tables.fields import Fields, load_fields
from tests.intake.intake_workbooks import SCHEMAS, Reader, Rows, write_xlsx


@pytest.fixture(scope="session")
def fields() -> Fields:
    return load_fields(SCHEMAS)


@pytest.fixture(scope="session")
def systems(fields: Fields) -> Systems:
    return load_systems(SCHEMAS, fields)


@pytest.fixture
def read(tmp_path: Path, fields: Fields, systems: Systems) -> Reader:
    """Write rows (to .xlsx) or bytes into an inbox and read the file back."""

    def read_back(content: Rows | bytes, name: str = "depot.xlsx", limits: Limits | None = None) -> Reading:
        path = tmp_path / name
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            write_xlsx(path, content)
        (file,) = (file for file in find_files(tmp_path, limits) if file.name == name)
        return read_file(file, systems, fields, limits or Limits())

    return read_back
