"""Which documents a verdict asks for, and which of an older version have to leave. Decides, writes nothing."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from types import MappingProxyType

from pipeline.documents.kinds import EXTENSIONS, Kind
from pipeline.model import Document, Enclosure, Plan, Status, Verdict
from pipeline.signed.issued import Issued

_NOTHING: Mapping[str, Sequence[Document]] = MappingProxyType({})


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
    issued: Mapping[str, Issued] = MappingProxyType({}),
    added: Mapping[str, Sequence[Document]] = _NOTHING,
) -> list[Plan]:
    """Return the plan of each current row, in the order of ``verdicts``.

    ``made`` tells for each reference whether its verdict is the one that its documents were made from, and which
    paths were made; ``stands`` whether a path is still there; ``enclosed`` the kinds that the message of each status
    encloses; ``word_pdf`` and ``page_pdf`` whether the tools are there that make a PDF of a .docx and of a page. A
    document that stands and whose verdict has not changed is not made again, unless it is the message of one that is.
    Rows that are replaced or doubled have no documents of their own. What is made on demand is kept, whatever becomes
    of the dossier. ``issued`` are the agreements that people hold: as long as theirs is the version that counts, what
    is frozen of it stays as it is, and once only an amendment may change it, nothing of the dossier leaves and no letter
    announces it again. ``added``
    are the documents that this night makes besides, by reference.
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
            issued.get(verdict.entry.reference or ""),
            added.get(verdict.entry.reference or "", ()),
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
    issued: Issued | None,
    added: Sequence[Document],
) -> Plan:
    documents = list(added)
    now = {path for document in added for path in outputs_of(document)}
    held = _held(issued, verdict, kinds, stands)
    kept = [path for path in made if path.rpartition("/")[2].startswith(asked) and stands(path)]
    kept = [path for path in dict.fromkeys([*(held or ()), *kept]) if path not in now]
    wanted = {*kept, *now}
    enclosures: dict[str, Enclosure] = {}
    for kind in kinds:
        if held is not None and kind.frozen:
            base = _base(kind, verdict)
            if kind.pdf and not {f"{base}.pdf", f"{base}.docx"}.isdisjoint(kept):
                enclosures[kind.key] = Enclosure(f"{base}.pdf", kind.label, kind.label_en)
            continue
        if kind.make == "message" and issued is not None and issued.binding:
            continue  # what is signed is not announced again; an amendment has a message of its own
        document = _document(kind, verdict, cases, pdf=pdf[kind.make])
        if document is None:
            continue
        outdated = not same
        if kind.make == "message":
            carried = tuple(enclosures[key] for key in enclosed if key in enclosures)
            document = dataclasses.replace(document, enclosures=carried)
            outdated = outdated or any(made_now.kind in enclosed for made_now in documents[len(added) :])
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
    if issued is not None and issued.binding:
        kept += [path for path in made if path not in wanted and stands(path)]
        wanted.update(made)
    return Plan(verdict, tuple(documents), tuple(kept), tuple(sorted(path for path in made if path not in wanted)))


def _held(
    issued: Issued | None,
    verdict: Verdict,
    kinds: Sequence[Kind],
    stands: Callable[[str], bool],
) -> list[str] | None:
    """Return the paths of what people hold and no night touches; None when the dossier’s agreement is free.

    What stands is found by its name too: a run killed before it could tell what it made has made it all the same.
    """
    if issued is None or not (issued.binding or issued.version == verdict.entry.version):
        return None
    bases = [_base(kind, verdict) for kind in kinds if kind.frozen]
    return [path for base in bases for path in (f"{base}.docx", f"{base}.pdf") if stands(path)]


def _base(kind: Kind, verdict: Verdict) -> str:
    return f"{verdict.entry.folder}/{kind.name}_{verdict.entry.reference}"


def _document(kind: Kind, verdict: Verdict, cases: Mapping[str, bool], *, pdf: bool) -> Document | None:
    if verdict.status not in kind.statuses or (kind.conditions and not any(cases[c] for c in kind.conditions)):
        return None
    template = ""
    if kind.make == "word":
        if verdict.model is None or verdict.model not in kind.templates:
            return None
        template = kind.templates[verdict.model]
    path = f"{_base(kind, verdict)}{EXTENSIONS[kind.make]}"
    draft = verdict.status == "à vérifier" and kind.marked
    return Document(kind.key, path, template, pdf=pdf and kind.pdf, draft=draft)


def outputs_of(document: Document) -> tuple[str, ...]:
    """Return the paths that making ``document`` leaves in the outbox."""
    return (document.path, f"{_stem(document)}.pdf") if document.pdf else (document.path,)


def _stem(document: Document) -> str:
    return document.path.rpartition(".")[0]
