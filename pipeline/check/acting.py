"""Who has to act for a finding to be settled: ``agit`` of rules.yaml."""

from __future__ import annotations

from collections.abc import Iterable
from typing import get_args

from pipeline.model import Actor

BY_FIELD = "selon le champ"
"""Of a rule that speaks about any field: who acts is who gives the field."""
ACTORS: tuple[Actor, ...] = get_args(Actor)
_HOST_SECTIONS = frozenset({"organisme", "signataire", "tuteur", "tuteur2", "gratification"})
"""Sections of the form that the student has to ask of the host."""


def acting(acts: str, fields: Iterable[str]) -> Actor:
    """Return who ``acts`` is, for a finding on ``fields``."""
    if acts != BY_FIELD:
        return next(actor for actor in ACTORS if actor == acts)
    sections = {key.partition(".")[0] for key in fields}
    return "organisme" if sections and sections <= _HOST_SECTIONS else "étudiant"
