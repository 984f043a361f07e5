"""Managers' decisions on findings « à vérifier »: what they judged, what they hold for, what becomes of the finding."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence

from pipeline.check.judged import canonical, compared, hashed, host_name
from pipeline.desk.model import Decision, Reach
from pipeline.dossiers import siren_of
from pipeline.language import NBSP, long_date
from pipeline.model import Entry, Finding, Verdict
from pipeline.tables import Tables
from pipeline.tables.words import clean_spaces

PLACE_FIELDS = frozenset({
    "stage.pays", "stage.lieu_ville", "stage.lieu_region", "organisme.pays", "organisme.ville", "etranger.accord_fsd",
})  # fmt: skip
"""What a decision for a town judges by the town and its travel advice alone."""
_NARROWNESS: Mapping[Reach, int] = {"ce dossier": 2, "cet organisme": 1, "cette ville": 0}
_HOLDS_FR: Mapping[Reach, str] = {
    "ce dossier": "",
    "cet organisme": " (vaut pour cet organisme)",
    "cette ville": " (vaut pour cette ville jusqu’au prochain avis)",
}
_HOLDS_EN: Mapping[Reach, str] = {
    "ce dossier": "",
    "cet organisme": " (holds for this host)",
    "cette ville": " (holds for this town until the next travel advice)",
}


def decidable(finding: Finding) -> bool:
    """Tell whether a manager may decide on it: a doubt that nothing awaited settles, or one already decided."""
    return finding.decision is not None or (finding.severity == "à vérifier" and bool(finding.judged))


def judged_value(finding: Finding, entry: Entry, reach: Reach = "ce dossier") -> str:
    """Return the hash of what a decision of this ``reach`` on ``finding`` judges; "" when nothing can be decided on it.

    For a town, the values that tell the place are left out: the town and its advice stand for them.
    """
    if reach != "cette ville" or not finding.judged:
        return finding.judged
    values = entry.deposit.values
    rest = {key: canonical(values.get(key)) for key in finding.fields if key not in PLACE_FIELDS}
    return hashed([finding.rule, "cette ville", rest])


def target(reach: Reach, entry: Entry, tables: Tables) -> str | None:
    """Return the key of what a decision of this ``reach`` holds for; None when the form does not tell it.

    A town's key bears the date of the travel advice for its country: the decision falls with the next advice.
    """
    if reach == "ce dossier":
        return entry.reference
    return _host(entry) if reach == "cet organisme" else _town(entry, tables)


def _host(entry: Entry) -> str | None:
    values = entry.deposit.values
    siren = siren_of(values.get("organisme.siret"))
    if siren:
        return f"organisme|{siren}"
    name, country = host_name(values), values.get("organisme.pays") or values.get("stage.pays")
    return f"organisme|{name}|{country or ''}" if name else None


def _town(entry: Entry, tables: Tables) -> str | None:
    values, asked = entry.deposit.values, entry.deposit.form.layout.columns
    country = values.get("stage.pays") or values.get("organisme.pays")
    town = values.get("stage.lieu_ville")
    if not town and "stage.lieu_ville" not in asked and country == values.get("organisme.pays"):
        town = values.get("organisme.ville")
    advice = tables.advice.get(str(country))
    return f"ville|{country}|{compared(town)}|{advice.as_of}" if compared(town) and advice else None


def key_of(decision: Decision) -> str:
    """Return the key of what ``decision`` holds for, as :func:`target` gives it."""
    return decision.target.partition("#")[0]


def by_target(decisions: Iterable[Decision]) -> Mapping[str, Sequence[Decision]]:
    """Return the decisions under the keys of what they hold for, each in the order in which they were taken."""
    found: dict[str, list[Decision]] = {}
    for decision in decisions:
        found.setdefault(key_of(decision), []).append(decision)
    return found


def relevant(decisions: Mapping[str, Sequence[Decision]], entry: Entry, tables: Tables) -> tuple[Decision, ...]:
    """Return those of ``decisions`` (:func:`by_target`) that may hold for ``entry``; none unless it is current."""
    if not decisions or entry.standing != "current":
        return ()
    keys = (target(reach, entry, tables) for reach in _NARROWNESS)
    return tuple(decision for key in keys if key for decision in decisions.get(key, ()))


def applying(decisions: Iterable[Decision], findings: Sequence[Finding], entry: Entry) -> tuple[Decision, ...]:
    """Return those of the ``relevant`` decisions that judged what one of ``findings`` says today."""
    return tuple(d for d in decisions if any(judges(d, finding, entry) for finding in findings))


def judges(decision: Decision, finding: Finding, entry: Entry) -> bool:
    """Tell whether ``decision`` judged what ``finding`` says today."""
    same = decision.rule == finding.rule and decision.judged != ""
    return same and decision.judged == judged_value(finding, entry, decision.reach)


def holding(finding: Finding, decisions: Iterable[Decision], entry: Entry) -> Decision | None:
    """Return which of the ``relevant`` decisions holds for ``finding``; None when none judged what it says today.

    The last one taken before this very dossier comes first, then the narrowest, then the last.
    """
    found = [d for d in decisions if d.choice != "à revoir" and judges(d, finding, entry)]
    return max(found, key=lambda d: _weight(d, entry), default=None)


def _weight(decision: Decision, entry: Entry) -> tuple[bool, int, str]:
    own = decision.reference == entry.reference
    return own, 0 if own else _NARROWNESS[decision.reach], decision.at.isoformat()


def settle(findings: Sequence[Finding], decisions: Sequence[Decision], entry: Entry) -> tuple[Finding, ...]:
    """Return the findings, those « à vérifier » on which one of the ``relevant`` decisions holds as it makes them.

    Nothing else is touched: what blocks is never accepted, whatever was decided before it blocked.
    """
    return tuple(_settled(f, decisions, entry) if f.severity == "à vérifier" else f for f in findings)


def _settled(finding: Finding, decisions: Sequence[Decision], entry: Entry) -> Finding:
    decision = holding(finding, decisions, entry)
    if decision is None:
        return finding
    return accepted(finding, decision) if decision.choice == "accepté" else refused(finding, decision)


def accepted(finding: Finding, decision: Decision) -> Finding:
    """Return ``finding`` as an information that tells who accepted it, when, why and for what."""
    reason = _sentence(decision.reason)
    day_fr, day_en = long_date(decision.on, "fr"), long_date(decision.on, "en")
    return dataclasses.replace(
        finding,
        severity="information",
        motif=None,
        fix=f"Accepté le {day_fr} par {decision.by}{NBSP}: {reason}{_HOLDS_FR[decision.reach]}.",
        fix_en=f"Accepted on {day_en} by {decision.by}: {reason}{_HOLDS_EN[decision.reach]}.",
        decision=decision,
        to_host="",
        to_host_en="",
    )


def refused(finding: Finding, decision: Decision) -> Finding:
    """Return ``finding`` as a refusal, with the manager's reason, which the student reads.

    Of a finding for the office only, the student reads the reason and nothing else.
    """
    reason = _sentence(decision.reason)
    words = finding.message, finding.message_en
    if finding.internal and reason:
        words = f"Motif du refus{NBSP}: {reason}.", f"Reason for the refusal: {reason}."
    elif reason:
        words = f"{words[0]} Motif du refus{NBSP}: {reason}.", f"{words[1]} Reason for the refusal: {reason}."
    day_fr, day_en = long_date(decision.on, "fr"), long_date(decision.on, "en")
    return dataclasses.replace(
        finding,
        severity="bloquant",
        motif="refus",
        jalon="édition",
        message=words[0],
        message_en=words[1],
        fix=f"Décision du {day_fr}.",
        fix_en=f"Decision of {day_en}.",
        internal=finding.internal and not reason,
        decision=decision,
        to_host="",
        to_host_en="",
    )


def _sentence(reason: str) -> str:
    return clean_spaces(reason).rstrip(" .")


def decisions_of(verdict: Verdict) -> Mapping[str, Decision]:
    """Return rule id → the decision that holds, for the findings of a verdict that one settled."""
    return {finding.rule: finding.decision for finding in verdict.findings if finding.decision is not None}
