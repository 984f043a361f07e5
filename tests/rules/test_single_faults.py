"""One fault in an otherwise perfect form gives one finding, on the cell that is wrong, whatever the internship.

Each blocking rule that a single form can show is put to forms of several kinds; a rule without a fault here is a
failing test.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

import pytest

from pipeline.model import Entry
from tests.rules.forms import judge
from tests.rules.perfect_forms import PerfectForm, case

BASES: Mapping[str, Mapping[str, str]] = {
    "france": {"host": "private", "size": "four_months", "stipend": "hour"},
    "monthly": {"host": "private", "size": "four_months", "stipend": "month_smoothed"},
    "daily": {"host": "association", "size": "four_months", "stipend": "day"},
    "public": {"host": "public", "size": "four_months", "stipend": "hour"},
    "legal": {"host": "public", "size": "four_months", "stipend": "legal"},
    "short": {"host": "private", "size": "month", "stipend": "none"},
    "interrupted": {"presence": "interrupted", "size": "four_months", "stipend": "hour"},
    "scheduled": {"presence": "scheduled_hours", "size": "month", "stipend": "none"},
    "part_time": {"week": "half_time", "size": "month", "stipend": "none"},
    "minor": {"age": "minor", "size": "month", "stipend": "none"},
    "confidential": {"confidential": "yes", "size": "four_months", "stipend": "hour"},
    "one_person": {"signatory": "tutor", "size": "four_months", "stipend": "hour"},
    "foreigner": {"nationality": "third", "size": "four_months", "stipend": "hour"},
    "overseas": {"place": "overseas", "territory": "RE", "size": "four_months", "stipend": "hour"},
    "pacific": {"place": "pacific", "territory": "NC", "size": "four_months", "stipend": "local"},
    "eu": {"place": "eu", "abroad": "DE", "size": "four_months", "stipend": "none"},
    "far": {"place": "calm", "abroad": "AU", "size": "four_months", "stipend": "none"},
    "far_paid": {"place": "calm", "abroad": "AU", "size": "four_months", "stipend": "local"},
    "orange": {"place": "orange", "size": "month", "stipend": "none"},
    "spared": {"place": "spared", "size": "month", "stipend": "none"},
    "quebec": {"place": "quebec", "size": "four_months", "stipend": "none"},
    "brussels": {"place": "regional", "region": "Bruxelles", "size": "four_months", "stipend": "none"},
}
FRENCH = ("france", "public", "short", "part_time", "minor", "foreigner", "overseas", "confidential")
ABROAD = ("eu", "far", "quebec", "brussels")
EVERYWHERE = (*FRENCH, *ABROAD)
PAID = ("france", "monthly", "public", "overseas")


@cache
def base(name: str) -> PerfectForm:
    """Return the perfect form of one kind."""
    return case(**{"place": "france", **BASES[name]})


Cells = Mapping[str, Any]
Faults = Cells | Callable[[Cells], Cells]


@dataclass(frozen=True, slots=True)
class Fault:
    """Cells changed in some of the bases, the rule that must speak alone, and the cells that it marks."""

    bases: tuple[str, ...]
    cells: Faults
    marked: tuple[str, ...]
    severity: str = "bloquant"
    judged_on_its_first_day: bool = False


def _day(value: Any) -> date:
    assert isinstance(value, date)
    return value


def _before(key: str, days: int = 1) -> Callable[[Cells], date]:
    return lambda cells: _day(cells[key]) - timedelta(days=days)


def _end_before_start(cells: Cells) -> Cells:
    return {"stage.date_fin": _day(cells["stage.date_debut"]) - timedelta(days=1)}


def _next_year(key: str) -> Callable[[Cells], Cells]:
    return lambda cells: {key: _day(cells[key]).replace(year=_day(cells[key]).year + 1)}


def _as(*pairs: tuple[str, str]) -> Callable[[Cells], Cells]:
    """Copy cells of the form over others."""
    return lambda cells: {key: cells[other] for key, other in pairs}


_NAMES = ("nom", "prenom")


def _named_as(group: str, other: str) -> Callable[[Cells], Cells]:
    return _as(*((f"{group}.{part}", f"{other}.{part}") for part in _NAMES))


HOURS, WEEKLY, MONEY = "stage.duree_heures", "stage.heures_hebdomadaires", "gratification.montant"
START, END = "stage.date_debut", "stage.date_fin"
FAULTS: Mapping[str, tuple[Fault, ...]] = {
    "ROU-01": (Fault(EVERYWHERE, {"formation.regime": "Reprise d'études"}, ("formation.regime",)),),
    "ROU-02": (Fault(EVERYWHERE, {"formation.diplome": "Master Traduction technique"}, ("formation.diplome",)),),
    "ROU-03": (
        Fault(EVERYWHERE, {"formation.regime": "Apprentissage"}, ("formation.regime",)),
        Fault(("france", "eu"), {"formation.diplome": "M2 Édition en apprentissage"}, ("formation.diplome",)),
    ),
    "IDE-01": (Fault(EVERYWHERE, {"etudiant.numero": "123456789"}, ("etudiant.numero",)),),
    "IDE-02": (Fault(EVERYWHERE, {"etudiant.email": "prenom.nom@etu"}, ("etudiant.email",)),),
    "ETS-01": (
        Fault(("france", "public", "minor", "overseas"), {"organisme.siret": "00001234400017"}, ("organisme.siret",)),
        Fault(("france", "foreigner"), {"organisme.siret": "12345"}, ("organisme.siret",)),
    ),
    "ETS-11": (Fault(EVERYWHERE, {"organisme.pays": "Syldavie"}, ("organisme.pays",)),),
    "ACT-01": (
        Fault((*EVERYWHERE, "monthly"), _named_as("tuteur", "enseignant"), ("tuteur.nom", "enseignant.nom")),
        Fault(("france", "eu"), _as(("tuteur.email", "enseignant.email")), ("tuteur.nom", "enseignant.nom")),
        Fault(("france", "eu"), _as(("enseignant.email", "tuteur.email")), ("tuteur.nom", "enseignant.nom")),
    ),
    "ACT-02": (
        Fault(EVERYWHERE, _named_as("signataire", "enseignant"), ("signataire.nom", "enseignant.nom")),
        Fault(("france", "far"), _as(("signataire.email", "enseignant.email")), ("signataire.nom", "enseignant.nom")),
    ),
    "ACT-11": (
        Fault(EVERYWHERE, {"formation.autorisation": "En attente"}, ("formation.autorisation",)),
        Fault(("france", "eu"), {"formation.autorisation": "peut-être"}, ("formation.autorisation",)),
        Fault(("france", "eu"), {"formation.autorisation": "Refusée"}, ("formation.autorisation",)),
    ),
    "ACT-14": (
        Fault(EVERYWHERE, _named_as("tuteur", "etudiant"), ("tuteur.nom",)),
        Fault(("france", "eu"), _as(("tuteur.email", "etudiant.email")), ("tuteur.nom",)),
        Fault(("france", "eu"), _named_as("signataire", "etudiant"), ("signataire.nom",)),
    ),
    "ACT-16": (
        Fault(EVERYWHERE, {"tuteur.email": "julien(at)sauge.example.org"}, ("tuteur.email",)),
        Fault(("france", "eu"), {"enseignant.email": "antoine.delcourt@"}, ("enseignant.email",)),
        Fault(("france", "eu"), {"signataire.email": "la directrice"}, ("signataire.email",)),
    ),
    "CPM-01": (Fault(EVERYWHERE, {"protection.caisse": None}, ("protection.caisse",)),),
    "DUR-01": (Fault(("france", "monthly", "public", "legal", "overseas", "eu", "far"), {HOURS: 924.5}, (HOURS,)),),
    "DUR-05": (
        Fault((*EVERYWHERE, "monthly", "scheduled"), {HOURS: None}, (HOURS,)),
        Fault(EVERYWHERE, {HOURS: 0}, (HOURS,)),
        Fault(("france", "monthly", "eu"), {HOURS: -574}, (HOURS,)),
    ),
    "DAT-01": (
        Fault((*EVERYWHERE, "monthly", "interrupted", "scheduled"), _end_before_start, (END, START)),
        Fault(("france", "eu"), _as((START, END), (END, START)), (END, START)),
    ),
    "DAT-02": (Fault((*EVERYWHERE, "monthly", "interrupted"), _next_year(END), (END, START)),),
    "DAT-03": (Fault((*EVERYWHERE, "monthly"), {}, (START,), judged_on_its_first_day=True),),
    "DAT-08": (
        Fault(
            ("france", "minor", "eu", "interrupted"),
            {"stage.interruptions": "du 01/02/2029 au 07/02/2029"},
            ("stage.interruptions",),
        ),
        Fault(
            ("france", "far", "monthly"),
            {"stage.interruptions": "du 12/02/2027 au 08/02/2027"},
            ("stage.interruptions",),
        ),
        Fault(
            ("france", "far"),
            {"stage.interruptions": "du 01/02/2027 au 07/02/2027 ; du 05/02/2027 au 14/02/2027"},
            ("stage.interruptions",),
        ),
    ),
    "DAT-09": (
        Fault((*EVERYWHERE, "monthly"), {START: "03/02/27"}, (START,)),
        Fault(EVERYWHERE, {END: "fin mai"}, (END,)),
        Fault(EVERYWHERE, {"etudiant.date_naissance": "31/02/2003"}, ("etudiant.date_naissance",)),
    ),
    "GRA-01": (Fault(("france", "monthly", "public", "legal", "overseas"), {"gratification.versee": "non"},
                     ("gratification.versee",)),),
    "GRA-02": (
        Fault(("france", "public", "overseas", "interrupted", "foreigner"), {MONEY: "3,10"}, (MONEY,)),
        Fault(("monthly",), {MONEY: 500}, (MONEY,)),
        Fault(("daily",), {MONEY: "28 €"}, (MONEY,)),
    ),
    "GRA-06": (Fault(("public",), {MONEY: "6,00"}, (MONEY,)),),
    "GRA-11": (
        Fault((*PAID, "far_paid"), {MONEY: None}, (MONEY,)),
        Fault((*PAID, "far_paid"), {"gratification.unite": None}, ("gratification.unite",)),
        Fault((*PAID, "far_paid", "legal"), {"gratification.modalite": None}, ("gratification.modalite",)),
        Fault(("far_paid",), {"gratification.devise": None}, ("gratification.devise",)),
    ),
    "GRA-21": (Fault(("france",), {"stage.commentaires": "Stage A*Midex"}, ("stage.commentaires",)),),
    "TPS-01": (Fault(("france", "public", "overseas", "monthly"), {"stage.heures_jour_max": 11}, ("stage.heures_jour_max",)),),
    "TPS-02": (Fault(("france", "public", "overseas", "monthly", "daily"), {WEEKLY: 50}, (WEEKLY,)),),
    "TPS-03": (Fault(("france", "public", "overseas", "monthly", "daily"), {WEEKLY: 45}, (WEEKLY,)),),
    "TPS-06": (Fault((*FRENCH, *ABROAD, "monthly", "daily"), {"stage.jours_hebdomadaires": 7},
                     ("stage.jours_hebdomadaires",)),),
    "TPS-10": (Fault(EVERYWHERE, {"stage.emploi_dans_organisme": "oui"}, ("stage.emploi_dans_organisme",)),),
    "TPS-12": (
        Fault(("minor",), {WEEKLY: 40}, (WEEKLY,)),
        Fault(("minor",), {"stage.heures_jour_max": 8}, ("stage.heures_jour_max",)),
        Fault(("minor",), {"stage.travail_exceptionnel": "Deux nuits par mois"}, ("stage.travail_exceptionnel",)),
    ),
    "PED-01": (
        Fault(EVERYWHERE, {"stage.activites": "divers"}, ("stage.activites",)),
        Fault(("france", "eu"), {"stage.competences": "à voir"}, ("stage.competences",)),
        Fault(("france", "eu"), {"stage.competences": None}, ("stage.competences",)),
    ),
    "GEO-01": (
        Fault(EVERYWHERE, {"stage.pays": None}, ("stage.pays",)),
        Fault(EVERYWHERE, {"stage.pays": "Syldavie"}, ("stage.pays",)),
    ),
    "GEO-02": (
        Fault(("far", "orange"), {"stage.pays": "Syrie"}, ("stage.pays",)),
        Fault(("spared",), {"stage.lieu_ville": "Ailleurs", "organisme.ville": "Ailleurs"},
              ("stage.pays", "stage.lieu_ville")),
    ),
    "GEO-07": (
        Fault(("foreigner",), {"etudiant.titre_sejour_fin": None}, ("etudiant.titre_sejour_fin",)),
        Fault(("foreigner",), {"etudiant.titre_sejour_fin": date(2026, 12, 31)}, ("etudiant.titre_sejour_fin",)),
    ),
    "GEO-11": (Fault((*ABROAD, "orange", "spared", "far_paid"), {"etranger.accord_fsd": "Refusé"}, ("etranger.accord_fsd",)),),
    "DOC-01": (
        Fault(EVERYWHERE, {"protection.attestation_cpam": None}, ("protection.attestation_cpam",)),
        Fault(EVERYWHERE, {"protection.attestation_cpam": "en cours"}, ("protection.attestation_cpam",)),
        Fault(("france", "eu"), {"protection.attestation_cpam": "bientôt"}, ("protection.attestation_cpam",)),
    ),
    "DOC-02": (
        Fault(EVERYWHERE, {"assurance.responsabilite_civile": None}, ("assurance.responsabilite_civile",)),
        Fault(EVERYWHERE, {"assurance.responsabilite_civile": "non"}, ("assurance.responsabilite_civile",)),
    ),
    "LIG-05": (Fault(EVERYWHERE, {"stage.sujet": "#N/A"}, ("stage.sujet",)),),
    "LIG-06": (Fault(EVERYWHERE, {"stage.sujet": None}, ("stage.sujet",)),
               Fault(("minor",), {"representant.nom": None}, ("representant.nom",))),
    "LIG-09": (Fault(EVERYWHERE, {"stage.temps_travail": "un peu"}, ("stage.temps_travail",)),
               Fault(("france", "monthly", "daily"), {"gratification.unite": "parfois"}, ("gratification.unite",))),
    "LIG-10": (Fault(EVERYWHERE, {"stage.sujet": "é" * 251}, ("stage.sujet",)),),
}  # fmt: skip
OTHER_ROWS = {
    "LIG-01": "two rows of one file are one form: only a batch has them",
    "DUR-02": "the hours of several agreements are added up",
    "GRA-03": "the hours of several agreements are added up",
}
"""Blocking rules that no single form can show, and why."""


def _above(entry: Entry) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(f.rule, f.severity, f.fields) for f in judge().judge(entry).findings if f.severity != "information"]


CASES = [
    pytest.param(rule_id, name, fault, id=f"{rule_id}-{number}-{name}")
    for rule_id, faults in FAULTS.items()
    for number, fault in enumerate(faults)
    for name in fault.bases
]


@pytest.mark.parametrize("name", BASES)
def test_a_base_is_perfect(name: str) -> None:
    assert _above(base(name).entry()) == []


@pytest.mark.parametrize(("rule_id", "name", "fault"), CASES)
def test_a_single_fault_gives_a_single_finding_on_its_cell(rule_id: str, name: str, fault: Fault) -> None:
    form = base(name)
    cells = fault.cells(form.changes) if callable(fault.cells) else fault.cells
    entry = form.entry(cells)
    if fault.judged_on_its_first_day:
        entry = dataclasses.replace(entry, first_judged=_day(form.changes[START]))
    assert _above(entry) == [(rule_id, fault.severity, fault.marked)]


def test_every_blocking_rule_has_a_fault() -> None:
    blocking = {
        rule.id
        for rule in judge().catalogue.values()
        if any(variant.severity == "bloquant" for variant in (rule.normal, *rule.variants.values()))
    }
    assert blocking == {*FAULTS, *OTHER_ROWS}


NOT_READ = {
    "texte": "#REF!", "texte long": "#REF!", "date": "bientôt", "nombre": "beaucoup", "oui/non": "peut-être",
    "choix": "autre chose encore", "pays": "Syldavie", "montant": "à débattre", "volume horaire": "beaucoup",
    "nationalités": "syldave", "courriel": "absent", "téléphone": "12", "siret": "inconnu", "devise": "sous",
    "année universitaire": "l’an prochain", "périodes": "parfois",
}  # fmt: skip
_EVERY_CELL = ("france", "public", "minor", "eu", "quebec", "pacific", "foreigner")


@pytest.mark.parametrize("name", _EVERY_CELL)
def test_an_emptied_cell_gives_one_finding_at_most(name: str) -> None:
    """A required cell gives exactly one; every other one none or one."""
    form, wrong = base(name), []
    for key, field in judge().tables.fields.items():
        above = _above(form.entry({key: None}))
        expected = ((1,) if field.needed == "toujours" else (0, 1)) if form.changes[key] is not None else (0,)
        if len(above) not in expected or any(key not in fields for _, _, fields in above):
            wrong.append((key, above))
    assert wrong == []


@pytest.mark.parametrize("name", _EVERY_CELL)
def test_a_cell_that_cannot_be_read_gives_one_finding_at_most_and_on_itself(name: str) -> None:
    form, wrong = base(name), []
    for key, field in judge().tables.fields.items():
        for text in (NOT_READ.get(field.genre, "#REF!"), "#REF!"):
            above = _above(form.entry({key: text}))
            if [fields for _, _, fields in above] not in ([], [(key,)]):
                wrong.append((key, text, above))
    assert wrong == []


@pytest.mark.parametrize("name", _EVERY_CELL)
def test_a_text_that_is_too_long_gives_one_finding(name: str) -> None:
    form, wrong = base(name), []
    for key, field in judge().tables.fields.items():
        if field.genre == "texte" and field.max_length:
            above = _above(form.entry({key: "é" * (field.max_length + 1)}))
            if [(rule_id, fields) for rule_id, _, fields in above] != [("LIG-10", (key,))]:
                wrong.append((key, above))
    assert wrong == []
