"""The command « amend »: one amendment, checked, written, converted, recorded."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from pathlib import Path

from pipeline.codec import unpack_findings
from pipeline.desk.model import Event
from pipeline.documents import office
from pipeline.documents.amendable import Amendments, load_amendments
from pipeline.documents.amendment import ends_early
from pipeline.documents.values import Amendment, template_values
from pipeline.errors import ConventionsError
from pipeline.language import long_date
from pipeline.lock import hold
from pipeline.normalise import masked_remark
from pipeline.outbox import Outbox
from pipeline.register import Register, open_register
from pipeline.register.faults import said_plainly
from pipeline.register.opening import options_of
from pipeline.register.values import PastVersion
from pipeline.setup import ROOT, Setup, load_setup
from pipeline.signed.amending import (
    KIND,
    SIGNABLE,
    Case,
    advice,
    findings_that_hold,
    highest_number,
    make_case,
    needs_new_agreement,
    past_entry,
    too_late,
    wording,
)
from pipeline.signed.issued import AMENDMENT, AMENDMENT_DRAFT, issued_dossiers
from pipeline.workshops import workshop


class AmendmentRefusedError(ConventionsError):
    """An amendment that cannot be: nothing has changed, or a new agreement is needed."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class Request:
    """What the manager asks for."""

    reference: str
    since: int | None
    """The version whose agreement was signed; None: the one that the register knows to be signed, if it does."""
    outbox: Path
    config: Path
    day: date
    why: str = ""
    ended_by: str = ""
    """Key of ``initiatives`` of amendments.yaml; "" when not told."""
    pdf: bool = True
    again: bool = False
    """Make the last amendment anew, under its number: it has not been signed."""


@dataclass(frozen=True, slots=True)
class Done:
    """What was made."""

    number: int
    paths: tuple[str, ...]
    """Under the outbox."""
    articles: str
    """What it changes in the agreement, in French."""
    notices: tuple[str, ...]
    """French lines on what is missing on this machine."""
    whole: bool = True
    """False when the PDF was wanted and could not be made."""


_TOO_PERSONAL = (
    "La raison donnée contient une information personnelle que l’avenant n’a pas à dire (santé, famille, convictions…) :"
    " dites seulement ce qui change, sans le motif, par exemple « à la demande de la ou du stagiaire »."
)


def amend(request: Request, root: Path = ROOT) -> Done:
    """Write the amendment that leads from the signed version to the current one; the agreement stays as it is.

    Raises AmendmentRefusedError (status 2) saying why there can be none, LockedError (status 3) when a run is at work.
    """
    setup = load_setup(request.config, root)
    if masked_remark(request.why, setup.tables) != request.why:
        raise AmendmentRefusedError(_TOO_PERSONAL)
    path = setup.settings.register_of(request.outbox)
    if not path.is_file():
        raise AmendmentRefusedError(f"Aucun registre en {path} : lancez d’abord conventions generate.")
    outbox = Outbox(request.outbox, setup.settings.group)
    options = options_of(request.outbox, request.config)
    with (
        hold(request.outbox, setup.settings.group),
        said_plainly(path),
        closing(open_register(path, group=setup.settings.group, options=options)) as register,
    ):
        versions = _versions(request, register)
        case = _case(request, versions, setup, register, outbox)
        amendments = load_amendments(
            root / "schemas", setup.tables.fields, case.after.values, setup.judge.catalogue.keys()
        )
        told = _told(request, case, versions[-1], amendments)
        draft = _allowed(case, versions[-1], amendments, request.day)
        done = _make(request, setup, outbox, case, told, draft=draft)
        register.add_documents(request.reference, done.paths)
        moment = datetime.combine(request.day, time())
        told_now = {AMENDMENT: done.number, AMENDMENT_DRAFT: draft or None}
        register.tell(
            Event(request.reference, what, value, moment, version=versions[-1].number)
            for what, value in told_now.items()
        )
    return replace(done, notices=(*_doubts(case.base), *done.notices))


# ── the two versions ──────────────────────────────────────────────────────────────────────────────


def _versions(request: Request, register: Register) -> list[PastVersion]:
    versions = register.versions(request.reference)
    if not versions:
        raise AmendmentRefusedError(
            f"Le dossier {request.reference} n’est pas dans le registre : vérifiez sa référence."
        )
    return versions


def _case(request: Request, versions: Sequence[PastVersion], setup: Setup, register: Register, outbox: Outbox) -> Case:
    reference, current = request.reference, versions[-1]
    told = {reference: register.events(reference)}
    issued = issued_dossiers(told, from_sending=setup.settings.amended_from_sending).get(reference)
    since = request.since
    if since is None and issued is not None:
        if issued.pending is not None and not request.again:
            raise AmendmentRefusedError(
                f"{reference} : l’avenant n°\u00a0{issued.pending.number} n’est pas signé, d’après le suivi. Pour le refaire,"
                " ajoutez --again ; s’il est signé, indiquez-le dans suivi.xlsx, ou dites avec --since de quelle version"
                " part le suivant."
            )
        since = issued.base
    signed = _signed(request, versions, since)
    if signed is current:
        raise AmendmentRefusedError(
            f"La version {since} de {reference} est la dernière : rien n’a changé depuis. Déposez"
            " d’abord la fiche modifiée et lancez conventions generate."
        )
    paths = [path for version in versions for path in version.documents]
    made = highest_number(reference, paths, current.folder, outbox)
    if request.again and not made:
        raise AmendmentRefusedError(f"{reference} n’a pas encore d’avenant : lancez la commande sans --again.")
    number = made if request.again else made + 1
    known = register.snapshot()
    before, after = (past_entry(v, reference, request.day, setup, register, known) for v in (signed, current))
    return make_case(signed, before, after, number, setup, known)


