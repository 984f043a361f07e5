"""Many rows read at once: the same deposits as one by one, and what they repeat is kept once."""

from __future__ import annotations

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from pipeline.codec import pack_deposits, unpack_deposits
from pipeline.model import CellValue, Form, Layout, Place
from pipeline.normalise import normalise, normalise_all
from tests.rules.forms import judge

TABLES = judge().tables
KEYS = sorted(TABLES.fields)
_TEXTS = st.sampled_from([
    "oui", "non", "12", "35h", "03/02/2027", "Italie", "Québec", "n/a", "Na", "1er semestre", "0601020304", "#REF!",
    "taux légal en vigueur", "plus de 200 heures", "euro", "  deux  mots ", "ligne\nligne", "x" * 300,
])  # fmt: skip
_CELLS = st.dictionaries(
    st.sampled_from(KEYS), _TEXTS | st.sampled_from([1, 1.0, True, 0, 601020304, 35.5]), max_size=12
)


def _form(row: int, cells: Mapping[str, CellValue]) -> Form:
    return Form(Place("a.xlsx", "F", row), Layout("x", 1, ("",), {}), cells, tuple(cells.values()))


@given(st.lists(_CELLS, max_size=6))
def test_many_rows_read_at_once_are_what_each_is_alone(rows: list[dict[str, CellValue]]) -> None:
    forms = [_form(number, cells) for number, cells in enumerate(rows, 2)]
    together, alone = normalise_all(forms, TABLES), [normalise(form, TABLES) for form in forms]
    assert together == alone
    assert [[type(v) for v in d.values.values()] for d in together] == [
        [type(v) for v in d.values.values()] for d in alone
    ]


def test_one_text_is_read_for_each_field_that_holds_it() -> None:
    (read,) = normalise_all([_form(2, {"stage.duree_heures": "35", "etudiant.nom": "35"})], TABLES)
    assert [type(read.values[key]).__name__ for key in ("stage.duree_heures", "etudiant.nom")] == ["Decimal", "str"]


def test_the_value_that_rows_repeat_is_one_object() -> None:
    texts = ["".join(["Librairie ", "Sauge"]) for _ in range(2)]
    one, two = normalise_all([_form(i, {"organisme.raison_sociale": text}) for i, text in enumerate(texts)], TABLES)
    assert texts[0] is not texts[1]
    assert one.values["organisme.raison_sociale"] is two.values["organisme.raison_sociale"]


def test_rows_whose_equal_layouts_are_several_objects_are_kept_under_one() -> None:
    first, second = normalise_all([_form(2, {"etudiant.nom": "A"}), _form(3, {"etudiant.nom": "B"})], TABLES)
    other = normalise(Form(Place("a.xlsx", "G", 2), Layout("y", 4, ("",), {}), {"etudiant.nom": "C"}, ()), TABLES)
    back = unpack_deposits(pack_deposits([first, other, second]), "a.xlsx")
    assert [deposit.form.layout for deposit in back] == [first.form.layout, other.form.layout, second.form.layout]
    assert back[0].form.layout is back[2].form.layout
