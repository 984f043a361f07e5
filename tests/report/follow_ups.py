"""Follow-ups made by hand for the tests of the desk's reports; every person and host is invented."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from pipeline.desk.model import Action, Decision, Etape, Event, FollowUp, PieceState, Signature
from pipeline.model import Actor, Outcome, PastRun, Status, Value, Verdict
from tests.report.outcomes import DAY, full_outcome, verdict

PARTIES = (
    ("signature_organisme", "organisme", "Nadia FERRAND"),
    ("signature_tuteur", "tuteur", "Paul OZANNE"),
    ("signature_referent", "référent", "Claire VASSEUR"),
    ("signature_etudiant", "étudiant", "Élodie LAMBERTIN"),
    ("signature_universite", "université", ""),
)
ETAPES: Mapping[Status, Etape] = {
    "à corriger": "à corriger",
    "à vérifier": "à vérifier",
    "prêt": "prêt",
    "refusé": "refusé",
    "réorienté": "réorienté",
    "remplacé": "déposé",
}
MANAGERS = ("Portefeuille BISE", "Portefeuille BAP")


def action(
    group: int = 2,
    verb: str = "Décider de la question posée.",
    verb_en: str = "Decide on the question.",
    *,
    who: Actor = "gestionnaire",
    deadline: date | None = None,
    today: bool = True,
) -> Action:
    """Return what is to be done next, a decision unless said otherwise."""
    return Action(group, verb, verb_en, who, deadline, today)


def told(reference: str, **values: Value) -> Mapping[str, Event]:
    """Return the state of a dossier of which the manager told ``values``, by the key of the column."""
    return {
        what: Event(reference, what, value, datetime(2026, 11, 20, 9, 30), "Jeanne Roux")  # noqa: DTZ001 (naive, local)
        for what, value in values.items()
    }


def pieces(*, received: bool = False) -> tuple[PieceState, ...]:
    """Return a checklist of two required documents and one advised."""
    until = date(2027, 8, 31) if received else None
    return (
        PieceState("ATT_CPAM", "Attestation de droits à l’assurance maladie", True, received, None, received),
        PieceState("RC", "Attestation de responsabilité civile", True, received, until, received),
        PieceState("RAPATRIEMENT", "Assurance rapatriement", False, False, None, False),
    )


def signatures(signed: int = 0, first: date = DAY - timedelta(days=9)) -> tuple[Signature, ...]:
    """Return the five signatures in order; the first ``signed`` of them came on paper, one a day."""
    return tuple(
        Signature(key, party, holder, first + timedelta(days=rank), "papier")
        if rank < signed
        else Signature(key, party, holder, None, "")
        for rank, (key, party, holder) in enumerate(PARTIES)
    )


def follow_up(judged: Verdict, **changes: object) -> FollowUp:
    """Return the follow-up of ``judged``, changed by what is given (a FollowUp's own fields)."""
    status = judged.status
    sound = FollowUp(
        judged,
        ETAPES[status],
        DAY - timedelta(days=3),
        MANAGERS[judged.place.row % 2],
        {},
        pieces(received=status == "prêt"),
        signatures(),
        action(today=status not in ("remplacé", "réorienté")),
        (),
    )
    return dataclasses.replace(sound, **changes)  # type: ignore[arg-type]  # texts of the test, named as the fields are


def decision(judged: Verdict, rule: str) -> Decision:
    """Return an accepted finding, for this dossier."""
    reference = judged.entry.reference or ""
    at = datetime(2026, 11, 20, 9, 30)  # noqa: DTZ001 (naive, local)
    return Decision(reference, rule, "accepté", "Fiche consultée.", "Jeanne Roux", DAY, "ce dossier", "", reference, at)


def desk_outcome() -> Outcome:
    """Return :func:`outcomes.full_outcome` as the desk sees it: a follow-up per current row, and the runs before."""
    outcome = full_outcome()
    found: dict[str, FollowUp] = {}
    for judged in outcome.verdicts:
        if judged.entry.standing == "current" and judged.entry.reference:
            one = follow_up(judged, documents=outcome.documents.get(judged.place, ()))
            found[one.reference] = one
    sent = verdict(30, "prêt", file="avant.xlsx")
    started = {"stage.date_debut": date(2026, 9, 1), "stage.date_fin": date(2026, 11, 30)}
    ended = verdict(31, "prêt", file="avant.xlsx", values=started)
    found["C2026-000030"] = follow_up(
        sent, etape="envoyé", signatures=signatures(2), in_run=False, changed=True, new=False,
        action=action(5, "Relancer l’enseignante ou l’enseignant référent : sa signature est attendue.",
                      "Remind the academic supervisor: their signature is awaited.", who="référent",
                      deadline=DAY + timedelta(days=4)),
        told=told("C2026-000030", signature_organisme=DAY - timedelta(days=9)),
    )  # fmt: skip
    found["C2026-000031"] = follow_up(
        ended, etape="signé", signatures=signatures(5, date(2026, 8, 20)), in_run=False, pieces=pieces(received=True),
        action=action(7, "Attendre la fin du stage.", "Wait for the end of the internship.", today=False),
        alerts=("Le certificat de responsabilité civile expire pendant le stage.",),
    )  # fmt: skip
    first = found["C2026-000004"]
    found["C2026-000004"] = dataclasses.replace(first, new=True)
    history = tuple(
        PastRun(f"202611{day:02d}T020000Z", date(2026, 11, day), {"rows": 6 + day, "prêt": day - 10, "à corriger": 3})
        for day in range(11, 21)
    )
    return dataclasses.replace(outcome, follow_ups=tuple(found[ref] for ref in sorted(found)), history=history)