def _signed(request: Request, versions: Sequence[PastVersion], since: int | None) -> PastVersion:
    """Return the version whose agreement was signed, or that the amendment before this one brought."""
    if since is None:
        known = ", ".join(f"{v.number} ({long_date(v.first_day, 'fr')})" for v in versions)
        raise AmendmentRefusedError(
            f"{request.reference} : dites avec --since la version dont la convention est signée ; elle est écrite sous"
            f" le titre de la convention. Dans le registre : {known}."
        )
    signed = next((version for version in versions if version.number == since), None)
    if signed is None:
        known = ", ".join(str(version.number) for version in versions)
        raise AmendmentRefusedError(
            f"{request.reference} n’a pas de version {since} (dans le registre : {known}) : donnez avec --since"
            " celle dont la convention est signée."
        )
    return signed


def _doubts(signed: PastVersion) -> tuple[str, ...]:
    """Return a line when the version said to be signed had no agreement, as far as the register tells."""
    if signed.status in SIGNABLE or any("/convention_" in path for path in signed.documents):
        return ()
    number, status = signed.number, signed.status
    return (f"La version {number} était « {status} », sans convention : vérifiez que c’est bien elle qui est signée.",)


# ── may it be ─────────────────────────────────────────────────────────────────────────────────────


def _told(request: Request, case: Case, current: PastVersion, amendments: Amendments) -> Amendment:
    """Return what the amendment says. Raises AmendmentRefusedError when it would say nothing, or too much."""
    forbidden = needs_new_agreement(case, amendments)
    if forbidden:
        raise AmendmentRefusedError(f"{request.reference} : {forbidden}")
    reasons = case.reasons(amendments)
    if not reasons:
        raise AmendmentRefusedError(
            f"{request.reference} : rien de ce que la convention stipule n’a changé entre les versions"
            f" {case.base.number} et {current.number} ; il n’y a pas d’avenant à faire."
        )
    if request.ended_by and not ends_early(case.before.facts, case.after.facts):
        raise AmendmentRefusedError("--ended-by ne vaut que si le stage prend fin avant la date de la convention.")
    if request.ended_by and request.ended_by not in amendments.initiatives:
        raise AmendmentRefusedError(f"--ended-by : donnez {', '.join(amendments.initiatives)}.")
    initiative = amendments.initiatives[request.ended_by] if request.ended_by else None
    return wording(case, reasons, request.why, initiative)


def _allowed(case: Case, current: PastVersion, amendments: Amendments, day: date) -> bool:
    """Tell whether the amendment is only a draft. Raises AmendmentRefusedError when it comes too late or is blocked."""
    late = too_late(case, day)
    if late:
        raise AmendmentRefusedError(f"{case.entry.reference} : {late}")
    findings = unpack_findings(current.findings, case.entry.deposit.form)
    blocking, draft = findings_that_hold(findings, amendments)
    if blocking:
        lines = "".join(f"\n– {advice(finding)}" for finding in blocking)
        raise AmendmentRefusedError(
            f"La version {current.number} de {case.entry.reference} ne peut pas être signée :{lines}"
        )
    return draft


# ── making ────────────────────────────────────────────────────────────────────────────────────────


def _make(request: Request, setup: Setup, outbox: Outbox, case: Case, told: Amendment, *, draft: bool) -> Done:
    """Write the .docx and its PDF into the dossier’s folder."""
    facts = case.after.facts
    kind = next(kind for kind in setup.kinds if kind.key == KIND)
    if facts.model is None or facts.model not in kind.templates:
        raise AmendmentRefusedError(f"{request.reference} : le pays du stage n’est pas connu, ni donc le modèle.")
    values = template_values(facts, setup.translations, draft=draft, amended=told)
    name = f"{case.entry.folder}/{kind.name}_{told.number}_{request.reference}"
    outbox.remove(f"{name}.pdf")  # of the same number, made before
    outbox.write(f"{name}.docx", setup.templates[kind.templates[facts.model]].render(values))
    articles = str(values["avenant"]["articles"])
    if not (request.pdf and setup.settings.pdf and kind.pdf):
        return Done(told.number, (f"{name}.docx",), articles, ())
    program = office.find_program()
    if program is None:
        notice = "LibreOffice est absent : l’avenant est fait en .docx, sans PDF."
        return Done(told.number, (f"{name}.docx",), articles, (notice,))
    tool = office.Office(program, setup.settings.batch_timeout, setup.settings.document_timeout)
    with workshop() as folder:
        job = office.Job(outbox.path(f"{name}.docx"), folder / "avenant.pdf")
        if office.convert(tool, [job], folder, 1):
            notice = "LibreOffice n’a pas pu faire le PDF de l’avenant ; le .docx est fait."
            return Done(told.number, (f"{name}.docx",), articles, (notice,), whole=False)
        outbox.take(job.pdf, f"{name}.pdf")
    return Done(told.number, (f"{name}.docx", f"{name}.pdf"), articles, ())
