"""Everything that happened to one dossier, in order: deposits, versions, decisions, ticks, letters, amendments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from pipeline.desk.model import Decision, Event
from pipeline.desk.reminders import REMINDED, times
from pipeline.language import number, short_date
from pipeline.model import Deposit, Finding, Place, Value

PROGRAM = "le programme"
_WORDS: Mapping[str, str] = {
    "étape": "Étape",
    "avenant": "Avenant",
    "avenant_projet": "Avenant marqué PROJET",
    "avenant_signe": "Avenant signé",
    "attestation": "Attestation préparée pour l’organisme",
    "lettre": "Message à l’étudiante ou à l’étudiant",
    "relance": "Relance",
    "correction": "Correction",
}
"""What the desk’s own words are called; the others are columns of the follow-up."""
_TITLE_ALONE = frozenset({"attestation", "avenant_projet"})
"""Words whose value is for the program alone."""


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a dossier as it was judged last."""

    number: int
    deposit: Deposit
    first_day: date
    """Day on which its deposit was first met."""
    status: str
    findings: tuple[Finding, ...]
    documents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a dossier's history."""

    when: datetime | date | None
    """None: the source gives no date."""
    kind: str
    """« dépôt », « version », « décision », or the title of the column or word of the desk."""
    text: str
    who: str
    where: str
    """File, sheet and line; "" for the program."""
    version: int | None = None


def history(
    versions: Sequence[Version],
    deposits: Sequence[Deposit],
    events: Sequence[Event],
    decisions: Sequence[Decision],
    titles: Mapping[str, str],
) -> tuple[Step, ...]:
    """Return the steps by day, then in the order in which they can have happened.

    ``deposits`` are all those of the dossier, also the ones that became no version; ``titles`` name the columns of
    the follow-up by key.
    """
    steps: list[tuple[date, int, datetime, int, Step]] = []

    def add(step: Step, rank: int) -> None:
        moment = step.when if isinstance(step.when, datetime) else datetime.min  # noqa: DTZ901 (naive, local)
        day = step.when.date() if isinstance(step.when, datetime) else step.when or date.min
        steps.append((day, rank, moment, len(steps), step))

    known = {version.deposit.digest for version in versions}
    places = {deposit.digest: deposit.place for deposit in deposits}
    for deposit in deposits:
        if deposit.digest not in known:
            text = "Fiche déposée ; une autre fait foi"
            add(Step(deposit.deposited_at, "dépôt", text, "", where(deposit.place)), 0)
    for version in versions:
        place = where(places.get(version.deposit.digest, version.deposit.place))
        if version.deposit.deposited_at is not None:
            add(Step(version.deposit.deposited_at, "dépôt", "Fiche déposée", "", place, version.number), 0)
        add(Step(version.first_day, "version", _judged(version), PROGRAM, place, version.number), 1)
    for event in events:
        place = where(event.place) if event.place else ""
        add(Step(event.at, title_of(event, titles), told(event), event.who or PROGRAM, place, event.version), 2)
    for decision in decisions:
        text = f"{decision.rule} : {decision.choice}, pour {decision.reach}"
        text += f" – {decision.reason}" if decision.reason else ""
        add(Step(decision.at, "décision", text, decision.by, ""), 2)
    return tuple(step for *_, step in sorted(steps, key=lambda entry: entry[:4]))


def where(place: Place) -> str:
    """Return « fiches.xlsx, feuille Réponses, ligne 12 »."""
    sheet = f", feuille {place.sheet}" if place.sheet else ""
    return f"{place.file}{sheet}, ligne {place.row}" if place.file else ""


def written(value: Value | None) -> str:
    """Return a value as a person writes it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, datetime):
        return value.strftime("%d/%m/%Y %H:%M")
    if isinstance(value, date):
        return short_date(value)
    if isinstance(value, Decimal | int):
        return number(value, "fr")
    if isinstance(value, tuple):
        return ", ".join(str(part) for part in value)
    return value if isinstance(value, str) else value.text


def title_of(event: Event, titles: Mapping[str, str]) -> str:
    """Return what an event is about: the title of its column (``titles`` by key), or of the desk's word."""
    return titles.get(event.what) or _WORDS.get(event.what) or event.what


def told(event: Event) -> str:
    """Return what an event says, as a person writes it; "" when its title says it all."""
    if event.value is None:
        return "retiré"
    if event.what == "lettre":
        return "établi"
    if event.what in _TITLE_ALONE:
        return ""
    if event.what == REMINDED:
        return times({REMINDED: event})
    text = written(event.value)
    return f"n°\u00a0{text}" if event.what == "avenant" else text


def _judged(version: Version) -> str:
    rules = [finding.rule for finding in version.findings if finding.severity != "information"]
    text = f"Version {version.number} : {version.status}"
    text += f", {len(rules)} remarque{'s' if len(rules) > 1 else ''} ({', '.join(rules)})" if rules else ""
    made = sum(path.endswith((".docx", ".eml")) for path in version.documents)
    return f"{text} ; {made} document{'s' if made > 1 else ''}" if made else text
