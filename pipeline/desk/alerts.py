"""What somebody has to know of a dossier today, besides the next thing to do."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from pipeline.desk.actions import Case
from pipeline.desk.stages import ABANDONED, SENT
from pipeline.language import short_date
from pipeline.model import Amended
from pipeline.report.phrases import typographic

_EXPIRES = timedelta(days=30)


def alerts(case: Case, amended: Amended | None = None) -> tuple[str, ...]:
    """Return the alerts of one dossier, in French, the gravest first; ``amended`` is what became of a change to it."""
    barred = [amended.reason] if amended is not None and amended.reason else []
    return tuple(typographic(text[:1].upper() + text[1:]) for text in (*barred, *_alerts(case)))


def _alerts(case: Case) -> Iterator[str]:
    if case.etape in ("abandonné", "repris", "réorienté", "refusé") or ABANDONED in case.told:
        return
    for finding in case.verdict.findings:
        if finding.rule == "GEO-09":
            yield finding.message
    begun = case.start is not None and case.start <= case.today
    over = case.end is not None and case.end < case.today
    if case.start is not None and begun and not over and case.etape not in ("signé", "terminé"):
        yield f"le stage devait commencer le {short_date(case.start)} ; toutes les parties n’ont pas signé la convention."
    if _to_sign_again(case):
        yield "la fiche a changé depuis l’envoi : la nouvelle version est à faire signer de nouveau."
    if case.etape == "signé" and begun and not over and case.end is not None:
        for piece in case.pieces:
            if piece.until is not None and piece.until < case.end and piece.until - case.today <= _EXPIRES:
                yield f"« {piece.label} » : validité jusqu’au {short_date(piece.until)}, avant la fin du stage."
    if case.etape == "terminé" and case.end is not None and "attestation_recue" not in case.told:
        yield f"le stage a pris fin le {short_date(case.end)} et l’attestation n’est pas revenue."


def _to_sign_again(case: Case) -> bool:
    sent = case.told.get(SENT)
    unsigned_version = case.etape in ("prêt", "à vérifier", "à corriger")
    return sent is not None and unsigned_version and sent.version < case.verdict.entry.version
