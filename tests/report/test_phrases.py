"""The words that the reports share."""

from __future__ import annotations

import dataclasses
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.model import Companion, Place, Status
from pipeline.report.notes import Grid
from pipeline.report.phrases import by_rule, count, level, needs_work, see_also, shorten, to_do, typographic
from pipeline.report.sentence import night, reasons
from tests.report.outcomes import empty_outcome, finding, full_outcome, sound_outcome, tables, verdict

TABLES = tables()
WRONG = finding("DUR-01", "bloquant", ("stage.duree_heures",), 5, "Trop long.")
DOUBT = finding("GEO-03", "à vérifier", ("organisme.ville",), 5, "Zone.")
AWAITED = finding("DOC-02", "bloquant", ("assurance.rc_fin",), 5, "Attestation.", jalon="signature")
KNOWN = finding("LAN-02", "information", ("stage.pays",), 5, "Bon à savoir.")


def test_a_finding_at_the_gate_of_the_signature_is_awaited_whatever_its_severity() -> None:
    assert [level(f) for f in (WRONG, DOUBT, AWAITED, KNOWN)] == ["correct", "decide", "await", "know"]
    assert level(dataclasses.replace(DOUBT, jalon="signature")) == "await"


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("à corriger", True),
        ("à vérifier", True),
        ("prêt", True),
        ("refusé", True),
        ("réorienté", False),
        ("remplacé", False),
    ],
)
def test_redirected_and_replaced_rows_need_no_work(status: Status, expected: bool) -> None:
    assert needs_work(verdict(5, status, (AWAITED,))) is expected
    assert not needs_work(verdict(5, status, (KNOWN,)))


def test_what_to_do_is_one_sentence_that_names_the_fields() -> None:
    told = to_do(verdict(5, "à corriger", (WRONG, DOUBT, AWAITED, KNOWN)), TABLES.fields)
    label = TABLES.fields["stage.duree_heures"].label
    assert told.startswith(f"Corriger\u00a0: «\u00a0{label}\u00a0»")
    assert "avant la signature" in told
    assert told.count(".") == 1


def test_a_run_that_numbers_nothing_has_no_agreement_to_send() -> None:
    assert "Envoyer" in to_do(verdict(5, "prêt"), TABLES.fields)
    assert "Envoyer" not in to_do(verdict(5, "prêt", reference=None), TABLES.fields)


def test_many_fields_are_counted_beyond_four() -> None:
    keys = ("tuteur.nom", "tuteur.prenom", "tuteur.email", "tuteur.fonction", "tuteur.telephone", "organisme.ville")
    missing = finding("LIG-06", "bloquant", keys, 5, "Manque.")
    fields = {key: dataclasses.replace(TABLES.fields[key], empty_rule="LIG-06") for key in keys}
    told = to_do(verdict(5, "à corriger", (missing,)), fields)  # type: ignore[arg-type]  # a plain mapping will do
    assert "2\u00a0autres rubriques" in told


def test_rules_are_counted_by_dossier_and_worded_by_their_title_when_there_is_one() -> None:
    twice = verdict(5, "à corriger", (WRONG, WRONG))
    (plain,) = by_rule([twice], TABLES, {})
    (titled,) = by_rule([twice], TABLES, {"DUR-01": "Durée de plus de 924 heures"})
    assert (plain.dossiers, titled.title) == (1, "Durée de plus de 924 heures")
    assert TABLES.fields["stage.duree_heures"].label in plain.title


def test_numbers_agree_with_their_noun() -> None:
    assert count(0, "fichier", "fichiers") == "0\u00a0fichier"
    assert count(1234, "fichier", "fichiers") == "1\u202f234\u00a0fichiers"


def test_the_night_is_one_sentence_and_a_calm_one_gives_no_reason() -> None:
    assert night(full_outcome()).startswith("Traitement du 21 novembre 2026\u00a0: 2\u00a0fichiers lus, 1\u00a0refusé")
    assert "1er" not in night(empty_outcome())
    assert reasons(sound_outcome()) == []
    assert len(reasons(full_outcome())) == 3


@given(st.text())
def test_french_spaces_never_come_twice(text: str) -> None:
    assert typographic(typographic(text)) == typographic(text)


@given(st.text(max_size=80), st.integers(1, 40))
def test_a_shortened_text_holds_on_one_line(text: str, length: int) -> None:
    short = shorten(text, length)
    assert len(short) <= length
    assert "\n" not in short


def test_a_comment_stands_beside_its_cell_with_the_size_that_it_asks_for() -> None:
    grid = Grid([100, 50, 60], [64, 20])
    assert grid.anchor(1, 0, 70, 30) == "1, 14, 1, 2, 2, 34, 2, 12"
    assert grid.anchor(9, 9, 64, 20).startswith("10, 14, 8, 8,")


def test_other_rows_are_named_by_reference_else_by_file_and_rows() -> None:
    def _about(*others: Companion) -> str:
        found = finding("LIG-02", "à vérifier", ("stage.date_debut",), 4, "x")
        return re.sub("[\u00a0\u202f]", " ", see_also(dataclasses.replace(found, others=others)))

    one, two = Place("a.xlsx", "F", 3), Place("a.xlsx", "F", 5)
    assert _about() == ""
    assert _about(Companion(one, "C2026-000003")) == "Voir aussi C2026-000003 (a.xlsx, ligne 3)."
    assert _about(Companion(one, None), Companion(two, None)) == "Voir aussi a.xlsx, lignes 3 et 5."
    many = _about(*(Companion(Place("a.xlsx", "F", row), None) for row in range(2, 10)))
    assert many == "Voir aussi a.xlsx, lignes 2, 3, 4, 5 et 6 ; 3 autres fiches."


def test_what_only_the_office_can_settle_before_the_signature_is_to_be_checked_not_obtained() -> None:
    quota = dataclasses.replace(
        finding("ACT-13", "à vérifier", ("etudiant.nom",), 4, "x", jalon="signature"), internal=True
    )
    sentence = to_do(dataclasses.replace(verdict(4, "prêt"), findings=(quota,)), tables().fields)
    assert "vérifier avant la signature" in sentence
    assert "obtenir" not in sentence
