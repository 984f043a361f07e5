"""Finding a dossier of the register: by reference, name, number, host, étape, status, manager or programme."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from pipeline.desk.model import FollowUp
from pipeline.tables.words import fold

_SEARCHED = (
    "etudiant.numero", "etudiant.nom", "etudiant.prenom", "etudiant.nom_usage", "etudiant.prenom_usage",
    "etudiant.email", "organisme.raison_sociale", "organisme.siret", "organisme.service", "formulaire.identifiant",
    "tuteur.nom", "enseignant.nom",
)  # fmt: skip
_PROGRAMME = ("formation.diplome", "formation.code_etape", "formation.departement")
_NEAR = 5


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a dossier must be like; an empty criterion asks nothing, several must all hold."""

    etapes: frozenset[str] = frozenset()
    statuses: frozenset[str] = frozenset()
    manager: str = ""
    programme: str = ""
    """Words of the title, of the code or of the department."""
    text: str = ""
    """Words of the reference, a name, a number or the host."""
    year: int | None = None
    """First year of the academic year."""


def found(follow_ups: Iterable[FollowUp], wanted: Wanted) -> tuple[FollowUp, ...]:
    """Return the dossiers that are as ``wanted``, in the order in which they come."""
    return tuple(one for one in follow_ups if _fits(one, wanted))


def _fits(one: FollowUp, wanted: Wanted) -> bool:
    if wanted.etapes and one.etape not in wanted.etapes:
        return False
    if wanted.statuses and one.verdict.status not in wanted.statuses:
        return False
    if wanted.year is not None and not one.reference.startswith(f"C{wanted.year}-"):
        return False
    return (
        _holds([one.manager], wanted.manager)
        and _holds(_texts(one, _PROGRAMME), wanted.programme)
        and _holds([one.reference, *_texts(one, _SEARCHED)], wanted.text)
    )


def _texts(one: FollowUp, keys: Sequence[str]) -> list[str]:
    values = one.verdict.entry.deposit.values
    return [value for key in keys if isinstance(value := values.get(key), str)]


def _holds(texts: Iterable[str], asked: str) -> bool:
    """Tell whether each word of ``asked`` begins a word of ``texts``, or stands anywhere in a number."""
    words = fold(asked).split()
    if not words:
        return not asked.strip()
    known = [word for text in texts for word in fold(text).split()]
    return all(any(word.startswith(part) or (part.isdigit() and part in word) for word in known) for part in words)


def near(reference: str, known: Sequence[str]) -> tuple[str, ...]:
    """Return the references that look like ``reference``: those of its number first, five at most."""
    digits = reference.rpartition("-")[2].lstrip("Cc0")
    same = [one for one in known if digits.isdigit() and one.rpartition("-")[2].lstrip("0") == digits]
    close = get_close_matches(reference.upper(), known, _NEAR, 0.8)
    return tuple(dict.fromkeys([*same, *close]))[:_NEAR]
