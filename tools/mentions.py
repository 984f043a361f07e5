"""Write ``docs/mentions.md``: where each compulsory mention and each article stands: ``python -m tools.mentions``.

The page comes from the clauses, tables and annexes of ``tools/agreements/`` and from ``tools/outline.yaml``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from pipeline.documents.lint.mentions import MENTIONS
from pipeline.tables.yamls import check_shape, read_yaml
from tools.agreements.parties import CERTIFICATE, FRAMES, Frame
from tools.agreements.variants import AGREEMENT_ANNEXES, Variant, variants
from tools.agreements.words import HERE, MODELS, Clause, Words, annexes, chosen, clauses, labels

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "mentions.md"
OUTLINE = ROOT / "tools" / "outline.yaml"
ALWAYS = "toujours"
_TEXT = {"type": "string", "required": True, "empty": False}
_SHAPE = {
    "type": "dict",
    "schema": {
        "sujet": _TEXT,
        "quand": _TEXT,
        "base": _TEXT,
        "cadre": {"type": "list", "minlength": 1, "schema": {"type": "string"}},
    },
}
_HEADINGS: Mapping[str, Sequence[tuple[str, Sequence[str]]]] = {
    "etranger": (("annexe.etranger_titre", MODELS[1:]), ("annexe.territoire_titre", MODELS[:1])),
}
"""The headings of an annex that has several, by model; the others have one."""
_CASE = re.compile(r"\bcas\.(\w+)")


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: in words, in both languages, and in which models."""

    words: Words
    models: tuple[str, ...]


class Agreements:
    """The three models as their sources say them."""

    @cached_property
    def labels(self) -> Mapping[str, Words]:
        return labels(HERE / "layout.yaml")

    @cached_property
    def outline(self) -> Mapping[str, Mapping[str, Any]]:
        """The rows of ``outline.yaml`` by their ids; raises SetupError when one is ill-formed."""
        data = read_yaml(OUTLINE)
        check_shape(data, dict.fromkeys(data, _SHAPE), str(OUTLINE))
        return data

    @cached_property
    def texts(self) -> Sequence[tuple[Place, Clause]]:
        """Every article and every part of an annex, with its place, in printing order."""
        found = [*self._placed(clauses(), _article)]
        for name in AGREEMENT_ANNEXES:
            for heading, models in _HEADINGS.get(name, ((f"annexe.{name}_titre", MODELS),)):
                found += self._placed(annexes()[name], self._annex(heading), models)
        return found

    def _placed(
        self, parts: Sequence[Clause], name: Callable[[Clause, Words], Words], within: Sequence[str] = MODELS
    ) -> Iterator[tuple[Place, Clause]]:
        titles: dict[str, Words] = {}
        for clause in parts:
            title = clause.titre if clause.titre.fr else titles.get(clause.article, clause.titre)
            titles[clause.article] = title
            models = tuple(m for m in within if chosen([clause], m))
            yield Place(name(clause, title), models), clause

    def _annex(self, label: str) -> Callable[[Clause, Words], Words]:
        heading = _quoted(self.labels[label])
        return lambda _, __: heading

    def lines(self, mention: int) -> Iterator[Place]:
        """Yield the lines of the tables that carry ``mention``."""
        for frames, annex in ((FRAMES, None), (CERTIFICATE, self.labels["annexe.attestation_titre"])):
            for frame in frames:
                for line in frame.lines:
                    if mention in line.mentions:
                        yield Place(self._line(frame, line.label, annex), MODELS)

    def _line(self, frame: Frame, label: str, annex: Words | None) -> Words:
        table, name = _quoted(self.labels[frame.title]), _quoted(self.labels[label])
        inside = Words(f", {_quoted(annex).fr}", f", {_quoted(annex).en}") if annex else Words("")
        return Words(f"tableau {table.fr}, ligne {name.fr}{inside.fr}", f"table {table.en}, line {name.en}{inside.en}")

    def carrying(self, mention: int) -> list[Place]:
        """Return the places that carry ``mention``: lines of tables, then articles, then annexes."""
        found = list(self.lines(mention))
        for place, clause in self.texts:
            carried = {*clause.mentions, *(m for block in clause.blocs for m in block.mentions)}
            if mention in carried and place.models:
                found.append(place)
        return _once(found)

    def covering(self, row: str) -> list[Place]:
        """Return the places of one row of the outline; what several rows share counts only for want of their own."""
        tables = [Place(self._frame(key), MODELS) for key in self.outline[row].get("cadre", ())]
        texts = [(place, clause) for place, clause in self.texts if row in clause.outline and place.models]
        own = [place for place, clause in texts if clause.outline == (row,)]
        return _once([*tables, *(own or [place for place, _ in texts])])

    def _frame(self, key: str) -> Words:
        heading = _quoted(self.labels[key])
        if key not in {frame.title for frame in FRAMES}:
            return heading
        return Words(f"tableau {heading.fr}", f"table {heading.en}")

    def clauses_of(self, row: str) -> list[Clause]:
        return [clause for _, clause in self.texts if row in clause.outline]


