"""What a student should not have sent: what is masked, what is left, and that a masked row stays the deposit it was."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.codec import pack_deposits, unpack_deposits
from pipeline.documents.values import load_translations
from pipeline.documents.values.writer import Writer
from pipeline.errors import SetupError
from pipeline.model import CellValue, Change, Correction, Deposit, Form, Layout, Place
from pipeline.normalise import MASK, masked_cell, masked_remark, normalise
from pipeline.signed.amend import AmendmentRefusedError, Request, amend
from pipeline.tables.private import load_private_words
from tests.returned import SAVED, back, edited, export, put, took, written
from tests.rules.forms import ROOT, TODAY, entry, facts, judge
from tools.examples.contact import perfect

TABLES = judge().tables
WORDS = TABLES.private
MARK = WORDS.marks.usual
NIR = "1 85 05 78 006 084 91"


def _sentences(name: str) -> list[tuple[str, bool]]:
    """Return the sentences of one list, each with whether it stands in a field where the student speaks of herself."""
    found, personal = [], True
    for line in (Path(__file__).parent / "private" / name).read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            personal = line == "[personnel]"
        elif line and not line.startswith("#"):
            found.append((line, personal))
    return found


MASKED, LEFT = _sentences("masked.txt"), _sentences("left.txt")


@pytest.mark.parametrize(("text", "personal"), MASKED)
def test_a_personal_detail_is_masked(text: str, personal: bool) -> None:
    for typed in (text, text.upper(), text.replace("'", "’")):
        masked = WORDS.mask(typed, personal=personal)
        assert MARK in masked
        assert WORDS.mask(masked, personal=personal) == masked


@pytest.mark.parametrize(("text", "personal"), LEFT)
def test_the_subject_of_the_internship_and_usual_clauses_are_left(text: str, personal: bool) -> None:
    for typed in (text, text.replace("'", "’")):
        assert WORDS.mask(typed, personal=personal) is typed


def test_there_are_enough_sentences_of_both_kinds() -> None:
    assert min(len(MASKED), len(LEFT)) >= 60


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("STAGE AMIDEX. Je suis enceinte.", f"STAGE AMIDEX. {MARK}."),
        ("STAGE AMIDEX, je suis en situation de handicap", f"STAGE AMIDEX, {MARK}"),
        ("Télétravail le vendredi (dépression)", f"Télétravail le vendredi ({MARK})"),
        ("Je suis malade. J’ai un cancer ! Horaires : 9 h - 16 h", f"{MARK}! Horaires : 9 h - 16 h"),
        ("Départ à 16 h ;\nje suis sourde\nMerci", f"Départ à 16 h ;\n{MARK}\nMerci"),
    ],
)
def test_only_what_tells_it_is_masked(text: str, masked: str) -> None:
    assert WORDS.mask(text, personal=True) == masked


def test_the_usual_clauses_of_leave_are_left_there_and_a_dated_leave_is_not() -> None:
    clauses = "Deux jours et demi par mois ; congé maternité, congés maladie"
    assert WORDS.mask(clauses, personal=True, leave=True) is clauses
    assert MARK in WORDS.mask("Congé maternité dès le 3 mars", personal=True, leave=True)


def test_no_mark_makes_a_text_too_long_for_its_field() -> None:
    text = "RQTH. " + "a" * 94
    assert WORDS.mask(text, personal=True, limit=500).startswith(MARK)
    assert WORDS.mask("RQTH", personal=True, limit=20) == WORDS.marks.short
    assert len(WORDS.mask(text, personal=True, limit=100)) <= 100


@given(st.text(max_size=60), st.text(max_size=60), st.booleans())
def test_masking_takes_any_text_and_once_is_enough(before: str, after: str, personal: bool) -> None:
    once = WORDS.mask(f"{before}. Je suis enceinte. {after}", personal=personal)
    assert "enceinte" not in once
    assert WORDS.mask(once, personal=personal) == once


def _form(cells: dict[str, CellValue], extra: dict[str, CellValue] | None = None) -> Form:
    """Return a row with ``cells``, and ``extra`` under headers that no field reads."""
    unread = extra or {}
    layout = Layout("x", 1, (*cells, *unread), {key: (i,) for i, key in enumerate(cells)})
    return Form(Place("a.xlsx", "F", 2), layout, cells, (*cells.values(), *unread.values()))


def _deposit(cells: dict[str, CellValue], extra: dict[str, CellValue] | None = None) -> Deposit:
    return normalise(_form(cells, extra), TABLES)


def test_values_cells_and_original_row_are_masked_in_the_fields_of_each_kind() -> None:
    deposit = _deposit(
        {
            "stage.cas_particulier": "RQTH. Bureau au rez-de-chaussée.",
            "stage.activites": "Accueil d’élèves en situation de handicap. Je suis sourde.",
            "assurance.ceam": "Oui, je suis diabétique",
        }
    )
    assert deposit.values["stage.cas_particulier"] == f"{MARK}. Bureau au rez-de-chaussée."
    assert deposit.values["stage.activites"] == f"Accueil d’élèves en situation de handicap. {MARK}."
    assert deposit.form.original[:2] == tuple(deposit.values.values())[:2]
    assert "diabétique" not in repr(deposit)


def test_columns_that_nothing_reads_are_masked_by_their_headers() -> None:
    extra: dict[str, CellValue] = {
        "Êtes-vous en situation de handicap ?": "Oui",
        "Remarques": "Grossesse en cours",
        "Descriptif": "Grossesse et allaitement",
        "Situation de famille": None,
    }
    assert _deposit({}, extra).form.original == (MARK, MARK, "Grossesse et allaitement", None)


def test_a_row_that_comes_back_masked_is_the_same_deposit() -> None:
    cells: dict[str, CellValue] = {
        "stage.commentaires": f"STAGE AMIDEX.  Je suis enceinte. {NIR}",
        "stage.conges": "RQTH",
        "stage.teletravail_part": "le lundi, je suis malade",
    }
    first = _deposit(cells)
    assert _deposit(dict(first.form.cells)).digest == first.digest
    (back,) = unpack_deposits(pack_deposits([first]), "a.xlsx")
    assert back == first


def test_what_a_manager_corrected_is_masked_in_the_history_too() -> None:
    moment = datetime(2026, 11, 21, 15)  # noqa: DTZ001 (a workbook is saved at a local time)
    change = Change("Cas particulier", ("stage.cas_particulier",), None, f"Enceinte. NIR {NIR}")
    made = Correction("C2026-000001", Place("a.xlsx", "F", 2), "x", moment, moment, "Zoé", (change,))
    form = _form({"stage.cas_particulier": "Enceinte"})
    corrected = normalise(Form(form.place, form.layout, form.cells, form.original, (), made), TABLES).form.correction
    assert corrected is not None
    assert corrected.changes[0].after == f"{MARK}. NIR {MASK}"


def test_a_cell_and_a_remark_are_masked_alone() -> None:
    assert masked_cell("RQTH", ("stage.commentaires",), "Commentaires", TABLES) == MARK
    assert masked_cell(185057800608491, ("stage.commentaires",), "Commentaires", TABLES) == MASK
    assert masked_cell("185057800608491", ("assurance.rc_police",), "N° de police", TABLES) == "185057800608491"
    assert masked_remark(f"Mère malade, appelée lundi. n° {NIR}", TABLES) == f"{MARK}. n° {MASK}"


def test_a_form_that_tells_nothing_stays_the_same_object() -> None:
    form = Form(Place("a.xlsx", "F", 2), Layout("x", 1, (), {}), perfect(0), ())
    assert normalise(form, TABLES).form is form


TOLD = ["Je suis enceinte", "RQTH", "Deuil : départ à 16 h", "Je suis musulmane", "J’ai été condamné"]


@pytest.mark.parametrize("text", TOLD)
def test_the_finding_is_the_same_whatever_was_masked_and_holds_nothing_back(text: str) -> None:
    verdicts = [judge().judge(entry({"stage.cas_particulier": said})) for said in (text, TOLD[0])]
    found = [[f for f in verdict.findings if f.rule == "IDE-09"] for verdict in verdicts]
    assert found[0] == found[1] != []
    assert (found[0][0].severity, verdicts[0].status) == ("information", "prêt")


def test_papers_print_the_rest_without_a_mark() -> None:
    seen = facts(
        {
            "stage.conges": "Je suis enceinte. Deux jours par mois",
            "stage.avantages": "RQTH",
            "stage.sujet": "Je suis sourde.",
        }
    )
    write = Writer(seen, load_translations(ROOT / "schemas", TABLES.fields), "fr")
    printed = [write.field(TABLES.fields[f"stage.{name}"]) for name in ("conges", "avantages", "sujet")]
    # A subject is compulsory: its absence has to be seen.
    assert printed == ["Deux jours par mois", None, f"{MARK}."]


@pytest.mark.parametrize(
    ("old", "new"), [("champs:\n", "champs:\n  - stage.inconnu\n"), ("noms_seuls: true", "noms_seuls: oui")]
)
def test_a_faulty_list_of_words_stops_the_start(tmp_path: Path, old: str, new: str) -> None:
    text = (ROOT / "schemas" / "private_words.yaml").read_text(encoding="utf-8")
    (tmp_path / "private_words.yaml").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(SetupError):
        load_private_words(tmp_path, TABLES.fields)


def test_an_amendment_does_not_tell_the_reason_either(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.signed.amend.load_setup", lambda *_: SimpleNamespace(tables=TABLES))
    request = Request(
        "C2026-000001", None, tmp_path / "outbox", ROOT / "conventions.toml", TODAY, "pour raison de santé"
    )
    with pytest.raises(AmendmentRefusedError, match="personnelle"):
        amend(request)


def test_a_refused_correction_does_not_quote_it(tmp_path: Path) -> None:
    deposits = export(tmp_path / "export")
    shown = written(deposits, tmp_path / "a_corriger.xlsx")
    label = "Intitulé du stage"
    first = edited(shown, tmp_path / "first.xlsx", put(3, label, "Rien"))
    second = edited(shown, tmp_path / "second.xlsx", put(3, label, f"Je souffre de quintalgie. NIR {NIR}"))
    taken = took([back(first), back(second, SAVED + timedelta(hours=1))], deposits)
    (refused,) = [reason for source in taken[1].sources for _, reason in source.unread]
    assert MARK in refused
    assert "quintalgie" not in refused
