"""Decisions: what they judged, what they hold for, when they fall, and that nothing blocking is ever accepted."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.check.catalogue import Catalogue, Rule, Variant
from pipeline.check.context import Context
from pipeline.check.judge import Judge, status_of
from pipeline.check.judged import canonical, hashed
from pipeline.codec import pack_findings, unpack_findings
from pipeline.desk.decisions import by_target, decidable, decisions_of, judged_value, relevant, settle, target
from pipeline.desk.model import Choice, Decision, Reach
from pipeline.model import Entry, Finding, Period, Schedule, Value, Verdict
from pipeline.tables import Tables
from pipeline.tables.yamls import read_yaml
from tests.rules.forms import ROOT, entry, judge

AT = datetime.fromisoformat("2027-02-03T09:30:00")
PERSONAL = {"etudiant.email": "lea@exemple.org"}
"""IDE-02, « à vérifier »: not the address that the university gave."""


def decided(
    finding: Finding,
    of: Entry,
    choice: Choice = "accepté",
    reach: Reach = "ce dossier",
    *,
    reason: str = "Adresse confirmée au téléphone.",
    at: datetime = AT,
) -> Decision:
    """Return a decision on ``finding``, taken before ``of``."""
    judged = judged_value(finding, of, reach)
    key = target(reach, of, judge().tables)
    name, day = "M. Exemple", at.date()
    return Decision(of.reference or "", finding.rule, choice, reason, name, day, reach, judged, f"{key}#{judged}", at)


def judged_with(of: Entry, *decisions: Decision, by: Judge | None = None) -> Verdict:
    """Return the verdict on ``of`` when these are the decisions in force."""
    whom = by or judge()
    return whom.judge(of, Context(decisions=relevant(by_target(decisions), of, whom.tables)))


def said(verdict: Verdict, rule: str) -> Finding:
    """Return the only finding of ``rule``."""
    (found,) = [f for f in verdict.findings if f.rule == rule]
    return found


def _doubt(changes: Mapping[str, Any], rule: str) -> tuple[Entry, Finding]:
    of = entry(changes)
    return of, said(judge().judge(of), rule)


# ── what becomes of the finding ───────────────────────────────────────────────────────────────────


def test_an_accepted_doubt_is_an_information_that_tells_who_when_and_why() -> None:
    of, doubt = _doubt(PERSONAL, "IDE-02")
    assert judge().judge(of).status == "à vérifier"
    verdict = judged_with(of, decided(doubt, of, reach="cet organisme"))
    finding = said(verdict, "IDE-02")
    assert (verdict.status, finding.severity, finding.motif, finding.message) == (
        "prêt",
        "information",
        None,
        doubt.message,
    )
    assert finding.fix == (
        "Accepté le 3 février 2027 par M. Exemple\u00a0: Adresse confirmée au téléphone (vaut pour cet organisme)."
    )
    assert finding.fix_en.startswith("Accepted on 3 February 2027 by M. Exemple: ")
    assert decisions_of(verdict) == {"IDE-02": finding.decision}
    assert decidable(finding), "it may be taken back"


def test_a_refused_doubt_refuses_the_agreement_and_gives_the_reason() -> None:
    of, doubt = _doubt(PERSONAL, "IDE-02")
    verdict = judged_with(of, decided(doubt, of, "refusé", reason="Écrivez depuis l’adresse de l’université"))
    finding = said(verdict, "IDE-02")
    assert (verdict.status, finding.severity, finding.motif, finding.jalon) == (
        "refusé",
        "bloquant",
        "refus",
        "édition",
    )
    assert finding.message == (f"{doubt.message} Motif du refus\u00a0: Écrivez depuis l’adresse de l’université.")
    assert said(judged_with(of, decided(doubt, of, "refusé", reason="")), "IDE-02").message == doubt.message


def test_of_a_refused_doubt_for_the_office_only_the_student_reads_the_reason_alone() -> None:
    of, doubt = _doubt(PERSONAL, "IDE-02")
    inner = dataclasses.replace(doubt, internal=True, message="Le numéro est aussi celui de Zoé Autre.")
    (told,) = settle([inner], [decided(inner, of, "refusé", reason="Numéro à corriger")], of)
    assert not told.internal
    assert "Zoé" not in told.message + told.fix
    (silent,) = settle([inner], [decided(inner, of, "refusé", reason="")], of)
    assert silent.internal


def test_a_doubt_to_review_again_holds_the_agreement_back() -> None:
    of, doubt = _doubt(PERSONAL, "IDE-02")
    verdict = judged_with(of, decided(doubt, of, "à revoir"))
    assert (verdict.status, said(verdict, "IDE-02")) == ("à vérifier", doubt)


def test_a_decision_is_kept_with_its_finding_in_the_register() -> None:
    of, doubt = _doubt(PERSONAL, "IDE-02")
    verdict = judged_with(of, decided(doubt, of))
    assert unpack_findings(pack_findings(verdict.findings), of.deposit.form) == verdict.findings
    older = [part[:11] for part in json.loads(pack_findings([doubt]))]
    (read,) = unpack_findings(json.dumps(older), of.deposit.form)
    assert (read.rule, read.judged, read.decision) == ("IDE-02", "", None)
    assert settle([read], [decided(read, of)], of) == (read,), "what judged nothing is never taken for the same"


# ── what a decision judged ────────────────────────────────────────────────────────────────────────

EXAMPLES: Mapping[str, Any] = read_yaml(ROOT / "tests" / "rules" / "examples.yaml")


def _doubtful() -> list[tuple[Entry, Finding]]:
    """Every doubt of the rules' examples, with its form."""
    forms = [entry(case["champs"]) for example in EXAMPLES.values() for case in example["signale"]]
    return [(of, finding) for of in forms for finding in judge().judge(of).findings if decidable(finding)]