def _article(clause: Clause, title: Words) -> Words:
    if clause.article.startswith("0."):
        return Words("préambule", "preamble")
    heading = _quoted(title)
    return Words(f"article {clause.article} {heading.fr}", f"article {clause.article} {heading.en}")


def _quoted(words: Words) -> Words:
    """Return ``words`` between the quotation marks of each language, its Jinja tags away."""
    french, english = (re.sub(r"\{%.*?%\}.*?\{%.*?%\}|\{\{.*?\}\}", "", text).strip() for text in (words.fr, words.en))
    return Words(f"«\u00a0{french}\u00a0»", f"“{english}”")


def _once(places: Iterable[Place]) -> list[Place]:
    """Return each wording once, with the models of all its places."""
    found: dict[Words, set[str]] = {}
    for place in places:
        found.setdefault(place.words, set()).update(place.models)
    return [Place(words, tuple(m for m in MODELS if m in models)) for words, models in found.items()]


_HEAD = """# Où se trouve chaque mention obligatoire

Page faite par `.venv/bin/python -m tools.mentions` à partir de `tools/agreements/` et de `tools/outline.yaml` ; ne la modifiez
pas à la main. Elle décrit les modèles fournis : si vous remplacez un modèle par le vôtre, `conventions templates` vérifie
que les quinze mentions y restent.

Le modèle français sert en France et outre-mer ; le francophone et le bilingue à l’étranger. L’anglais n’est imprimé que
dans le bilingue, en regard du français, qui fait foi. La césure est une variante des trois modèles.
"""


def page() -> str:
    """Return ``docs/mentions.md``."""
    agreements = Agreements()
    return "\n".join(
        [
            _HEAD,
            "## Les quinze mentions de l’article D124-4\n",
            *_table(("n°", "mention", "où, en français", "in English", *MODELS), _mentions(agreements)),
            "\n## Les articles de la convention type\n",
            "L’identifiant est celui du plan : 0 le préambule, P les tableaux des premières pages, les articles par leur",
            "numéro, S les signatures, A les annexes.\n",
            *_table(
                ("plan", "sujet", "où, en français", "in English", *MODELS, "quand", "fondement"), _rows(agreements)
            ),
            "\n## Ce qui s’adapte au dossier\n",
            "Chaque condition, et les textes qu’elle fait paraître, disparaître ou changer.\n",
            *_table(("condition", "vraie quand", "textes concernés"), _adapted()),
            "",
        ]
    )


def _mentions(agreements: Agreements) -> Iterator[tuple[str, ...]]:
    for number, words in MENTIONS.items():
        for place in agreements.carrying(number):
            yield (str(number), words, place.words.fr, place.words.en, *_in_models(place))


def _rows(agreements: Agreements) -> Iterator[tuple[str, ...]]:
    for row, told in agreements.outline.items():
        for place in agreements.covering(row):
            english = place.words.en if "bilingue" in place.models else "–"
            yield (row, told["sujet"], place.words.fr, english, *_in_models(place), told["quand"], told["base"])


def _adapted() -> Iterator[tuple[str, ...]]:
    meanings = read_yaml(ROOT / "schemas" / "placeholders.yaml")
    users: dict[str, dict[str, None]] = {}
    for variant in variants():
        for case in _CASE.findall(f"{variant.outer or ''} {variant.si}"):
            users.setdefault(case, {})[_where(variant)] = None
    for case in sorted(users):
        meaning = str(meanings.get(f"cas.{case}", {}).get("sens", ""))
        yield (f"`cas.{case}`", meaning, " ; ".join(users[case]))


def _where(variant: Variant) -> str:
    """Return the number of the article, or the name of the table or annex."""
    place = variant.where.partition(", §")[0]
    if place.startswith("article "):
        if place.startswith("article 0."):
            return "préambule"
        number = re.match(r"article (\d+(?:\.\d+(?:-\d)?)?(?: bis| ter)?)", place)
        return f"article {number[1]}" if number else place
    if place.startswith("annexe "):
        return "annexe " + place.split()[1].replace("etranger", "étranger")
    frame = place.removeprefix("table ").partition(",")[0]
    return f"tableau {_quoted(labels(HERE / 'layout.yaml')[frame]).fr}"


def _in_models(place: Place) -> tuple[str, ...]:
    return tuple("oui" if model in place.models else "–" for model in MODELS)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"


def main() -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
