"""What is searched for, whatever the name is, and however a text wraps it."""

from __future__ import annotations

import unicodedata
from datetime import date, datetime
from urllib.parse import quote

import pytest

from pipeline.dossiers import student_by_names, student_of
from pipeline.model import CellValue, Deposit, Form, Layout, Place, Value
from pipeline.privacy.common_words import common_words
from pipeline.privacy.person import Needles, needles_of

_ARABIC, _CYRILLIC, _CHINESE = ("محمد", "علي"), ("Иванов", "Анна"), ("李", "小龙")


def _deposit(cells: dict[str, CellValue] | None = None, /, **values: Value) -> Deposit:
    form = Form(
        Place("a.xlsx", "", 2),
        Layout("x", 1, (), {}),
        {f"etudiant.{key}": cell for key, cell in (cells or {}).items()},
        (),
    )
    named = {f"etudiant.{key}": value for key, value in values.items()}
    return Deposit(form, named, {}, "digest", datetime(2026, 11, 2, 9, 0))  # noqa: DTZ001 (naive, local)


def _alone(**values: Value) -> Needles:
    return needles_of([_deposit(**values)], [], [], frozenset())


@pytest.mark.parametrize(
    "name", [_ARABIC, _CYRILLIC, _CHINESE, ("Иванов", "Anna"), ("WAŁĘSA", "Łukasz"), ("SØREN", "Åse")]
)
def test_a_name_of_any_script_is_found_and_its_latin_part_alone_is_no_trace(name: tuple[str, str]) -> None:
    needles = _alone(nom=name[0], prenom=name[1])
    assert needles.hold(f"Convention de {name[1]} {name[0]}, étudiante")
    assert not needles.hold("Convention de Anna, étudiante")
    assert not needles.hold("")


def test_letters_that_no_accent_makes_are_compared_too() -> None:
    assert _alone(nom="WAŁĘSA", prenom="Łukasz").hold("Lukasz Walesa")
    assert _alone(nom=_ARABIC[0], prenom="Ali").hold("مُحَمَّد Ali"), "with its vowels"


def test_two_people_whose_names_are_of_other_scripts_are_two() -> None:
    born = date(2003, 5, 4)
    keys = {student_by_names(_deposit(nom=n, prenom=p, date_naissance=born)) for n, p in (_ARABIC, _CYRILLIC, _CHINESE)}
    assert len(keys) == 3


def test_a_number_without_digits_tells_no_student() -> None:
    born = date(2003, 5, 4)
    one, other = (_deposit(numero="[NIR masqué]", nom=nom, prenom="Léa", date_naissance=born) for nom in ("A", "B"))
    assert student_of(one) != student_of(other)
    assert student_of(_deposit(numero="néant")) is None


_WRAPPED = {
    "an apostrophe of HTML": "Sinéad O&#39;Brien",
    "an ampersand of XML": "O&apos;Brien Sin&#xE9;ad",
    "escapes of JSON": '"Sin\\u00e9ad O\\u2019Brien"',
    "a line that begins in JSON": '"Bonjour\\nSinéad O\'Brien"',
    "the runs of Word": "<w:r><w:t>Sinéad O’Br</w:t></w:r><w:r><w:t>ien</w:t></w:r>",
    "two cells": "<td>Sinéad</td><td>O’Brien</td>",
    "an address": f"mailto:x?subject={quote('Stage de Sinéad O’Brien')}",
    "accents apart": unicodedata.normalize("NFD", "Sinéad O’Brien"),
    "a place to break the word": "Sinéad O’Br\u00adien",
    "a broken line of a letter": "Sinéad O’Br=\nien",
}


@pytest.mark.parametrize("how", sorted(_WRAPPED))
def test_a_name_is_found_in_whatever_a_text_wraps_it(how: str) -> None:
    assert _alone(nom="O’BRIEN", prenom="Sinéad").hold(_WRAPPED[how])


def test_a_name_with_signs_of_html_is_found_escaped_or_not() -> None:
    needles = _alone(nom="D&B <i>Fils</i>", prenom="Tom")
    assert needles.hold("<p>Tom D&amp;B &lt;i&gt;Fils&lt;/i&gt;</p>")
    assert needles.hold("Tom D&B <i>Fils</i>")


@pytest.mark.parametrize(
    "written",
    [
        "06 12 34 56 78",
        "06.12.34.56.78",
        "+33 (0)6 12 34 56 78",
        "0033612345678",
        "tel:+33-6-12-34-56-78",
        "612345678.0",
    ],
)
def test_a_phone_number_is_found_in_all_its_spellings(written: str) -> None:
    assert _alone(telephone="+33612345678").hold(f"appeler {written} demain")


def test_numbers_and_addresses_are_found_as_programs_write_them() -> None:
    needles = _alone(numero="00210001", email="lea.d@etu.example.org")
    assert needles.hold("210001.0")
    assert needles.hold("mailto:lea.d%40etu.example.org")


def test_a_cell_that_could_not_be_read_is_searched_for_when_it_tells_one_person() -> None:
    hers = _deposit({"email": "lea@@etu", "numero": "néant", "nom": "DARTIGUES"}, prenom="Léa")
    needles = needles_of([hers], [], [], frozenset())
    assert needles.hold("lea@@etu")
    assert needles.hold("Léa Dartigues")
    assert not needles.hold("néant")


def test_a_folder_that_bears_the_reference_alone_names_nobody() -> None:
    needles = needles_of([_deposit(nom=_CHINESE[0])], [], ["dossiers/2026-2027/C2026-000008"], frozenset())
    assert not needles.hold("C2026-000008"), "the number stays"


def test_who_works_here_is_no_trace_of_a_student_of_the_same_name() -> None:
    hers = _deposit(nom="MARTIN", prenom="Léa", adresse="Aix-en-Provence")
    needles = needles_of([hers], [], [], frozenset(), ["Mme Rose Martin", "13100 Aix-en-Provence"])
    assert not needles.hold("Contact : Mme Martin, Aix-en-Provence")
    assert needles.hold("Léa Martin")


def test_words_that_every_agreement_prints_are_common() -> None:
    assert "france" in common_words()
    needles = needles_of([_deposit(nom="FRANCE", prenom="Léa", adresse="France")], [], [], common_words())
    assert not needles.hold("Stage en France")
    assert needles.hold("Léa France")
