"""The values that a template may ask for, as formatted text: French at the top, English under ``en``.

``docs/placeholders.md`` lists them for the managers who edit the templates. An absent value is None: it prints as
nothing, and ``{%p if etudiant.telephone %}`` removes its line. The names under ``cas`` are booleans.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipeline.check.facts import Facts
from pipeline.documents.cases import cases
from pipeline.documents.values.amendment import Amendment, amendment
from pipeline.documents.values.institution import advice, agreement, service, university
from pipeline.documents.values.internship import internship
from pipeline.documents.values.people import full_name, fund, host, student
from pipeline.documents.values.stipend import stipend
from pipeline.documents.values.translations import Translations, load_translations
from pipeline.documents.values.tree import Tree
from pipeline.documents.values.writer import Writer
from pipeline.language import Language
from pipeline.model import Finding

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
_HIDDEN = ("stage.sujet", "stage.activites", "stage.competences")


def template_values(
    facts: Facts,
    translations: Translations,
    *,
    draft: bool = False,
    findings: Sequence[Finding] = (),
    amended: Amendment | None = None,
) -> Tree:
    """Return everything that the templates may ask for about one dossier.

    ``draft`` puts the PROJET mark on every page. ``findings`` are those of the verdict: what is still to be decided
    before the agreement stands on the sheet of the programme director. ``amended`` is what an amendment says of the
    change.
    """
    cas = {**cases(facts), "projet": draft}
    french = _tree(facts, translations, "fr", cas, amended)
    french["en"] = _tree(facts, translations, "en", cas, amended)
    undecided = [finding for finding in findings if _undecided(facts, finding)]
    french["convention"]["a_verifier"] = [finding.message for finding in undecided]
    french["en"]["convention"]["a_verifier"] = [finding.message_en for finding in undecided]
    return french


def _undecided(facts: Facts, finding: Finding) -> bool:
    """Tell whether a manager has to decide before the agreement; what would tell a confidential text is left out."""
    told = facts.confidential and not set(_HIDDEN).isdisjoint(finding.fields)
    return finding.severity == "à vérifier" and finding.jalon == "édition" and not told


def _tree(
    facts: Facts,
    translations: Translations,
    language: Language,
    cas: Mapping[str, bool],
    amended: Amendment | None,
) -> Tree:
    write = Writer(facts, translations, language)
    tree: Tree = {}
    for key, field in facts.tables.fields.items():
        group, _, name = key.partition(".")
        tree.setdefault(group, {})[name] = write.field(field)
    confidential = {key.partition(".")[2]: tree["stage"][key.partition(".")[2]] for key in _HIDDEN}
    tree["confidentiel"] = confidential
    if facts.confidential:
        tree["stage"] |= dict.fromkeys(confidential, CONFIDENTIAL[language])
    tree["cas"] = dict(cas)
    tree["convention"] = agreement(write)
    tree["universite"] = university(write)
    tree["services"] = {name: service(write, name) for name in SERVICES}
    tree["guide"] = {"nom": facts.settings.guide}
    tree["avis"] = advice(write)
    tree["avenant"] = amendment(write, amended)
    if amended is not None:
        # A scanned amendment is not taken for the agreement.
        tree["convention"]["code"] += f"/A{amended.number}"
    for group, extra in _computed(write, tree).items():
        tree[group] |= extra
    return tree


def _computed(write: Writer, tree: Tree) -> dict[str, Tree]:
    """Return the computed names of each group, from what the tree already holds."""
    return {
        "etudiant": student(tree),
        "protection": fund(write, tree),
        "organisme": host(write, tree),
        "stage": internship(write, tree),
        "gratification": stipend(write, tree),
    } | {
        group: {"nom_complet": full_name(tree[group])}
        for group in ("signataire", "tuteur", "tuteur2", "enseignant", "representant")
    }
