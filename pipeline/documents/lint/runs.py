"""Tags that Word cut into several runs: docxtpl joins the ordinary ones, these it cannot."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.documents.lint.faults import quoted
from pipeline.documents.lint.paper import Element, W
from pipeline.documents.lint.tags import Tag


def lint_runs(tag: Tag) -> Iterator[tuple[str, str]]:
    """Yield why a tag cut into several runs cannot be put together again (docxtpl joins the ordinary ones)."""
    nodes = [
        node
        for start, node in tag.paragraph.texts
        if start < tag.end and start + len(node.text or "") > tag.start and node.text
    ]
    if len({node.getparent() for node in nodes}) < 2:
        return
    if len({node.getparent().getparent() for node in nodes}) > 1:
        yield (
            f"la balise {quoted(tag.text)} est coupée par un lien ou un champ de Word",
            "Effacez-la et retapez-la d’une traite (clic droit › Supprimer le lien hypertexte s’il y en a un).",
        )
        return
    for name in _lost_bookmarks(nodes):
        yield (
            f"le signet {name} commence ou finit au milieu de la balise {quoted(tag.text)}",
            "Retapez la balise, puis reposez le signet autour de la phrase entière (Insertion › Signet).",
        )


def _lost_bookmarks(nodes: list[Element]) -> Iterator[str]:
    """Yield the bookmarks that begin between the runs of a tag and do not end there."""
    first, last = nodes[0].getparent(), nodes[-1].getparent()
    between: list[Element] = []
    for element in first.itersiblings():
        if element is last:
            break
        between.append(element)
    ends = {e.get(f"{W}id") for e in between if e.tag == f"{W}bookmarkEnd"}
    starts = [e for e in between if e.tag == f"{W}bookmarkStart"]
    for element in starts:
        name = str(element.get(f"{W}name"))
        if element.get(f"{W}id") not in ends or name.startswith("mention_"):
            yield name
    inner = {e.get(f"{W}id") for e in starts}
    holder = first.getparent()
    for number in sorted(ends - inner):
        for start in holder.iter(f"{W}bookmarkStart"):
            if start.get(f"{W}id") == number:
                yield str(start.get(f"{W}name"))
