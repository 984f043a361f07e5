"""The sentences that the page says by itself, in English; the findings bring their own."""

from __future__ import annotations

from collections import Counter

from pipeline.language import long_date
from pipeline.model import Outcome, Verdict
from pipeline.report.phrases import Level, level
from pipeline.report.sentence import refused_rows, unread_rows
from pipeline.tables.fields import Fields

_SHOWN = 4


def night_en(outcome: Outcome) -> str:
    """Return :func:`pipeline.report.sentence.night` in English."""
    states = Counter({source.file: source.state for source in outcome.sources}.values())
    statuses = Counter(verdict.status for verdict in outcome.verdicts)
    files = [_count(states["lu"] + states["inchangé"], "file read", "files read")]
    if states["rejeté"]:
        files.append(f"{states['rejeté']} refused")
    if states["en attente"]:
        files.append(f"{states['en attente']} waiting")
    rows = [_count(len(outcome.verdicts), "form", "forms")]
    if statuses["prêt"]:
        rows.append(_count(statuses["prêt"], "dossier ready", "dossiers ready"))
    if statuses["à corriger"]:
        rows.append(f"{statuses['à corriger']:,} to be corrected")
    if statuses["à vérifier"]:
        rows.append(f"{statuses['à vérifier']:,} to be checked")
    if others := statuses["refusé"] + statuses["réorienté"]:
        rows.append(f"{others:,} refused or redirected")
    if statuses["repris"]:
        rows.append(f"{statuses['repris']:,} taken over without documents")
    failed = len(outcome.failures)
    end = _count(failed, "document failed", "documents failed") if failed else "no document failed"
    return f"Run of {long_date(outcome.day, 'en')}: {', '.join(files)}; {', '.join(rows)}; {end}."


def reasons_en(outcome: Outcome) -> list[str]:
    """Return :func:`pipeline.report.sentence.reasons` in English, in the same order."""
    rejected = len({source.file for source in outcome.sources if source.state == "rejeté"})
    unread, refused = unread_rows(outcome), refused_rows(outcome)
    failed = len(outcome.failures)
    told = []
    if rejected:
        told.append(_count(rejected, "file could not be read", "files could not be read"))
    if unread:
        told.append(_count(unread, "row could not be read", "rows could not be read"))
    if refused:
        told.append(_count(refused, "returned answer was not taken", "returned answers were not taken"))
    if failed:
        told.append(_count(failed, "document could not be made", "documents could not be made"))
    return told


def to_do_en(verdict: Verdict, fields: Fields) -> str:
    """Return in one English sentence what is to be done with this dossier, when the desk does not say it."""
    if verdict.status in ("remplacé", "repris"):
        return "Nothing to do."
    if verdict.status == "réorienté":
        return "Send the message that names the right service."
    parts = ["send the reasoned refusal"] if verdict.status == "refusé" else []
    verbs: dict[Level, str] = {"correct": "correct", "decide": "decide on", "await": "obtain before signature"}
    for name, verb in verbs.items():
        found = [f for f in verdict.findings if level(f) == name and f.motif != "refus"]
        named = dict.fromkeys(fields[key].label_en for f in found for key in f.fields[:1] if key in fields)
        if found:
            parts.append(f"{verb}: {_listed(list(named)) or 'see below'}")
    if verdict.status == "prêt":
        made = verdict.entry.reference is not None
        parts.insert(0, "send the agreement for signature" if made else "draw up the agreement")
    sentence = "; ".join(parts)
    return f"{sentence[:1].upper()}{sentence[1:]}." if sentence else ""


def _count(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"


def _listed(names: list[str]) -> str:
    shown = [f"“{name}”" for name in names[:_SHOWN]]
    more = len(names) - len(shown)
    return ", ".join(shown + ([f"{more} more"] if more > 0 else []))
