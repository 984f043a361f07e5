"""What a night does for dossiers whose agreement has been issued: amendments, certificates, and the hours that count.

Decides, writes nothing: :mod:`pipeline.plan` takes the documents in, :mod:`pipeline.produce` makes them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from pipeline.check.stipend_amounts import total
from pipeline.desk.model import Event
from pipeline.documents.amendable import Amendments, load_amendments
from pipeline.documents.kinds import EXTENSIONS, Kind
from pipeline.documents.values import Amendment
from pipeline.documents.values.tree import Tree
from pipeline.dossiers import Snapshot
from pipeline.model import Amended, Document, Enclosure, Entry, Verdict
from pipeline.outbox import Outbox
from pipeline.register import Register
from pipeline.register.values import PastVersion
from pipeline.setup import ROOT, Setup
from pipeline.signed.amending import (
    KIND,
    Case,
    capitalised,
    findings_that_hold,
    highest_number,
    make_case,
    needs_new_agreement,
    past_entry,
    too_late,
    wording,
)
from pipeline.signed.issued import AMENDMENT, AMENDMENT_DRAFT, CERTIFICATE, Issued

_FORM, _MAIL = "attestation", "message_attestation"
_POINTLESS = (
    "La fiche dit de nouveau ce que stipule la convention signée : l’avenant n°\u00a0{n}, s’il n’est pas signé, est"
    " sans objet."
)
_BLOCKED = "La fiche modifiée ne peut pas être reprise dans un avenant\u00a0: {advice}"
_NO_MODEL = "Le pays du stage n’est pas connu, ni donc le modèle de l’avenant."


@dataclass(frozen=True, slots=True)
class Pending:
    """A dossier whose current version is not the one in force, or whose last amendment is a draft."""

    issued: Issued
    case: Case
    reasons: Sequence[Tree]
    """What an amendment would say; [] when nothing agreed has changed."""
    barred: str
    """Why none is lawful, as far as the two versions tell; "" when it is."""
    amendments: Amendments


@dataclass(frozen=True, slots=True)
class Filling:
    """How one document is filled otherwise than from the dossier’s current version."""

    entry: Entry
    day: date
    """The day on which it is made, which a message bears."""
    amended: Amendment | None = None
    notice: str = ""
    """Entry of ``notices.yaml``, for a message."""


@dataclass(frozen=True, slots=True)
class Later:
    """What is to be made after the signature: for the plan, for the production, and for the register."""

    amended: tuple[Amended, ...] = ()
    documents: Mapping[str, tuple[Document, ...]] = field(default_factory=dict)
    """By reference."""
    fillings: Mapping[str, Filling] = field(default_factory=dict)
    """Path of a document → how it is filled."""
    events: tuple[Event, ...] = ()
    """What the register learns before anything is written: a run killed meanwhile is finished under the same numbers."""

    def settled(self, stands: Callable[[str], bool]) -> tuple[Amended, ...]:
        """Return what became of each change, with the paths that stand."""
        return tuple(dataclasses.replace(one, paths=tuple(filter(stands, one.paths))) for one in self.amended)


@dataclass(frozen=True, slots=True)
class Desk:
    """What the decisions of this module need of the night."""

    setup: Setup
    register: Register
    known: Snapshot
    outbox: Outbox
    day: date
    word_pdf: bool = False
    """The tool is there that makes a PDF of a .docx."""


@dataclass(slots=True)
class _Share:
    """What one dossier contributes to :class:`Later`."""

    amended: Amended | None = None
    made: list[tuple[Document, Filling]] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)


def _outputs(document: Document) -> tuple[str, ...]:
    return (document.path, f"{document.path.rpartition('.')[0]}.pdf") if document.pdf else (document.path,)


# ── amendments ────────────────────────────────────────────────────────────────────────────────────


def pendings(issued: Mapping[str, Issued], entries: Iterable[Entry], desk: Desk) -> Mapping[str, Pending]:
    """Return, by reference, the dossiers of this run whose current version is not settled by what has been signed."""
    found: dict[str, Pending] = {}
    amendments: Amendments | None = None
    for entry in entries:
        one = issued.get(entry.reference or "")
        if one is None or entry.standing != "current" or not _open(one, entry, desk):
            continue
        base = past_version(desk, one.reference, one.base)
        if base is None:
            continue  # recorded before the register kept values: nothing can be compared
        case = _case(one, base, entry, desk)
        amendments = amendments or _amendments(case, desk.setup)
        reasons = case.reasons(amendments)
        barred = needs_new_agreement(case, amendments) or (too_late(case, desk.day) if reasons else "")
        found[one.reference] = Pending(one, case, reasons, barred, amendments)
    return found


def _open(one: Issued, entry: Entry, desk: Desk) -> bool:
    if not one.binding or one.abandoned or entry.version == one.base:
        return False
    return entry.version != one.in_force or (one.pending is not None and (one.draft or not _stands(one, entry, desk)))


def _stands(one: Issued, entry: Entry, desk: Desk) -> bool:
    """Tell whether the last amendment has been made whole; of a night that was cut, its message may be missing."""
    if one.reference in desk.register.told_unfinished(AMENDMENT):
        return False
    paths = _standing(one, entry, desk).paths
    return all(desk.outbox.holds(path) for path in paths if desk.word_pdf or not path.endswith(".pdf"))


def _case(one: Issued, base: PastVersion, entry: Entry, desk: Desk) -> Case:
    before = past_entry(base, one.reference, desk.day, desk.setup, desk.register, desk.known)
    after = dataclasses.replace(entry, first_judged=desk.day)
    number = one.next_number
    if one.pending is None:  # never one that somebody has used already
        number = max(number, highest_number(one.reference, (), entry.folder, desk.outbox) + 1)
    return make_case(base, before, after, number, desk.setup, desk.known)


def past_version(desk: Desk, reference: str, number: int) -> PastVersion | None:
    """Return one version of a dossier; None when the register has not kept its values."""
    versions = desk.register.versions(reference)
    return next((version for version in versions if version.number == number), None)


def _amendments(case: Case, setup: Setup) -> Amendments:
    return load_amendments(ROOT / "schemas", setup.tables.fields, case.after.values, setup.judge.catalogue.keys())


def decide(
    found: Mapping[str, Pending], issued: Mapping[str, Issued], verdicts: Iterable[Verdict], desk: Desk
) -> Later:
    """Return what this night makes for the issued dossiers, and what became of each change."""
    shares: dict[str, _Share] = {}
    for verdict in verdicts:
        one = issued.get(verdict.entry.reference or "")
        if one is not None and verdict.entry.standing == "current":
            pending = found.get(one.reference)
            share = _amendment_share(one, pending, verdict, desk)
            _add_certificate(share, one, pending, verdict, desk)
            shares[one.reference] = share
    return Later(
        amended=tuple(share.amended for share in shares.values() if share.amended is not None),
        documents={ref: tuple(d for d, _ in share.made) for ref, share in shares.items() if share.made},
        fillings={document.path: filling for share in shares.values() for document, filling in share.made},
        events=tuple(event for share in shares.values() for event in share.events),
    )


def _amendment_share(one: Issued, pending: Pending | None, verdict: Verdict, desk: Desk) -> _Share:
    if pending is None:
        return _Share(_standing(one, verdict.entry, desk)) if one.amendments else _Share()
    if pending.barred:
        return _Share(Amended(one.reference, None, reason=capitalised(pending.barred)))
    if not pending.reasons:
        reason = _POINTLESS.format(n=one.pending.number) if one.pending else ""
        return _Share(Amended(one.reference, None, reason=reason)) if reason else _Share()
    blocking, draft = findings_that_hold(verdict.findings, pending.amendments)
    if blocking:
        said = " ".join(f"{finding.message} {finding.fix}".strip() for finding in blocking)
        return _Share(Amended(one.reference, None, reason=_BLOCKED.format(advice=said)))
    made = verdict.entry.version == one.in_force and _stands(one, verdict.entry, desk)
    if made and draft and one.draft:
        return _Share(_standing(one, verdict.entry, desk))
    kind = _kind(desk.setup, KIND)
    if verdict.model is None or verdict.model not in kind.templates:
        return _Share(Amended(one.reference, None, reason=_NO_MODEL))
    return _new(pending, verdict, kind, kind.templates[verdict.model], desk, draft=draft)


def _new(pending: Pending, verdict: Verdict, kind: Kind, template: str, desk: Desk, *, draft: bool) -> _Share:
    """Return the amendment to be made and, unless it is a draft, the message that takes it to the student."""
    entry, case, reference = verdict.entry, pending.case, pending.issued.reference
    told = wording(case, pending.reasons)
    filling = Filling(dataclasses.replace(entry, first_judged=desk.day), desk.day, told)
    stem = f"{entry.folder}/{kind.name}_{case.number}_{reference}"
    amendment = Document(KIND, f"{stem}.docx", template, pdf=desk.word_pdf and kind.pdf, draft=draft)
    made = [(amendment, filling)]
    if not draft:
        mail = _message("message_avenant", f"{entry.folder}/{{}}_{case.number}_{reference}.eml", amendment, desk)
        made.append((mail, dataclasses.replace(filling, notice=KIND)))
    moment = datetime.combine(desk.day, datetime.min.time())
    events = [Event(reference, AMENDMENT, case.number, moment, version=entry.version)]
    if draft or pending.issued.draft:
        events.append(Event(reference, AMENDMENT_DRAFT, draft or None, moment, version=entry.version))
    return _Share(Amended(reference, case.number, (f"{stem}.docx", f"{stem}.pdf"), fresh=True), made, events)


def _standing(one: Issued, entry: Entry, desk: Desk) -> Amended:
    """Return the last amendment as an earlier run, or the command, has made it."""
    number, name = one.amendments[-1].number, _kind(desk.setup, KIND).name
    stem = f"{entry.folder}/{name}_{number}_{one.reference}"
    return Amended(one.reference, number, (f"{stem}.docx", f"{stem}.pdf"))


def _kind(setup: Setup, key: str) -> Kind:
    return next(kind for kind in setup.kinds if kind.key == key)


def _message(key: str, path: str, enclosed: Document, desk: Desk) -> Document:
    """Return the message at ``path`` ({} is the kind’s name) that carries ``enclosed``, as a PDF where one is made."""
    kind = _kind(desk.setup, key)
    carried = Enclosure(_outputs(enclosed)[-1], kind.title, kind.title)
    return Document(key, path.format(kind.name), "", enclosures=(carried,))


# ── the certificate ───────────────────────────────────────────────────────────────────────────────


def _add_certificate(share: _Share, one: Issued, pending: Pending | None, verdict: Verdict, desk: Desk) -> None:
    """Add the certificate form and its message when the end of the internship is near and what was paid is known."""
    if not one.signed or one.abandoned or one.certificate_back:
        return
    entry = _effective(share, one, pending, verdict.entry, desk)
    if entry is None:
        return
    sent = desk.outbox.path(f"{entry.folder}/{_kind(desk.setup, _MAIL).name}_{one.reference}.eml")
    cut = one.reference in desk.register.told_unfinished(CERTIFICATE)
    if one.certified == entry.version and sent.is_file() and not cut:
        return
    facts = desk.setup.judge.facts(entry)
    kind = _kind(desk.setup, _FORM)
    near = facts.end is not None and facts.end - timedelta(days=desk.setup.settings.certificate_days) <= desk.day
    known = facts.paid is False or (facts.paid and total(facts) is not None)
    if not near or not known or facts.model is None or facts.model not in kind.templates:
        return
    path = f"{entry.folder}/{kind.name}_{one.reference}{EXTENSIONS[kind.make]}"
    form = Document(_FORM, path, kind.templates[facts.model], pdf=desk.word_pdf and kind.pdf)
    mail = _message(_MAIL, f"{entry.folder}/{{}}_{one.reference}.eml", form, desk)
    share.made += [(form, Filling(entry, desk.day)), (mail, Filling(entry, desk.day, notice=_FORM))]
    moment = datetime.combine(desk.day, datetime.min.time())
    share.events.append(Event(one.reference, CERTIFICATE, entry.version, moment, version=entry.version))


def _effective(share: _Share, one: Issued, pending: Pending | None, entry: Entry, desk: Desk) -> Entry | None:
    """Return the version that was carried out: the last one amended, this night’s included; None when it is not kept."""
    amended = share.amended is not None and share.amended.fresh
    if entry.version == one.in_force or amended or (pending is not None and not pending.reasons):
        return entry
    version = past_version(desk, one.reference, one.in_force)
    if version is None:
        return None
    return past_entry(version, one.reference, version.first_day, desk.setup, desk.register, desk.known)