DOUBTFUL = _doubtful()


def _other(key: str, value: Value | None) -> Value | None:
    """Return another value of the same field; None when there is none that is easily made."""
    field = judge().tables.fields[key]
    if field.allowed:
        return next(choice for choice in field.allowed if choice != value)
    if field.genre not in ("texte", "texte long", "nombre", "date", "oui/non", "courriel"):
        return None
    match value:
        case bool():
            return not value
        case str():
            return f"{value} autre"
        case int() | Decimal():
            return value + 1
        case date():
            return value + timedelta(days=1)
    return None


def _with(of: Entry, key: str, value: Value) -> Entry:
    values = {**of.deposit.values, key: value}
    return dataclasses.replace(of, deposit=dataclasses.replace(of.deposit, values=values))


def _again(of: Entry, doubt: Finding) -> Finding | None:
    """Return what the same rule says of the same cells of ``of``; None when it is silent."""
    return next((f for f in judge().judge(of).findings if (f.rule, f.fields) == (doubt.rule, doubt.fields)), None)


def test_every_doubt_of_the_rules_can_be_accepted_and_no_other_finding_goes_with_it() -> None:
    assert len({finding.rule for _, finding in DOUBTFUL}) > 30
    for of, doubt in DOUBTFUL:
        before, after = judge().judge(of).findings, judged_with(of, decided(doubt, of)).findings
        changed = [new for old, new in zip(before, after, strict=True) if new != old]
        assert [(f.rule, f.fields, f.severity) for f in changed] == [(doubt.rule, doubt.fields, "information")]


def test_every_acceptance_falls_when_a_cell_that_it_judged_changes() -> None:
    fallen = set()
    for of, doubt in DOUBTFUL:
        acceptance = decided(doubt, of)
        for key in doubt.fields:
            value = _other(key, of.deposit.values.get(key))
            if value is None:
                continue
            later = _with(of, key, value)
            if _again(later, doubt) is not None:
                assert all(f.decision is None for f in judged_with(later, acceptance).findings), (doubt.rule, key)
                fallen.add(doubt.rule)
    assert len(fallen) > 15, sorted(fallen)


def test_every_acceptance_survives_what_its_rule_does_not_read() -> None:
    for of, doubt in DOUBTFUL:
        acceptance = decided(doubt, of)
        for key in ("stage.avantages", "enseignant.prenom", "etudiant.adresse"):
            if key not in {*judge().catalogue[doubt.rule].fields, *doubt.fields}:
                later = _with(of, key, "Autre chose")
                assert any(f.decision == acceptance for f in judged_with(later, acceptance).findings), (doubt.rule, key)


