"""The étape of a dossier: where it stands in its life, from what was told of it, its status and the day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from pipeline.desk.model import Etape, Told
from pipeline.model import Status

SENT, SIGNED, PASSED_ON = "envoyee_le", "signature_universite", "transmise_le"
MODE = "signature_mode"
"""How the agreement travels: no signature."""
ABANDONED, ABANDONED_WHY = "abandon_le", "abandon_motif"

IPRO: Mapping[Etape, str] = {
    "déposé": "en cours d’édition",
    "à corriger": "à améliorer / préciser",
    "à vérifier": "en attente de validation d’un gestionnaire de conventions",
    "prêt": "validée",
    "envoyé": "validée, en signature",
    "signé": "validée, signée",
    "terminé": "validée, stage terminé",
    "refusé": "refusée",
    "réorienté": "transmise à un autre service",
    "abandonné": "abandonnée",
    "repris": "validée avant la reprise",
}
"""IPRO's word for each étape; what IPRO has no word for says what comes after its « validée »."""
ENGLISH: Mapping[Etape, str] = {
    "déposé": "submitted",
    "à corriger": "to be corrected",
    "à vérifier": "to be checked",
    "prêt": "ready",
    "envoyé": "sent for signature",
    "signé": "signed by all",
    "terminé": "ended",
    "refusé": "refused",
    "réorienté": "redirected",
    "abandonné": "abandoned",
    "repris": "taken over",
}
_OF_STATUS: Mapping[Status, Etape] = {
    "prêt": "prêt",
    "à vérifier": "à vérifier",
    "à corriger": "à corriger",
    "refusé": "refusé",
    "réorienté": "réorienté",
    "repris": "repris",
    "remplacé": "déposé",
}


def etape_of(status: Status, told: Told, version: int, end: date | None, today: date) -> Etape:
    """Return the étape on ``today`` of a dossier in ``version`` whose internship ends on ``end``."""
    if ABANDONED in told or ABANDONED_WHY in told:
        return "abandonné"
    if SIGNED in told:
        return "terminé" if end is not None and end < today else "signé"
    if status == "repris":
        return "repris"
    if any(_is_sending(what) and event.version == version for what, event in told.items()):
        return "envoyé"
    return _OF_STATUS[status]


def _is_sending(what: str) -> bool:
    """Tell whether ``what`` says that the agreement is on its way: sent, or signed by somebody."""
    return what == SENT or (what.startswith("signature_") and what != MODE)


def since(etape: Etape, told: Told, before: tuple[str, str], today: date) -> date:
    """Return the day since which the dossier is in ``etape``; ``before`` is what the register held (étape, day)."""
    word = {"envoyé": SENT, "signé": SIGNED, "abandonné": ABANDONED}.get(etape)
    event = told.get(word) if word else None
    if event is not None and isinstance(event.value, date) and event.value <= today:
        return event.value
    if before[0] == etape and before[1]:
        return date.fromisoformat(before[1])
    return today
