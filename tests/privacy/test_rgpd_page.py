"""docs/rgpd.md names every section of the form, every duration that is shipped and every command that serves a right."""

from __future__ import annotations

from pipeline.cli import cli
from pipeline.commands.purge import purge
from pipeline.settings.retention import Retention
from pipeline.tables.fields import load_fields
from tests.conftest import ROOT

_PAGE = (ROOT / "docs/rgpd.md").read_text("utf-8")


def test_every_section_of_the_form_is_told() -> None:
    sections = {field.section for field in load_fields(ROOT / "schemas").values()}
    assert {section for section in sections if f"\n| {section} |" not in _PAGE} == set()


def test_the_durations_are_those_that_are_shipped() -> None:
    default = Retention()
    for months in (default.concluded_months, default.refused_months, default.open_months):
        assert f"| {months} months |" in _PAGE


def test_every_option_of_the_purge_that_chooses_is_told() -> None:
    options = {
        option for one in purge.params for option in one.opts if option in ("--before", "--dossier", "--conservation")
    }
    assert len(options) == 3
    assert all(option in _PAGE for option in options)
    assert "export-person" in _PAGE
    assert "export-person" in cli.commands