def test_an_empty_cell_of_the_host_is_judged_as_that_of_this_very_host() -> None:
    of, doubt = _doubt({"organisme.siret": None}, "ETS-02")
    acceptance = decided(doubt, of)
    assert said(judged_with(of, acceptance), "ETS-02").decision == acceptance
    other = entry({"organisme.siret": None, "organisme.raison_sociale": "Un autre organisme"})
    assert said(judged_with(other, acceptance), "ETS-02").severity == "à vérifier"
    respelled = entry(
        {
            "organisme.siret": None,
            "organisme.raison_sociale": str(of.deposit.values["organisme.raison_sociale"]).upper(),
        }
    )
    assert said(judged_with(respelled, acceptance), "ETS-02").decision == acceptance


def test_an_unreadable_cell_is_judged_by_what_stands_in_it() -> None:
    of, doubt = _doubt({"etudiant.telephone": "06 12"}, "IDE-07")
    acceptance = decided(doubt, of)
    assert said(judged_with(of, acceptance), "IDE-07").decision == acceptance
    assert said(judged_with(entry({"etudiant.telephone": "06 13"}), acceptance), "IDE-07").decision is None


def test_a_value_on_loan_is_judged_as_any_other_and_its_lender_is_not() -> None:
    of, doubt = _doubt(PERSONAL, "IDE-02")
    acceptance = decided(doubt, of)
    moved = dataclasses.replace(of.deposit.form, place=dataclasses.replace(of.place, file="autre.csv", row=9))
    lent = dataclasses.replace(of, deposit=dataclasses.replace(of.deposit, form=moved))
    assert said(judged_with(lent, acceptance), "IDE-02").decision == acceptance
    assert said(judged_with(_with(lent, "etudiant.email", "lea@ailleurs.org"), acceptance), "IDE-02").decision is None


def test_two_doubts_of_one_rule_are_decided_one_by_one() -> None:
    of = entry({"organisme.email": "pas une adresse", "tuteur.telephone": "12"})
    one, two = (f for f in judge().judge(of).findings if f.rule == "ACT-16" and decidable(f))
    assert one.judged != two.judged
    first, second = decided(one, of), decided(two, of, reason="Vu avec l’organisme")
    assert [f.decision for f in judged_with(of, first).findings if f.rule == "ACT-16"] == [first, None]
    assert (first.target, first.rule) != (second.target, second.rule), "the register keeps the last of each"
    assert [f.decision for f in judged_with(of, first, second).findings if f.rule == "ACT-16"] == [first, second]


def test_the_hash_is_the_same_in_every_process_and_for_equal_numbers() -> None:
    assert hashed(["IDE-02", {"é": None, "a": canonical(Decimal("35.0"))}]) == "07ee74cc20dc2f1e307582766cff3b63"
    assert canonical(35) == canonical(Decimal("35.00")) == canonical(Decimal("3.5E+1"))
    assert canonical(Decimal("0.10")) != canonical(Decimal(1))


@given(st.decimals(allow_nan=False, allow_infinity=False, places=3), st.integers(0, 5))
def test_trailing_zeros_change_nothing(number: Decimal, zeros: int) -> None:
    written = Decimal(f"{number:f}{'0' * zeros}")
    assert canonical(written) == canonical(number)


# ── rules that change ─────────────────────────────────────────────────────────────────────────────


def _judge_with(**rules: Rule) -> Judge:
    return dataclasses.replace(
        judge(), catalogue=Catalogue({**judge().catalogue, **{k.replace("_", "-"): v for k, v in rules.items()}})
    )


def _reworded(rule: Rule, **changes: Any) -> Rule:
    normal: Variant = dataclasses.replace(rule.normal, **changes)
    return dataclasses.replace(rule, normal=normal)


def test_an_acceptance_survives_other_words_for_its_rule_and_for_all_others() -> None:
    of, doubt = _doubt(PERSONAL, "IDE-02")
    acceptance = decided(doubt, of)
    words = {
        rule.id.replace("-", "_"): _reworded(
            rule, wording=dataclasses.replace(rule.normal.wording, message="Autrement dit.")
        )
        for rule in judge().catalogue.values()
    }
    finding = said(judged_with(of, acceptance, by=_judge_with(**words)), "IDE-02")
    assert (finding.decision, finding.message) == (acceptance, "Autrement dit.")


