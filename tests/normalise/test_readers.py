"""How cells are read: what each writing gives, what is refused, and what holds for any cell at all."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.language import long_date, number
from pipeline.model import LEGAL_RATE, OVER_200, CellValue, Deposit, ErrorCell, Form, Layout, Period, Place, Schedule
from pipeline.normalise import normalise, shown
from tests.rules.forms import entry, judge

TABLES = judge().tables
KEYS = sorted(TABLES.fields)


def _read(cells: dict[str, CellValue], place: Place | None = None) -> Deposit:
    return normalise(Form(place or Place("a.xlsx", "F", 2), Layout("x", 1, (), {}), cells, ()), TABLES)


START, HOURS = "stage.date_debut", "stage.duree_heures"
READ: list[tuple[str, CellValue, Any]] = [
    (START, "03/04/2027", date(2027, 4, 3)),
    (START, "3-4-2027", date(2027, 4, 3)),
    (START, "03.04.2027", date(2027, 4, 3)),
    (START, "2027-04-03", date(2027, 4, 3)),
    (START, "1er février 2027", date(2027, 2, 1)),
    (START, "lundi 1er fevrier 2027", date(2027, 2, 1)),
    (START, "01\u00a0/\u00a002\u00a0/\u00a02027", date(2027, 2, 1)),
    (START, datetime.fromisoformat("2027-02-01T00:00"), date(2027, 2, 1)),
    (START, date(2027, 2, 1), date(2027, 2, 1)),
    (START, 46419, date(2027, 2, 1)),
    (HOURS, "154 heures", Decimal(154)),
    (HOURS, "35h", Decimal(35)),
    (HOURS, "612,5", Decimal("612.5")),
    (HOURS, "1\u202f050,5 h", Decimal("1050.5")),
    (HOURS, 574.0, Decimal(574)),
    (HOURS, timedelta(hours=35, minutes=30), Decimal("35.5")),
    ("gratification.montant", "4,50 €", Decimal("4.50")),
    ("gratification.montant", "Taux légal en vigueur", LEGAL_RATE),
    ("gratification.montant", "15 % du plafond", LEGAL_RATE),
    ("formation.volume_horaire", "Plus de 200 heures", OVER_200),
    ("formation.volume_horaire", "200+", OVER_200),
    ("formation.volume_horaire", "450", Decimal(450)),
    ("gratification.versee", "X", True),
    ("gratification.versee", "OUI", True),
    ("gratification.versee", "✔", True),
    ("gratification.versee", "pas encore", False),
    ("gratification.versee", False, False),
    ("stage.nature", "Facultatif", "Complémentaire"),
    ("formation.regime", "REPRISE D'ETUDES NON FINANCEES", "Formation continue"),
    ("stage.pays", "the United States", "US"),
    ("stage.pays", "États-unis", "US"),
    ("stage.pays", "République tchèque", "CZ"),
    ("stage.pays", "Viet Nam", "VN"),
    ("etudiant.nationalite", "franco-marocaine", ("FR", "MA")),
    ("etudiant.nationalite", "Italian", ("IT",)),
    ("etudiant.telephone", 465710000, "0465710000"),
    ("etudiant.telephone", 33465710000, "+33465710000"),
    ("organisme.code_postal", 1000, "01000"),
    ("organisme.siret", 1234400016, "00001234400016"),
    ("organisme.siret", "000 012 344 00016", "00001234400016"),
    ("gratification.devise", "€", "EUR"),
    ("gratification.devise", "franc suisse", "CHF"),
    ("formation.annee_universitaire", "2026/27", 2026),
    ("stage.interruptions", "du 1er au 15 novembre 2026", (Period(date(2026, 11, 1), date(2026, 11, 15)),)),
    (
        "stage.interruptions",
        "01/11/2026-15/11/2026 ; 01/12/2026-15/12/2026",
        (Period(date(2026, 11, 1), date(2026, 11, 15)), Period(date(2026, 12, 1), date(2026, 12, 15))),
    ),
    (
        "stage.repartition",
        "05/01/2027-30/01/2027 : 7 h/j",
        Schedule("05/01/2027-30/01/2027 : 7 h/j", (Period(date(2027, 1, 5), date(2027, 1, 30), Decimal(7)),)),
    ),
    ("etudiant.nom", "  O’Brien\x00\u200b   Ünal ", "O’Brien Ünal"),
    ("stage.activites", "Ligne une.\r\nLigne deux.", "Ligne une.\nLigne deux."),
    ("etudiant.email", "Élodie <e.durand@etu.univ-amu.fr>", "e.durand@etu.univ-amu.fr"),
    ("etudiant.numero", 21012345.0, "21012345"),
]


@pytest.mark.parametrize(("key", "cell", "value"), READ)
def test_a_writing_is_read_as_its_type(key: str, cell: CellValue, value: Any) -> None:
    deposit = _read({key: cell})
    assert deposit.unreadable == {}
    assert deposit.values[key] == value


@pytest.mark.parametrize(
    ("key", "cell"),
    [
        (START, "01/02/27"),
        (START, "31/02/2027"),
        (START, "02/25/2027"),
        (START, "bientôt"),
        (START, True),
        (HOURS, "beaucoup"),
        (HOURS, "300-308"),
        (HOURS, float("nan")),
        (HOURS, ErrorCell("#REF!")),
        (HOURS, True),
        ("gratification.versee", "peut-être"),
        ("gratification.versee", "Oui si possible"),
        ("stage.pays", "Syldavie"),
        ("gratification.devise", "$"),
        ("stage.nature", "autre chose"),
        ("stage.interruptions", "Oui"),
        ("stage.interruptions", "01/11/2026-15/11/2026 ; un peu plus tard"),
        ("formation.annee_universitaire", "2026-2029"),
    ],
)
def test_what_cannot_be_read_is_told_and_never_guessed(key: str, cell: CellValue) -> None:
    deposit = _read({key: cell})
    assert key not in deposit.values
    assert deposit.unreadable[key].expected
    assert deposit.unreadable[key].cause


@pytest.mark.parametrize("text", ["n/a", "Néant", "sans objet", "-", "—", "   "])
def test_a_cell_that_says_nothing_is_empty(text: str) -> None:
    deposit = _read({"stage.avantages": text, START: text})
    assert (deposit.values, deposit.unreadable) == ({}, {})


def test_non_is_an_answer_and_not_an_empty_cell() -> None:
    assert _read({"gratification.versee": "non"}).values == {"gratification.versee": False}


_cells = st.one_of(
    st.none(),
    st.text(max_size=40),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.timedeltas(),
    st.sampled_from([ErrorCell("#N/A"), ErrorCell("#REF!")]),
)


@settings(max_examples=400, deadline=None)
@given(st.dictionaries(st.sampled_from(KEYS), _cells, max_size=12))
def test_any_cell_gives_a_value_a_reason_or_nothing(cells: dict[str, CellValue]) -> None:
    deposit = _read(cells)
    assert not set(deposit.values) & set(deposit.unreadable)
    assert set(deposit.values) | set(deposit.unreadable) <= set(cells)
    assert all(isinstance(shown(cell), str) for cell in cells.values())


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(KEYS), _cells, max_size=8))
def test_the_same_content_anywhere_is_the_same_deposit(cells: dict[str, CellValue]) -> None:
    there = Place("b.csv", "", 77)
    assert _read(cells).digest == _read(dict(reversed(cells.items())), there).digest


@settings(deadline=None)
@given(
    st.sampled_from([k for k in KEYS if TABLES.fields[k].genre in ("texte", "texte long", "courriel")]),
    st.text(max_size=60),
)
def test_reading_a_text_again_changes_nothing(key: str, text: str) -> None:
    first = _read({key: text}).values.get(key)
    if isinstance(first, str):
        assert _read({key: first}).values.get(key) == first


@given(st.dates(date(1920, 1, 1), date(2099, 12, 31)))
def test_a_day_survives_every_way_of_writing_it(day: date) -> None:
    moment = datetime.combine(day, time())
    for cell in (day, moment, f"{day:%d/%m/%Y}", day.isoformat(), long_date(day, "fr"), long_date(day, "en")):
        assert _read({START: cell}).values[START] == day


@given(st.decimals(0, 9999, places=2))
def test_a_number_survives_its_french_and_english_writing(value: Decimal) -> None:
    for cell in (number(value, "fr"), str(value), str(value).replace(".", ","), f"{value} h"):
        assert _read({HOURS: cell}).values[HOURS] == value


@given(st.lists(st.tuples(st.dates(date(2026, 1, 1), date(2027, 1, 1)), st.integers(0, 40)), min_size=1, max_size=5))
def test_periods_survive_being_written(spans: list[tuple[date, int]]) -> None:
    periods = tuple(dict.fromkeys(Period(start, start + timedelta(days=days)) for start, days in sorted(spans)))
    text = " ; ".join(f"{p.start:%d/%m/%Y}-{p.end:%d/%m/%Y}" for p in periods)
    assert _read({"stage.interruptions": text}).values["stage.interruptions"] == periods


@pytest.mark.parametrize(("base", "rules"), [({"etranger": "Irlande"}, set()), ({}, {"LIG-06"})])
def test_a_postcode_of_zeros_is_none(base: dict[str, str], rules: set[str]) -> None:
    sound, changed = entry(base), entry({**base, "organisme.code_postal": "00000"})
    assert "organisme.code_postal" not in changed.deposit.values
    before, after = ({f.rule for f in judge().judge(row).findings} for row in (sound, changed))
    assert after - before == rules
