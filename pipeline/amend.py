"""One amendment: what two versions of a dossier say differently, checked, written, converted, recorded."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from pipeline.check.judge import status_of
from pipeline.codec import unpack_findings
from pipeline.completion import complete
from pipeline.documents import office
from pipeline.documents.amendable import Amendments, load_amendments
from pipeline.documents.amendment import Side, changes, ends_early, forbidden_changes
from pipeline.documents.values import Amendment, template_values
from pipeline.dossiers import Snapshot, identity
from pipeline.errors import ConventionsError
from pipeline.language import long_date
from pipeline.lock import hold
from pipeline.model import Entry, Finding
from pipeline.outbox import Outbox, workshop
from pipeline.register import Register, open_register
from pipeline.register.store import PastVersion
from pipeline.setup import ROOT, Setup, load_setup

KIND = "avenant"
_CUMULATED = "gratification_due"
"""The case that hours with the same host under other agreements decide, too."""
_SIGNABLE = ("prêt", "à vérifier")
"""The statuses that have an agreement."""


class AmendmentRefusedError(ConventionsError):
    """An amendment that cannot be: nothing has changed, or a new agreement is needed."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class Request:
    """What the manager asks for."""

    reference: str
    since: int | None
    """The version whose agreement was signed; None when the manager did not tell."""
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


@dataclass(frozen=True, slots=True)
class _Case:
    """A dossier's two versions, and what the register says of it."""

    signed: PastVersion
    current: PastVersion
    before: Side
    after: Side
    entry: Entry
    """The current version, its date that of the amendment."""
    number: int
    untold: frozenset[str]


def amend(request: Request, root: Path = ROOT) -> Done:
    """Write the amendment that leads from the signed version to the current one; the agreement stays as it is.

    Raises AmendmentRefusedError (status 2) saying why there can be none, LockedError (status 3) when a run is at work.
    """
    setup = load_setup(request.config, root)
    path = setup.settings.register_of(request.outbox)
    if not path.is_file():
        raise AmendmentRefusedError(f"Aucun registre en {path} : lancez d’abord conventions generate.")
    outbox = Outbox(request.outbox, setup.settings.group)
    with hold(request.outbox), closing(open_register(path)) as register:
        case = _case(request, setup, register, outbox)
        amendments = load_amendments(
            root / "schemas", setup.tables.fields, case.after.values, setup.judge.catalogue.keys()
        )
        told = _told(request, case, amendments)
        draft = _allowed(case, amendments, told, request.day)
        done = _make(request, setup, outbox, case, told, draft=draft)
        register.add_documents(request.reference, done.paths)
    return replace(done, notices=(*_doubts(case), *done.notices))


# ── the two versions ──────────────────────────────────────────────────────────────────────────────


def _case(request: Request, setup: Setup, register: Register, outbox: Outbox) -> _Case:
    versions = register.versions(request.reference)
    if not versions:
        raise AmendmentRefusedError(
            f"Le dossier {request.reference} n’est pas dans le registre : vérifiez sa référence."
        )
    current = versions[-1]
    by_number = {version.number: version for version in versions}
    if request.since is None:
        known = ", ".join(f"{v.number} ({long_date(v.first_day, 'fr')})" for v in versions)
        raise AmendmentRefusedError(
            f"{request.reference} : dites avec --since la version dont la convention est signée ; elle est écrite sous"
            f" le titre de la convention. Dans le registre : {known}."
        )
    signed = by_number.get(request.since)
    if signed is None:
        known = ", ".join(str(number) for number in by_number)
        raise AmendmentRefusedError(
            f"{request.reference} n’a pas de version {request.since} (dans le registre : {known}) : donnez avec --since"
            " celle dont la convention est signée."
        )
    if signed is current:
        raise AmendmentRefusedError(
            f"La version {request.since} de {request.reference} est la dernière : rien n’a changé depuis. Déposez"
            " d’abord la fiche modifiée et lancez conventions generate."
        )
    known_rows = register.snapshot()
    entries = [_entry(version, request, setup, register, known_rows) for version in (signed, current)]
    sides = []
    for entry in entries:
        facts = setup.judge.facts(entry)
        sides.append(Side(facts, template_values(facts, setup.translations)))
    untold = frozenset({_CUMULATED}) if _has_sisters(entries[1], known_rows) else frozenset[str]()
    made = _amendments_made(request.reference, versions, outbox)
    if request.again and not made:
        raise AmendmentRefusedError(f"{request.reference} n’a pas encore d’avenant : lancez la commande sans --again.")
    number = made if request.again else made + 1
    return _Case(signed, current, sides[0], sides[1], entries[1], number, untold)


def _entry(version: PastVersion, request: Request, setup: Setup, register: Register, known: Snapshot) -> Entry:
    """Return a version as the night had it, with what its source does not ask; both bear the amendment’s date."""
    entry = Entry(version.deposit, request.reference, "current", None, request.day, version.number, version.folder)
    if not version.deposit.form.layout.columns:
        return entry  # the file is gone: whatever is not there counts as removed, which shows
    (whole,) = complete([entry], setup.required, known, register.deposits, setup.settings.academic_year, request.day)
    return whole


