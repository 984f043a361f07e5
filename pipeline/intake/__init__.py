"""Intake: files of the inbox → sheets → columns → forms, at the addresses that a person sees."""

from __future__ import annotations

from pipeline.intake.apart import describe_apart, read_apart
from pipeline.intake.describe import ColumnsReport, describe_columns
from pipeline.intake.draft import draft_system
from pipeline.intake.files import InboxFile, find_files
from pipeline.intake.reading import TO_BE_TAKEN_IN, Reading, put_off, read_file
from pipeline.intake.returned import Returned
from pipeline.intake.systems import Systems, load_systems

__all__ = [
    "TO_BE_TAKEN_IN",
    "ColumnsReport",
    "InboxFile",
    "Reading",
    "Returned",
    "Systems",
    "describe_apart",
    "describe_columns",
    "draft_system",
    "find_files",
    "load_systems",
    "put_off",
    "read_apart",
    "read_file",
]
