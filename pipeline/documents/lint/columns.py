"""The facing tables of the bilingual models: does the English column still answer the French one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.documents.lint.expressions import read_expression
from pipeline.documents.lint.faults import Fault, quoted
from pipeline.documents.lint.paper import Element, Paper, Paragraph, W
from pipeline.documents.lint.tags import tags_of

_SHARE = 0.6
"""Share of the rows that must read French on the left and English on the right for a table to be a facing one."""


@dataclass(frozen=True, slots=True)
class _Pair:
    """One row: the paragraphs with text of its French cell and of its English cell."""

    french: tuple[Paragraph, ...]
    english: tuple[Paragraph, ...]


def lint_columns(paper: Paper) -> Iterator[Fault]:
    """Yield, as advice, where the English column of a facing table has drifted from the French one."""
    by_element = {paragraph.element: paragraph for paragraph in paper.paragraphs}
    for root in paper.roots.values():
        for table in root.iter(f"{W}tbl"):
            rows = [pair for row in table.findall(f"{W}tr") if (pair := _pair(row, by_element)) is not None]
            if _is_facing(paper, rows):
                for pair in rows:
                    yield from _drift(paper, pair)


def _pair(row: Element, by_element: dict[Element, Paragraph]) -> _Pair | None:
    cells = row.findall(f"{W}tc")
    if len(cells) != 2:
        return None
    left, right = (tuple(p for e in cell.findall(f"{W}p") if (p := by_element[e]).shown) for cell in cells)
    return _Pair(left, right) if left or right else None


def _is_facing(paper: Paper, rows: list[_Pair]) -> bool:
    facing = [
        pair
        for pair in rows
        if pair.english
        and all(_in_english(paper, p) for p in pair.english)
        and not any(_in_english(paper, p) for p in pair.french)
    ]
    return len(facing) >= 2 and len(facing) >= _SHARE * len(rows)


def _in_english(paper: Paper, paragraph: Paragraph) -> bool:
    return any(paper.is_english(paragraph, text) for _, text in paragraph.texts if (text.text or "").strip())


def _drift(paper: Paper, pair: _Pair) -> Iterator[Fault]:
    first = (pair.french or pair.english)[0]

    def advice(paragraph: Paragraph, problem: str, mend: str) -> Fault:
        return Fault(paper.path.name, paragraph.place, problem, mend, "conseil")

    if len(pair.french) != len(pair.english):
        yield advice(
            first,
            f"{_count(len(pair.french))} en français et {_count(len(pair.english))} en anglais sur cette ligne",
            "Donnez à chaque paragraphe français sa traduction, dans l’ordre.",
        )
    for french, english in zip(pair.french, pair.english, strict=False):
        yield from (advice(english, *fault) for fault in _looks(paper, french, english))
    missing = _values(pair.french) - _values(pair.english)
    for name in sorted(missing) if pair.english else ():
        yield advice(
            first,
            f"la valeur « {name} » est écrite en français et non en anglais",
            f"Ajoutez {{{{ en.{name} }}}} dans la colonne de droite.",
        )


def _count(number: int) -> str:
    return f"{number} paragraphe{'s' if number > 1 else ''}"


def _looks(paper: Paper, french: Paragraph, english: Paragraph) -> Iterator[tuple[str, str]]:
    """Yield (problem, mend) for the style and the language of one English paragraph."""
    wanted = _counterpart(paper, french.style)
    name = paper.styles[english.style].name if english.style in paper.styles else english.style or "Normal"
    if wanted and english.style != wanted:
        yield f"style « {name} » au lieu du pendant anglais", f"Choisissez le style « {paper.styles[wanted].name} »."
    elif wanted is None and english.style in paper.styles and paper.styles[english.style].english:
        answers = paper.styles.get(paper.styles[english.style].based)
        if answers is not None and french.style in paper.styles:
            facing = paper.styles[french.style].name
            yield f"style « {name} » face au style « {facing} »", f"Donnez au français le style « {answers.name} »."
    foreign = [t.text for _, t in english.texts if (t.text or "").strip() and not paper.is_english(english, t)]
    words = [text for text in foreign if re.search(r"[^\W\d_]{2}", re.sub(r"\{.*?\}", "", text or ""))]
    if words and not (wanted and english.style != wanted):
        yield (
            f"la langue de {quoted(words[0] or '', 30)} n’est pas l’anglais",
            "Sélectionnez le passage : Révision › Langue › Anglais (Royaume-Uni).",
        )


def _counterpart(paper: Paper, style: str) -> str | None:
    """Return the English style that is based on ``style``."""
    return next((key for key, other in paper.styles.items() if other.english and other.based == style), None)


def _values(paragraphs: tuple[Paragraph, ...]) -> set[str]:
    return {
        name.removeprefix("en.")
        for paragraph in paragraphs
        for tag in tags_of(paragraph)
        if tag.kind == "{"
        for name in read_expression(tag.code).printed
        if "." in name
    }