def test_an_acceptance_never_holds_what_the_rule_has_come_to_block() -> None:
    of, doubt = _doubt(PERSONAL, "IDE-02")
    acceptance = decided(doubt, of)
    for motif, status in (("correction", "à corriger"), ("refus", "refusé")):
        harder = _reworded(judge().catalogue["IDE-02"], severity="bloquant", motif=motif)
        verdict = judged_with(of, acceptance, by=_judge_with(IDE_02=harder))
        assert (verdict.status, said(verdict, "IDE-02").decision) == (status, None)


def test_an_acceptance_holds_a_doubt_that_has_moved_to_the_other_gate() -> None:
    of, doubt = _doubt(PERSONAL, "IDE-02")
    moved = _reworded(judge().catalogue["IDE-02"], jalon="signature")
    assert said(judged_with(of, decided(doubt, of), by=_judge_with(IDE_02=moved)), "IDE-02").severity == "information"


@pytest.mark.parametrize("choice", ["accepté", "refusé"])
def test_what_blocks_is_never_touched_by_a_decision(choice: Choice) -> None:
    forms = [entry(case["champs"]) for example in EXAMPLES.values() for case in example["signale"]]
    seen = set()
    for of in forms:
        findings = judge().judge(of).findings
        blocking = [dataclasses.replace(f, judged="0" * 32) for f in findings if f.severity == "bloquant"]
        decisions = [decided(f, of, choice) for f in blocking]
        assert settle(blocking, decisions, of) == tuple(blocking)
        assert status_of(settle(blocking, decisions, of)) == status_of(blocking)
        seen |= {f.motif for f in blocking}
    assert seen == {"refus", "réorientation", "correction"}


# ── what a decision holds for ─────────────────────────────────────────────────────────────────────


def _colleague(changes: Mapping[str, Any]) -> Entry:
    """Return the form of another student at the same host."""
    given_changes = {"etudiant.numero": "21000077", "etudiant.nom": "Autre", **changes}
    return dataclasses.replace(entry(given_changes), reference="C2026-000077")


def test_a_decision_for_a_host_holds_for_its_other_dossiers_where_the_same_was_judged() -> None:
    wrong = {"organisme.code_postal": "99999"}
    of, doubt = _doubt(wrong, "ETS-04")
    host, own = decided(doubt, of, reach="cet organisme"), decided(doubt, of)
    assert said(judged_with(_colleague(wrong), host), "ETS-04").decision == host
    assert said(judged_with(_colleague(wrong), own), "ETS-04").decision is None
    assert said(judged_with(_colleague({"organisme.code_postal": "99998"}), host), "ETS-04").decision is None
    elsewhere = {**wrong, "organisme.siret": "55208131766522"}
    assert said(judged_with(_colleague(elsewhere), host), "ETS-04").decision is None


def _advised(days: int) -> Judge:
    """Return a judge whose travel advice is that of some days later."""
    later = {
        code: dataclasses.replace(a, as_of=a.as_of + timedelta(days=days)) for code, a in judge().tables.advice.items()
    }
    return dataclasses.replace(judge(), tables=dataclasses.replace(judge().tables, advice=later))


def test_a_decision_for_a_town_falls_with_the_next_advice_and_elsewhere() -> None:
    of = entry({"etranger": "Liban", "etranger.accord_fsd": None, "stage.lieu_ville": "Tripoli"})
    doubt = Finding(
        "GEO-03",
        "à vérifier",
        None,
        "édition",
        ("stage.lieu_ville", "etranger.accord_fsd"),
        (),
        "",
        "",
        "",
        "",
        "",
        judged="j",
    )

    def holds(decision: Decision, later: Entry, tables: Tables | None = None) -> bool:
        found = relevant(by_target([decision]), later, tables or judge().tables)
        return settle([dataclasses.replace(doubt, judged="of another dossier")], found, later)[0].decision is not None

    decision = decided(doubt, of, reach="cette ville")
    same_town = {"etranger": "Liban", "etranger.accord_fsd": "En attente", "stage.lieu_ville": "TRIPOLI"}
    assert holds(decision, of)
    assert holds(decision, _colleague(same_town))
    assert not holds(decision, _colleague({**same_town, "stage.lieu_ville": "Tyr"}))
    assert not holds(decision, _colleague({**same_town, "etranger": "Libye"}))
    assert not holds(decision, of, _advised(1).tables)
    assert not holds(decided(doubt, of), of), "for the dossier, what was judged is compared"


