"""What kind of host it is, as far as its name and type tell: who may sign for it depends on that."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.check.facts import Facts
from pipeline.tables.words import fold, has_words

HOST_KINDS = (
    "poste_diplomatique", "ecole_primaire", "college_lycee", "hopital_public", "collectivite", "unite_recherche",
    "association",
)  # fmt: skip
"""The kinds whose signatory is told in article 1, the first that fits; none: any other host."""

_PUBLIC_IN_FRANCE: Mapping[str, tuple[str, ...]] = {
    "ecole_primaire": ("école maternelle", "école élémentaire", "école primaire", "groupe scolaire"),
    "college_lycee": ("collège", "lycée", "cité scolaire"),
    "hopital_public": (
        "hôpital", "hôpitaux", "hospices", "centre hospitalier", "centre hospitalo-universitaire", "CHU", "CHRU",
        "hôpital public",
    ),
}  # fmt: skip
_COUNCILS = (
    "mairie", "collectivité territoriale", "conseil départemental", "conseil régional", "communauté de communes",
    "communauté d’agglomération", "communauté urbaine",
)  # fmt: skip
_COUNCILS_FIRST = ("commune", "ville de", "ville d", "département de", "département du", "département des", "région",
                   "métropole")  # fmt: skip
_POSTS = ("ambassade de France", "consulat de France", "consulat général de France", "institut français")
_RESEARCH = ("laboratoire", "UMR", "unité de recherche", "unité mixte de recherche", "centre de recherche")
_NOT_SCHOOLS = ("collège de France",)


def host_kind(facts: Facts) -> str | None:
    """Return one of :data:`HOST_KINDS`, or None when nothing special is known of who signs."""
    name = facts["organisme.raison_sociale"] or ""
    if facts.abroad and (facts["organisme.type"] == "Organisme consulaire français" or _any(name, _POSTS)):
        return "poste_diplomatique"
    if facts.in_france and facts.public_host:
        return _public_kind(facts, name)
    return "association" if facts["organisme.type"] == "Association" else None


def in_public_research(facts: Facts) -> bool:
    """Tell whether a public host does research where the intern works, as far as names tell."""
    return facts.public_host is True and _any(
        f"{facts['organisme.raison_sociale']} {facts['organisme.service']}", _RESEARCH
    )


def _public_kind(facts: Facts, name: str) -> str | None:
    said = f"{name} {facts.shown('organisme.type')}"
    for kind, words in _PUBLIC_IN_FRANCE.items():
        if _any(said, words) and not _any(name, _NOT_SCHOOLS):
            return kind
    if _any(said, _COUNCILS) or any(f"{fold(name)} ".startswith(f"{fold(first)} ") for first in _COUNCILS_FIRST):
        return "collectivite"
    return "unite_recherche" if in_public_research(facts) else None


def _any(text: str, words: tuple[str, ...]) -> bool:
    return any(has_words(text, word) for word in words)
