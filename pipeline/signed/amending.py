"""What leads from the version in force to the current one: what an amendment would say, and why it may not be."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from pipeline.check.judge import status_of
from pipeline.completion import complete
from pipeline.documents.amendable import Amendments
from pipeline.documents.amendment import Side, changes, ends_early, forbidden_changes
from pipeline.documents.values import Amendment, template_values
from pipeline.documents.values.tree import Tree
from pipeline.dossiers import Snapshot, identity
from pipeline.language import Language, long_date
from pipeline.model import Entry, Finding
from pipeline.outbox import Outbox
from pipeline.register import Register
from pipeline.register.values import PastVersion
from pipeline.setup import Setup

KIND = "avenant"
SIGNABLE = ("prêt", "à vérifier")
"""The statuses that have an agreement."""
_CUMULATED = "gratification_due"
"""The case that hours with the same host under other agreements decide, too."""


@dataclass(frozen=True, slots=True)
class Case:
    """A dossier’s version in force and its current one, side by side."""

    base: PastVersion
    number: int
    """Of the amendment."""
    before: Side
    after: Side
    entry: Entry
    """The current version, its date that of the amendment."""
    untold: frozenset[str]
    """Cases about which the two versions alone cannot tell."""

    def reasons(self, amendments: Amendments) -> list[Tree]:
        """Return what changes of what the agreement says; [] when nothing does."""
        return changes(amendments, self.before, self.after, self.untold)


def make_case(base: PastVersion, before: Entry, after: Entry, number: int, setup: Setup, known: Snapshot) -> Case:
    """Return the case of two versions of a dossier, ``base`` being the register’s record of the one in force."""
    untold = frozenset({_CUMULATED}) if _has_sisters(after, known) else frozenset[str]()
    return Case(base, number, _side(before, setup), _side(after, setup), after, untold)


def past_entry(
    version: PastVersion, reference: str, day: date, setup: Setup, register: Register, known: Snapshot
) -> Entry:
    """Return a version as the night had it, with what its source does not ask; it bears the date ``day``."""
    entry = Entry(version.deposit, reference, "current", None, day, version.number, version.folder)
    if not version.deposit.form.layout.columns:
        return entry  # the file is gone: whatever is not there counts as removed, which shows
    (whole,) = complete([entry], setup.required, known, register.deposits, setup.settings.academic_year, day)
    return whole


def _side(entry: Entry, setup: Setup) -> Side:
    facts = setup.judge.facts(entry)
    return Side(facts, template_values(facts, setup.translations))


def _has_sisters(entry: Entry, known: Snapshot) -> bool:
    """Tell whether the student has another agreement with the same host."""
    who = identity(entry.deposit)
    own = {key.rpartition("|")[0] for key in (who.siren, who.host) if key}
    return any(key.rpartition("|")[0] in own and name != entry.reference for key, name in known.keys.items())


def highest_number(reference: str, paths: Iterable[str], folder: str, outbox: Outbox) -> int:
    """Return the highest number given to an amendment: among ``paths``, or in the folder if somebody has put one there."""
    names = {path.rpartition("/")[2] for path in paths}
    place = outbox.path(folder)
    names |= {path.name for path in place.glob(f"{KIND}_*")} if place.is_dir() else set()
    found = (re.fullmatch(rf"{KIND}_(\d+)_{re.escape(reference)}\.\w+", name) for name in names)
    return max((int(match[1]) for match in found if match), default=0)


# ── may it be ─────────────────────────────────────────────────────────────────────────────────────


def needs_new_agreement(case: Case, amendments: Amendments) -> str:
    """Return, in French, why the law does not allow the change by amendment, whatever the day; "" when it does."""
    forbidden = forbidden_changes(amendments, case.before, case.after)
    if not forbidden:
        return ""
    return (
        f"{' ; '.join(forbidden)}. Un avenant ne le permet pas : il faut une nouvelle convention, signée par toutes"
        " les parties (SIG-05)."
    )


def too_late(case: Case, day: date) -> str:
    """Return why the change would be retroactive on ``day``, in French; "" when it would not."""
    before, after = case.before.facts, case.after.facts
    if before.end is not None and before.end < day:
        return (
            f"le stage a pris fin le {long_date(before.end, 'fr')} ; un avenant se signe avant que la modification"
            " ne s’applique."
        )
    if ends_early(before, after) and after.dates_in_order and after.end is not None and after.end < day:
        return (
            f"la nouvelle fin, le {long_date(after.end, 'fr')}, est passée ; un avenant n’a pas d’effet"
            " rétroactif. Gardez au dossier l’écrit que prévoit l’article 9.2 de la convention : il suffit."
        )
    starts = [start for start in (before.start, after.start) if start is not None]
    if before.start != after.start and starts and min(starts) <= day:
        return f"le début du stage, le {long_date(min(starts), 'fr')}, est passé ; il ne peut plus être changé."
    return ""


def findings_that_hold(findings: Iterable[Finding], amendments: Amendments) -> tuple[list[Finding], bool]:
    """Return the blocking findings that hold an amendment back, and whether it can only be a draft."""
    held = [f for f in findings if f.jalon == "édition" and f.rule not in amendments.pointless]
    status = status_of(held)
    if status in SIGNABLE:
        return [], status == "à vérifier"
    return [f for f in held if f.severity == "bloquant"], False


def advice(finding: Finding) -> str:
    """Return one blocking finding on a line, with what to do."""
    return f"{finding.message} {finding.fix} ({finding.rule})".replace("  ", " ")


def wording(
    case: Case, reasons: Collection[Tree], why: str = "", initiative: Mapping[Language, str] | None = None
) -> Amendment:
    """Return what the amendment says; ``initiative`` is who ends the internship before its date."""
    early = ends_early(case.before.facts, case.after.facts)
    return Amendment(
        number=case.number,
        signed_version=case.base.number,
        signed_day=case.base.first_day,
        reasons=list(reasons),
        why=" ".join(why.split()),
        early_end=case.after.facts.end if early else None,
        initiative=initiative,
    )


def capitalised(sentence: str) -> str:
    """Return the sentence with a capital, as it stands alone."""
    return sentence[:1].upper() + sentence[1:]
