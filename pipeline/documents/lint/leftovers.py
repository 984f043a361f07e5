"""What Word leaves in a file: tracked changes, comments, formatting by hand, a picture that has lost its name."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from pipeline.documents.lint.faults import Fault, quoted
from pipeline.documents.lint.paper import Element, Paper, Paragraph, W
from pipeline.documents.pictures import named_pictures

_TRACKED = tuple(f"{W}{name}" for name in ("ins", "del", "moveFrom", "moveTo", "pPrChange", "rPrChange", "tblPrChange"))
_COMMENT = f"{W}commentReference"
_LOOKS = frozenset(
    f"{W}{name}"
    for name in ("b", "i", "u", "strike", "caps", "smallCaps", "color", "sz", "rFonts", "highlight", "shd",
                 "jc", "ind", "spacing", "pBdr", "numPr")
)  # fmt: skip
"""What a style should say and a paragraph or a run should not."""
_PICTURES = {"logo": "le logo de l’université", "code": "le code de la référence"}


def lint_tracking(paper: Paper) -> Iterator[Fault]:
    """Yield an error when tracked changes would go out with every document."""
    for paragraph in paper.paragraphs:
        if next(paragraph.element.iter(*_TRACKED), None) is not None:
            yield Fault(
                paper.path.name,
                paragraph.place,
                "le modèle garde des modifications suivies, qui partiraient avec chaque document",
                "Dans Word : Révision › Accepter › Accepter toutes les modifications, puis arrêtez le suivi.",
            )
            return


def lint_leftovers(paper: Paper, shipped: Paper | None) -> Iterator[Fault]:
    """Yield advice: comments, formatting by hand, and pictures that the ``shipped`` model has and this one lost."""
    commented = [p for p in paper.paragraphs if p.element.find(f".//{_COMMENT}") is not None]
    if commented:
        yield _advice(paper, commented, "commentaire de Word", "Supprimez-le : Révision › Supprimer les commentaires.")
    shaped = list(islice((p for p in paper.paragraphs if p.shown and _is_shaped(p.element)), 1000))
    if shaped:
        mend = "Préférez un style : la présentation reste alors la même partout."
        yield _advice(paper, shaped, "mise en forme à la main", mend)
    for name, words in _PICTURES.items() if shipped is not None else ():
        if shipped and named_pictures(shipped.path, name) and not named_pictures(paper.path, name):
            yield Fault(
                paper.path.name,
                "",
                f"l’image « {name} » a disparu : {words} ne sera pas imprimé",
                "Recopiez-la depuis l’en-tête du modèle fourni.",
                "conseil",
            )


def _is_shaped(paragraph: Element) -> bool:
    own = paragraph.find(f"{W}pPr")
    groups = ([own] if own is not None else []) + [run.find(f"{W}rPr") for run in paragraph.findall(f"{W}r")]
    return any(child.tag in _LOOKS for group in groups if group is not None for child in group)


def _advice(paper: Paper, found: list[Paragraph], problem: str, mend: str) -> Fault:
    first, count = found[0], len(found)
    others = f", et {count - 1} autre{'s' if count > 2 else ''}" if count > 1 else ""
    extract = quoted(first.text, 40)
    place = f"sous {quoted(first.heading)}" if first.heading else ""
    return Fault(paper.path.name, place, f"{problem} dans {extract}{others}", mend, "conseil")
