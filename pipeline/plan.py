"""Which documents a verdict asks for, and which of an older version have to leave. Decides, writes nothing."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from pipeline.documents.kinds import EXTENSIONS, Kind
from pipeline.model import Document, Enclosure, Plan, Status, Verdict


def plan_documents(
    verdicts: Iterable[Verdict],
    kinds: Sequence[Kind],
    cases: Callable[[Verdict], Mapping[str, bool]],
    made: Mapping[str, tuple[bool, Collection[str]]],
    stands: Callable[[str], bool],
    enclosed: Mapping[Status, Sequence[str]],
    *,
    word_pdf: bool,
    page_pdf: bool,
) -> list[Plan]:
    """Return the plan of each current row, in the order of ``verdicts``.

    ``made`` tells for each reference whether its verdict is the one that its documents were made from, and which
    paths were made; ``stands`` whether a path is still there; ``enclosed`` the kinds that the message of each status
    encloses; ``word_pdf`` and ``page_pdf`` whether the tools are there that make a PDF of a .docx and of a page. A
    document that stands and whose verdict has not changed is not made again, unless it is the message of one that is.
    Rows that are replaced or doubled have no documents of their own. What somebody’s own command has made is kept,
    whatever becomes of the dossier.
    """
    pdf: Mapping[str, bool] = {"word": word_pdf, "pieces": page_pdf, "message": False}
    nightly = [kind for kind in kinds if kind.nightly]
    ordered = sorted(nightly, key=lambda kind: kind.make == "message")  # after what they enclose
    return [
        _plan(
            verdict,
            ordered,
            cases(verdict),
            *made.get(verdict.entry.reference or "", (False, ())),
            stands,
            enclosed.get(verdict.status, ()),
            pdf,
            tuple(f"{kind.name}_" for kind in kinds if not kind.nightly),
        )
        for verdict in verdicts
        if verdict.entry.standing == "current" and verdict.entry.reference
    ]


def _plan(
    verdict: Verdict,
    kinds: Sequence[Kind],
    cases: Mapping[str, bool],
    same: bool,
    made: Collection[str],
    stands: Callable[[str], bool],
    enclosed: Sequence[str],
    pdf: Mapping[str, bool],
    asked: tuple[str, ...],
) -> Plan:
    documents: list[Document] = []
    kept = [path for path in made if path.rpartition("/")[2].startswith(asked) and stands(path)]
    wanted = set(kept)
    enclosures: dict[str, Enclosure] = {}
    for kind in kinds:
        document = _document(kind, verdict, cases, pdf=pdf[kind.make])
        if document is None:
            continue
        outdated = not same
        if kind.make == "message":
            carried = tuple(enclosures[key] for key in enclosed if key in enclosures)
            document = dataclasses.replace(document, enclosures=carried)
            outdated = outdated or any(made_now.kind in enclosed for made_now in documents)
        elif kind.pdf:
            enclosures[kind.key] = Enclosure(f"{_stem(document)}.pdf", kind.label, kind.label_en)
        outputs = outputs_of(document)
        wanted.update(outputs)
        if not outdated and all(path in made and stands(path) for path in outputs):
            kept += outputs
        else:
            documents.append(document)
        if same and not document.pdf and kind.pdf:
            # Without its tool this night, a PDF made before is still the right one.
            earlier = f"{_stem(document)}.pdf"
            if earlier in made and stands(earlier):
                kept.append(earlier)
                wanted.add(earlier)
    return Plan(verdict, tuple(documents), tuple(kept), tuple(sorted(path for path in made if path not in wanted)))


def _document(kind: Kind, verdict: Verdict, cases: Mapping[str, bool], *, pdf: bool) -> Document | None:
    if verdict.status not in kind.statuses or (kind.conditions and not any(cases[c] for c in kind.conditions)):
        return None
    template = ""
    if kind.make == "word":
        if verdict.model is None or verdict.model not in kind.templates:
            return None
        template = kind.templates[verdict.model]
    entry = verdict.entry
    path = f"{entry.folder}/{kind.name}_{entry.reference}{EXTENSIONS[kind.make]}"
    draft = verdict.status == "à vérifier" and kind.marked
    return Document(kind.key, path, template, pdf=pdf and kind.pdf, draft=draft)


def outputs_of(document: Document) -> tuple[str, ...]:
    """Return the paths that making ``document`` leaves in the outbox."""
    return (document.path, f"{_stem(document)}.pdf") if document.pdf else (document.path,)


def _stem(document: Document) -> str:
    return document.path.rpartition(".")[0]