def _has_sisters(entry: Entry, known: Snapshot) -> bool:
    """Tell whether the student has another agreement with the same host."""
    who = identity(entry.deposit)
    own = {key.rpartition("|")[0] for key in (who.siren, who.host) if key}
    return any(key.rpartition("|")[0] in own and name != entry.reference for key, name in known.keys.items())


def _doubts(case: _Case) -> tuple[str, ...]:
    """Return a line when the version said to be signed had no agreement, as far as the register tells."""
    if case.signed.status in _SIGNABLE or any("/convention_" in path for path in case.signed.documents):
        return ()
    number, status = case.signed.number, case.signed.status
    return (f"La version {number} était « {status} », sans convention : vérifiez que c’est bien elle qui est signée.",)


def _amendments_made(reference: str, versions: Sequence[PastVersion], outbox: Outbox) -> int:
    """Return the highest number given: in the register, or in the folder if somebody has put one there."""
    folder = outbox.path(versions[-1].folder)
    names = {path.rpartition("/")[2] for version in versions for path in version.documents}
    names |= {path.name for path in folder.glob(f"{KIND}_*")} if folder.is_dir() else set()
    found = (re.fullmatch(rf"{KIND}_(\d+)_{re.escape(reference)}\.\w+", name) for name in names)
    return max((int(match[1]) for match in found if match), default=0)


# ── may it be ─────────────────────────────────────────────────────────────────────────────────────


def _told(request: Request, case: _Case, amendments: Amendments) -> Amendment:
    """Return what the amendment says. Raises AmendmentRefusedError when it would say nothing, or too much."""
    forbidden = forbidden_changes(amendments, case.before, case.after)
    if forbidden:
        raise AmendmentRefusedError(
            f"{request.reference} : {' ; '.join(forbidden)}. Un avenant ne le permet pas : il faut une nouvelle"
            " convention, signée par toutes les parties (SIG-05)."
        )
    reasons = changes(amendments, case.before, case.after, case.untold)
    if not reasons:
        raise AmendmentRefusedError(
            f"{request.reference} : rien de ce que la convention stipule n’a changé entre les versions"
            f" {case.signed.number} et {case.current.number} ; il n’y a pas d’avenant à faire."
        )
    early = ends_early(case.before.facts, case.after.facts)
    if request.ended_by and not early:
        raise AmendmentRefusedError("--ended-by ne vaut que si le stage prend fin avant la date de la convention.")
    if request.ended_by and request.ended_by not in amendments.initiatives:
        raise AmendmentRefusedError(f"--ended-by : donnez {', '.join(amendments.initiatives)}.")
    return Amendment(
        number=case.number,
        signed_version=case.signed.number,
        signed_day=case.signed.first_day,
        reasons=reasons,
        why=" ".join(request.why.split()),
        early_end=case.after.facts.end if early else None,
        initiative=amendments.initiatives[request.ended_by] if request.ended_by else None,
    )


def _allowed(case: _Case, amendments: Amendments, told: Amendment, day: date) -> bool:
    """Tell whether the amendment is only a draft. Raises AmendmentRefusedError when it comes too late or is blocked."""
    late = _too_late(case, told, day)
    if late:
        raise AmendmentRefusedError(f"{case.entry.reference} : {late}")
    findings = unpack_findings(case.current.findings, case.entry.deposit.form)
    held = [f for f in findings if f.jalon == "édition" and f.rule not in amendments.pointless]
    status = status_of(held)
    if status not in _SIGNABLE:
        blocking = [f for f in held if f.severity == "bloquant"]
        lines = "".join(f"\n– {_advice(finding)}" for finding in blocking)
        raise AmendmentRefusedError(
            f"La version {case.current.number} de {case.entry.reference} ne peut pas être signée :{lines}"
        )
    return status == "à vérifier"


def _advice(finding: Finding) -> str:
    return f"{finding.message} {finding.fix} ({finding.rule})".replace("  ", " ")


def _too_late(case: _Case, told: Amendment, day: date) -> str:
    """Return why the change would be retroactive, in French; "" when it would not."""
    before, after = case.before.facts, case.after.facts
    if before.end is not None and before.end < day:
        return (
            f"le stage a pris fin le {long_date(before.end, 'fr')} ; un avenant se signe avant que la modification"
            " ne s’applique."
        )
    if told.early_end is not None and told.early_end < day:
        return (
            f"la nouvelle fin, le {long_date(told.early_end, 'fr')}, est passée ; un avenant n’a pas d’effet"
            " rétroactif. Gardez au dossier l’écrit que prévoit l’article 9.2 de la convention : il suffit."
        )
    starts = [start for start in (before.start, after.start) if start is not None]
    if before.start != after.start and starts and min(starts) <= day:
        return f"le début du stage, le {long_date(min(starts), 'fr')}, est passé ; il ne peut plus être changé."
    return ""


# ── making ────────────────────────────────────────────────────────────────────────────────────────


def _make(request: Request, setup: Setup, outbox: Outbox, case: _Case, told: Amendment, *, draft: bool) -> Done:
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
