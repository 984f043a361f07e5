"""What the register gives: a dossier's versions as they are stored, and what tells one verdict from another."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from pipeline.codec import pack_findings, unpack_findings
from pipeline.model import Companion, Deposit, Entry, Verdict
from pipeline.program import program_hash


@dataclass(frozen=True, slots=True)
class Stored:
    """A dossier's current version as the register holds it."""

    digest: str
    number: int
    fingerprint: str
    verdict: tuple[str, str | None, str | None, str]
    """(status, model, zone, findings as JSON)."""
    documents: tuple[str, ...]
    context: str = ""
    """Hash of what other rows had contributed to the verdict."""
    made_from: str = ""
    """:func:`verdict_key` of the verdict that ``documents`` were made from; "" when they are of another one, or none is."""

    @property
    def agreement_made(self) -> bool:
        """Whether the agreement is among the documents that have been made."""
        return any("/convention_" in path for path in self.documents)


@dataclass(frozen=True, slots=True)
class Held:
    """A version of a dossier, as the register holds it."""

    reference: str
    deposit: Deposit
    """Its values and cells; its layout has no column."""
    status: str
    active: bool
    """False when the dossier has been abandoned."""


@dataclass(frozen=True, slots=True)
class PastVersion:
    """One version of a dossier, the current one or an older one."""

    number: int
    deposit: Deposit
    """With the columns that its source asks when the register still holds the file; else its layout has none."""
    first_day: date
    """Day on which its deposit was first met."""
    folder: str
    status: str
    findings: str
    """JSON."""
    documents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LastNight:
    """The last night that was remembered."""

    key: str
    """Hash of all that it depended on besides the register."""
    run_id: str
    revision: int
    """What the register's revision was when the night was over."""


def verdict_key(verdict: Verdict) -> str:
    """Return the hash of all that a verdict brings to the documents: two with the same key have the same documents."""
    return stored_key(
        verdict.status,
        verdict.model,
        verdict.zone,
        pack_findings(verdict.findings),
        verdict.context,
        verdict.entry.deposit.digest,
    )


def stored_key(status: str, model: str | None, zone: str | None, findings: str, context: str, digest: str) -> str:
    """Return :func:`verdict_key` of a stored verdict; ``findings`` is JSON."""
    parts = (status, model or "", zone or "", context, digest, findings)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def stored_verdict(entry: Entry, stored: Stored, others: Mapping[str, tuple[Companion, ...]]) -> Verdict:
    """Return the verdict that the register holds for ``entry``, its findings on the cells where the rows stand now.

    ``others`` maps the rules across rows to the rows that they are about.
    """
    status, model, zone, findings = stored.verdict
    found = unpack_findings(findings, entry.deposit.form, others)
    return Verdict(entry, status, model, zone, found, stored.context)  # type: ignore[arg-type]


def refused_under(fingerprint: str) -> str:
    """Return the fingerprint of a file that was refused for what it costs: another program may read it for less."""
    return f"{fingerprint} {program_hash()}"
