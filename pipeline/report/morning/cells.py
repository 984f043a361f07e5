"""Where ``a_corriger.xlsx`` shows each finding, so that the page can lead to the very cell."""

from __future__ import annotations

from pipeline.model import Outcome, Place, column_letters
from pipeline.report.morning.lines import Cells
from pipeline.report.tabs import marks_of, tabs_of
from pipeline.report.workbook import LISTS, RECORDS, SUMMARY
from pipeline.tables import Tables


def workbook_cells(outcome: Outcome, tables: Tables) -> Cells:
    """Return the sheet and the first cell of each finding of ``outcome``, by row and rule."""
    found: dict[tuple[Place, str], tuple[str, str]] = {}
    for tab in tabs_of(outcome.verdicts, tables, (SUMMARY, RECORDS, LISTS)):
        for row, verdict in enumerate(tab.verdicts, 2):  # below the header
            for column, mark in sorted(marks_of(verdict, tab, tables).items()):
                for finding in mark.findings:
                    found.setdefault((verdict.place, finding.rule), (tab.title, f"{column_letters(column)}{row}"))
    return found
