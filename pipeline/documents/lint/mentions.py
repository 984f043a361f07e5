"""The fifteen mentions that article D124-4 of the Code de l’éducation demands of an agreement."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pipeline.documents.lint.faults import Fault, quoted
from pipeline.documents.lint.paper import Element, Paper, Paragraph, W
from pipeline.documents.lint.tags import tags_of

MENTIONS: Mapping[int, str] = {
    1: "l’intitulé complet de la formation et son volume horaire",
    2: "les noms de l’enseignante ou enseignant référent et de la tutrice ou du tuteur",
    3: "les compétences à acquérir ou à développer",
    4: "les activités confiées",
    5: "les dates de début et de fin et la durée totale du stage",
    6: "la durée hebdomadaire de présence, la nuit, le dimanche et les jours fériés",
    7: "l’encadrement et le suivi par la ou le référent et par la tutrice ou le tuteur",
    8: "le montant de la gratification et les modalités de son versement",
    9: "la protection sociale, les accidents du travail et l’assurance de responsabilité civile",
    10: "les congés et les autorisations d’absence",
    11: "la suspension et la résiliation",
    12: "la validation du stage en cas d’interruption",
    13: "les avantages offerts : restauration, transport, activités sociales et culturelles",
    14: "les clauses du règlement intérieur applicables",
    15: "la délivrance de l’attestation de stage",
}
"""What each bookmark ``mention_01`` … ``mention_15`` has to surround, in words."""


def carried(paper: Paper) -> dict[int, Paragraph]:
    """Return the first paragraph in which each mention stands with some text around its bookmark."""
    found: dict[int, Paragraph] = {}
    for paragraph in paper.paragraphs:
        if "word/document" not in paragraph.part or paragraph.element.find(f".//{W}bookmarkStart") is None:
            continue
        if any(tag.scope for tag in tags_of(paragraph)):
            continue  # the paragraph of a statement vanishes, and its bookmarks with it
        for name in _filled(paragraph):
            number = name[8:10]
            if name.startswith("mention_") and number.isdigit():
                found.setdefault(int(number), paragraph)
    return found


def _filled(paragraph: Paragraph) -> Iterator[str]:
    """Yield the bookmarks of ``paragraph`` that hold text, or that end in another paragraph."""
    open_names: dict[str, str] = {}
    for element in paragraph.element.iter():
        if element.tag == f"{W}bookmarkStart":
            open_names[str(element.get(f"{W}id"))] = str(element.get(f"{W}name"))
        elif element.tag == f"{W}bookmarkEnd":
            open_names.pop(str(element.get(f"{W}id")), None)
        elif _has_words(element):
            yield from open_names.values()
            open_names = {}
    yield from open_names.values()


def _has_words(element: Element) -> bool:
    return bool(element.tag == f"{W}t" and (element.text or "").strip())


def lint_mentions(paper: Paper, shipped: Paper | None) -> Iterator[Fault]:
    """Yield the mentions that an agreement does not carry, and where they stood in the ``shipped`` model."""
    present = carried(paper)
    missing = [number for number in MENTIONS if number not in present]
    before = carried(shipped) if missing and shipped is not None else {}
    for number in missing:
        mark = f"mention_{number:02d}"
        stood = before.get(number)
        where = f" Dans le modèle fourni, elle est {_where(stood)}." if stood else ""
        yield Fault(
            paper.path.name,
            "",
            f"la mention {number} de l’article D124-4 ({MENTIONS[number]}) manque : aucun texte ne porte le signet {mark}",
            f"Rétablissez le passage, puis posez le signet {mark} sur lui (Insertion › Signet).{where}",
        )


def _where(paragraph: Paragraph) -> str:
    under = f"sous {quoted(paragraph.heading)}, " if paragraph.heading not in ("", paragraph.shown) else ""
    return f"{under}{paragraph.cell + ', ' if paragraph.cell else ''}dans {quoted(paragraph.text)}"
