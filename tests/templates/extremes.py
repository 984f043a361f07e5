"""Dossiers at the edges, for any template: plain, emptiest, longest, hostile."""

from __future__ import annotations

from typing import Any

from tests.templates import contexts
from tests.templates.contexts import Context, context

NAME = "Konstantinopolitanischerdudelsackpfeifermachergesellenverein"
"""Sixty letters without a space."""

SENTENCE = "Dépouiller, classer et décrire le fonds photographique ; rédiger les notices. "
LONG = SENTENCE * 130
"""A little over ten thousand characters."""

WEEKS = [
    {"periode": f"du {d} au {d + 6} janvier 2027", "jours": "5", "heures_par_jour": "7", "total": "35"}
    for d in range(1, 13)
]
INTERRUPTIONS = [f"du {d} au {d + 3} mars 2027" for d in range(1, 11)]


def _cases(name: str) -> list[str]:
    return contexts.PRIVATE_FRANCE if name == "convention_francais" else contexts.BILINGUAL_CASES


def plain(name: str, *more: str) -> Context:
    """Return an ordinary dossier that fits the template ``name``."""
    if name == "convention_francais":
        return context(*_cases(name), *more)
    values = context(*_cases(name), *more, values=contexts.ABROAD, english=contexts.ABROAD_ENGLISH)
    return _amended(values, "31 juillet 2027")


def _amended(values: Context, after: str) -> Context:
    """Give ``values`` an amendment of one reason, whose only change ends in ``after``."""
    line = {"libelle": "Fin du stage", "avant": "30 juin 2027", "apres": after, "longue": len(after) > 600}
    reason = {"titre": "Dates", "article": "article 3", "lignes": [_both(line)]}
    told = {"numero": "1", "version_signee": "1", "date_signee": "21 novembre 2026", "articles": "article 3"}
    absent = dict.fromkeys(("fin_anticipee", "initiative", "precedents", "raison"))
    for tree in (values, values["en"]):
        tree["avenant"] = {**absent, **told, "motifs": [_both(reason)]}
    return values


def _both(texts: dict[str, Any]) -> dict[str, Any]:
    return {**texts, **{f"{key}_en": text for key, text in texts.items() if isinstance(text, str)}}


def crowded(name: str, *more: str) -> Context:
    """Return a dossier in which everybody signs: a minor, a second supervisor."""
    values = plain(name, "mineur", "second_encadrant", *more)
    for tree in (values, values["en"]):
        tree["tuteur2"].update(nom_complet="Mme Ada SECONDE", fonction="Archiviste")
        tree["representant"].update(nom_complet="M. Jean DURAND", qualite="père")
    return values


def emptiest(name: str) -> Context:
    """Return a dossier in which every value that may be absent is."""
    return _amended(contexts.emptiest(*_cases(name)), "1")


def longest(name: str, *more: str) -> Context:
    """Return a draft with ten interruptions, twelve weeks, texts of ten thousand characters, names of sixty letters."""
    cases = ("interruptions", "discontinu", "calendrier_long", "confidentiel", "cas_particulier", "teletravail")
    values = crowded(name, *cases, *more)
    for tree in (values, values["en"]):
        _fill(tree)
    return _amended(values, LONG)


def _fill(tree: dict[str, Any]) -> None:
    tree["stage"].update(
        sujet=LONG,
        activites=LONG,
        competences=LONG,
        cas_particulier=SENTENCE * 25,
        interruptions_liste=INTERRUPTIONS,
        calendrier=WEEKS,
    )
    tree["confidentiel"].update(sujet=LONG, activites=LONG, competences=SENTENCE * 20)
    for person in ("tuteur", "tuteur2", "signataire", "enseignant", "representant"):
        tree[person]["nom_complet"] = NAME
    tree["etudiant"]["nom_complet"] = NAME.upper()
    tree["organisme"]["raison_sociale"] = NAME
    tree["universite"].update(composante=NAME, representant=NAME, qualite=NAME)


def hostile(name: str) -> Context:
    """Return a dossier in which every text is hostile, except the code of the reference."""
    values = contexts.filled_with(contexts.HOSTILE, *_cases(name), "confidentiel", "second_encadrant")
    for tree in (values, values["en"]):
        tree["convention"]["code"] = "C2026-000123/1"
    return _amended(values, contexts.HOSTILE)
