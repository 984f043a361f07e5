"""The run in one sentence, with the colour that it deserves."""

from __future__ import annotations

from collections import Counter
from typing import Literal, TypeAlias

from pipeline.language import long_date
from pipeline.model import RETURNED, Outcome
from pipeline.report.phrases import count, typographic
from pipeline.report.run_json import totals_of

Mood: TypeAlias = Literal["calm", "attention"]


def night(outcome: Outcome) -> str:
    """Return the French sentence: files, forms, agreements ready, dossiers to settle, documents that failed."""
    states = Counter(dict(_files(outcome)).values())
    statuses = Counter(totals_of(outcome))
    files = [count(states["lu"] + states["inchangé"], "fichier lu", "fichiers lus")]
    if states["rejeté"]:
        files.append(count(states["rejeté"], "refusé", "refusés"))
    if states["en attente"]:
        files.append(count(states["en attente"], "en attente", "en attente"))
    rows = [count(statuses["rows"], "fiche", "fiches")]
    if statuses["prêt"]:
        rows.append(count(statuses["prêt"], "dossier prêt", "dossiers prêts"))
    if statuses["à corriger"]:
        rows.append(f"{count(statuses['à corriger'], 'à corriger', 'à corriger')}")
    if statuses["à vérifier"]:
        rows.append(f"{count(statuses['à vérifier'], 'à vérifier', 'à vérifier')}")
    others = statuses["refusé"] + statuses["réorienté"]
    if others:
        rows.append(count(others, "refusé ou réorienté", "refusés ou réorientés"))
    if statuses["repris"]:
        rows.append(count(statuses["repris"], "repris sans document", "repris sans document"))
    failed = len(outcome.failures)
    end = count(failed, "document en échec", "documents en échec") if failed else "aucun document en échec"
    day = long_date(outcome.day, "fr")
    return typographic(f"Traitement du {day} : {', '.join(files)} ; {', '.join(rows)} ; {end}.")


def reasons(outcome: Outcome) -> list[str]:
    """Return in French what calls for attention before the dossiers themselves; empty on a calm night."""
    states = Counter(dict(_files(outcome)).values())
    unread, refused = unread_rows(outcome), refused_rows(outcome)
    told = []
    if states["rejeté"]:
        told.append(count(states["rejeté"], "fichier n’a pas pu être lu", "fichiers n’ont pas pu être lus"))
    if unread:
        told.append(count(unread, "ligne n’a pas pu être lue", "lignes n’ont pas pu être lues"))
    if refused:
        told.append(count(refused, "réponse rendue n’a pas été prise", "réponses rendues n’ont pas été prises"))
    if outcome.failures:
        told.append(count(len(outcome.failures), "document n’a pas pu être fait", "documents n’ont pas pu être faits"))
    return told


def unread_rows(outcome: Outcome) -> int:
    """Return how many rows of exports could not be read."""
    return sum(len(source.unread) for source in outcome.sources if source.profile not in RETURNED)


def refused_rows(outcome: Outcome) -> int:
    """Return how many answers and corrections of the workbooks that came back were not taken."""
    return sum(len(source.unread) for source in outcome.sources if source.profile in RETURNED)


def _files(outcome: Outcome) -> list[tuple[str, str]]:
    return [(source.file, source.state) for source in outcome.sources]
