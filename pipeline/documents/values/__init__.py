"""The values that a template may ask for, as formatted text: French at the top, English under ``en``.

``docs/placeholders.md`` lists them for the managers who edit the templates. An absent value is None: it prints as
nothing, and ``{%p if etudiant.telephone %}`` removes its line. The names under ``cas`` are booleans.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from pipeline.check.facts import Facts
from pipeline.documents.cases import cases
from pipeline.documents.values.amendment import Amendment, amendment
from pipeline.documents.values.institution import advice, agreement, service, university
from pipeline.documents.values.internship import internship
from pipeline.documents.values.people import full_name, fund, host, student
from pipeline.documents.values.stipend import stipend
from pipeline.documents.values.translations import Translations, load_translations
from pipeline.documents.values.tree import Groups, Tree
from pipeline.documents.values.writer import Writer
from pipeline.model import Finding
from pipeline.tables.fields import Field

__all__ = ["CONFIDENTIAL", "SERVICES", "Amendment", "Translations", "load_translations", "template_values"]

SERVICES = (
    "conventions", "relations_internationales", "securite_defense", "respect_egalite", "medecine_preventive",
    "donnees_personnelles", "handicap",
)  # fmt: skip
"""Services that a template may name; one that is not configured has only the university's name."""

CONFIDENTIAL = {
    "fr": "Voir l’annexe confidentielle signée par les parties.",
    "en": "See the confidential appendix signed by the parties.",
}
_HIDDEN = ("sujet", "activites", "competences")
"""In the group « stage », when its subject is confidential."""


def template_values(
    facts: Facts,
    translations: Translations,
    *,
    draft: bool = False,
    findings: Sequence[Finding] = (),
    amended: Amendment | None = None,
) -> Tree:
    """Return everything that the templates may ask for about one dossier, each group made when it is asked for.

    ``draft`` puts the PROJET mark on every page. ``findings`` are those of the verdict: what is still to be decided
    before the agreement stands on the sheet of the programme director. ``amended`` is what an amendment says of the
    change.
    """
    undecided = [finding for finding in findings if _undecided(facts, finding)]
    french = _makers(Writer(facts, translations, "fr"), draft, [f.message for f in undecided], amended)
    english = _makers(Writer(facts, translations, "en"), draft, [f.message_en for f in undecided], amended)
    return Groups({**french, "en": lambda: Groups(english)})


def _undecided(facts: Facts, finding: Finding) -> bool:
    """Tell whether a manager has to decide before the agreement; what would tell a confidential text is left out."""
    told = facts.confidential and any(f"stage.{name}" in finding.fields for name in _HIDDEN)
    return finding.severity == "à vérifier" and finding.jalon == "édition" and not told


def _makers(
    write: Writer, draft: bool, undecided: Sequence[str], amended: Amendment | None
) -> Mapping[str, Callable[[], Any]]:
    """Return what makes each group in one language."""
    facts = write.facts
    groups = facts.tables.fields.groups
    typed = Groups({group: partial(_typed, write, fields) for group, fields in groups.items()})
    return {
        **{group: partial(_with_computed, write, typed, group) for group in groups},
        "confidentiel": lambda: {name: typed["stage"][name] for name in _HIDDEN},
        "cas": lambda: {**cases(facts), "projet": draft},
        "convention": lambda: _convention(write, undecided, amended),
        "universite": lambda: university(write),
        "services": lambda: {name: service(write, name) for name in SERVICES},
        "guide": lambda: {"nom": facts.settings.guide},
        "avis": lambda: advice(write),
        "avenant": lambda: amendment(write, amended),
    }


def _typed(write: Writer, fields: Mapping[str, Field]) -> Tree:
    """Return what the form says in one group."""
    return {name: write.field(field) for name, field in fields.items()}


def _with_computed(write: Writer, typed: Tree, group: str) -> Tree:
    """Return what the form says in ``group``, then what follows from it."""
    hidden = group == "stage" and write.facts.confidential
    computed = _COMPUTED.get(group)
    return {
        **typed[group],
        **(dict.fromkeys(_HIDDEN, CONFIDENTIAL[write.language]) if hidden else {}),
        **(computed(write, typed) if computed else {}),
    }


def _convention(write: Writer, undecided: Sequence[str], amended: Amendment | None) -> Tree:
    known = agreement(write)
    # A scanned amendment is not taken for the agreement.
    code = known["code"] + (f"/A{amended.number}" if amended is not None else "")
    return {**known, "code": code, "a_verifier": list(undecided)}


def _named(group: str) -> Callable[[Writer, Tree], Tree]:
    return lambda _, typed: {"nom_complet": full_name(typed[group])}


_COMPUTED: Mapping[str, Callable[[Writer, Tree], Tree]] = {
    "etudiant": lambda _, typed: student(typed),
    "protection": fund,
    "organisme": host,
    "stage": internship,
    "gratification": stipend,
    **{group: _named(group) for group in ("signataire", "tuteur", "tuteur2", "enseignant", "representant")},
}
"""The computed names of each group, from what the form says in all of them."""