def test_what_the_form_does_not_tell_is_no_target() -> None:
    tables = judge().tables
    assert target("ce dossier", dataclasses.replace(entry({}), reference=None), tables) is None
    assert target("cet organisme", entry({"organisme.siret": None, "organisme.raison_sociale": None}), tables) is None
    assert target("cette ville", entry({}), tables) is None, "no advice for France"
    assert target("cette ville", entry({"etranger": "Liban", "stage.lieu_ville": None}), tables) is None
    one, two = (entry({"organisme.siret": None, "organisme.raison_sociale": name}) for name in ("東京書籍", "北京出版"))
    assert target("cet organisme", one, tables) != target("cet organisme", two, tables)


@given(st.text(max_size=12), st.text(max_size=12))
def test_a_host_of_any_name_has_one_key_or_none(name: str, town: str) -> None:
    values: dict[str, Value] = {"organisme.raison_sociale": name, "stage.pays": "LB", "stage.lieu_ville": town}
    of = entry({})
    of = dataclasses.replace(of, deposit=dataclasses.replace(of.deposit, values=values))
    for reach in ("cet organisme", "cette ville"):
        key = target(reach, of, judge().tables)
        assert key is None or "\n" not in key


def test_a_row_that_is_not_current_is_not_decided() -> None:
    of, doubt = _doubt(PERSONAL, "IDE-02")
    double = dataclasses.replace(of, standing="double", other=of.place)
    assert relevant(by_target([decided(doubt, of)]), double, judge().tables) == ()


# ── several decisions ─────────────────────────────────────────────────────────────────────────────


def _choice(of: Entry, decisions: Sequence[Decision], rule: str = "ETS-04") -> str:
    finding = said(judged_with(of, *decisions), rule)
    return finding.decision.choice if finding.decision else "none"


def test_the_last_word_before_this_dossier_comes_first_then_the_narrowest() -> None:
    wrong = {"organisme.code_postal": "99999"}
    of, doubt = _doubt(wrong, "ETS-04")
    mate = _colleague(wrong)
    later = AT + timedelta(days=1)
    host = decided(doubt, of, reach="cet organisme")
    assert _choice(mate, [host, decided(doubt, mate, "refusé")]) == "refusé"
    assert _choice(mate, [decided(doubt, mate, "refusé"), dataclasses.replace(host, at=later)]) == "refusé"
    assert _choice(of, [host, decided(doubt, of, "refusé", at=later)]) == "refusé"
    assert _choice(of, [decided(doubt, of, "refusé"), dataclasses.replace(host, at=later)]) == "accepté"


def test_what_the_sentence_tells_is_judged_with_the_cells_that_it_marks() -> None:
    crowded = {"stage.date_fin": "2027-02-06", "stage.duree_heures": "60,5"}
    of, doubt = _doubt(crowded, "DUR-07")
    assert doubt.fields == ("stage.duree_heures",)
    acceptance = decided(doubt, of)
    assert said(judged_with(of, acceptance), "DUR-07").decision == acceptance
    sooner = entry({**crowded, "stage.date_fin": "2027-02-05"})
    assert said(judged_with(sooner, acceptance), "DUR-07").decision is None


@pytest.mark.parametrize(
    "value",
    [
        None, True, 3, Decimal("1.50"), date(2027, 2, 1), AT, "texte", (), ("FR", "BE"), (Period(date(2027, 2, 1), AT.date()),),
        Schedule("lundi", (Period(date(2027, 2, 1), date(2027, 2, 5), Decimal(7)),)),
    ],
)  # fmt: skip
def test_every_kind_of_value_can_be_judged(value: Value | None) -> None:
    assert hashed(canonical(value)) == hashed(canonical(value))
    assert hashed(canonical(value)) != hashed(canonical("autre"))
