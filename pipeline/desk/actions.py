"""What is to be done next with a dossier: one verb, who does it, by when."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from pipeline.desk.model import Action, Etape, PieceState, Signature, Told
from pipeline.desk.stages import PASSED_ON, SIGNED
from pipeline.language import long_date, short_date
from pipeline.model import Actor, Finding, Verdict
from pipeline.report.phrases import typographic
from pipeline.tables.fields import Fields

SOON = 10
"""Days before the start under which whatever is still open comes first."""
SILENCE = 10
"""Days without news after which somebody is asked again."""
_SOON_OPEN, _UNIVERSITY, _DECIDE, _SEND, _ABROAD, _NO_NEWS, _REST = range(7)

WITH_ARTICLE = {
    "organisme": ("de l’organisme", "the host’s"),
    "tuteur": ("de la tutrice ou du tuteur", "the supervisor’s"),
    "second encadrant": ("de la seconde personne qui encadre", "the second supervisor’s"),
    "référent": ("de l’enseignante ou de l’enseignant référent", "the academic advisor’s"),
    "étudiant": ("de l’étudiante ou de l’étudiant", "the student’s"),
    "représentant légal": ("du représentant légal", "the legal guardian’s"),
    "université": ("de l’université", "the university’s"),
}
"""A party to the agreement inside a sentence, French and English."""
ACTOR_OF: dict[str, Actor] = {
    "organisme": "organisme",
    "tuteur": "organisme",
    "second encadrant": "organisme",
    "référent": "référent",
    "étudiant": "étudiant",
    "représentant légal": "étudiant",
    "université": "université",
}
_READING = frozenset({"LIG-05", "LIG-06", "LIG-07", "LIG-09", "LIG-10", "DAT-09"})
"""Rules about any field's being there and readable: the field says more than their title."""
_ASK = {
    "étudiant": ("à l’étudiante ou à l’étudiant", "the student"),
    "organisme": ("à l’organisme", "the host"),
    "référent": ("à l’enseignante ou à l’enseignant référent", "the academic advisor"),
    "responsable pédagogique": ("à la ou au responsable pédagogique", "the programme director"),
    "gestionnaire": ("au service", "the office"),
    "relations internationales": ("aux relations internationales", "the international office"),
    "sécurité défense": ("au fonctionnaire de sécurité et de défense", "the security and defence officer"),
    "université": ("à l’université", "the university"),
}


@dataclass(frozen=True, slots=True)
class Case:
    """What the next action depends on."""

    verdict: Verdict
    etape: Etape
    since: date
    told: Told
    pieces: tuple[PieceState, ...]
    signatures: tuple[Signature, ...]
    start: date | None
    end: date | None
    abroad: bool
    mobility_by: date | None
    """Last day to register on the mobility portal; None when that is done or does not apply."""
    today: date
    processing_days: int
    titles: Mapping[str, str]
    """What each rule is about, by its id."""
    titles_en: Mapping[str, str]
    fields: Fields
    amendment: int = 0
    """Number of the amendment that the parties have not all signed; 0 when there is none."""
    barred: bool = False
    """The form has changed after the signature, and no amendment can bring it."""

    @property
    def missing(self) -> tuple[PieceState, ...]:
        """The required documents that have not come."""
        return tuple(piece for piece in self.pieces if piece.required and not piece.settled)

    @property
    def unsigned(self) -> tuple[Signature, ...]:
        """Who has not signed yet, in the order of signing."""
        return tuple(s for s in self.signatures if s.day is None)

    @property
    def waited(self) -> tuple[Finding, ...]:
        """What the university's signature waits for."""
        return tuple(f for f in self.verdict.findings if f.jalon == "signature" and f.severity != "information")

    @property
    def near(self) -> bool:
        """Whether the start is near and the agreement not signed."""
        return self.start is not None and (self.start - self.today).days <= SOON


def next_action(case: Case) -> Action:
    """Return what is to be done next with a dossier, as the page and the workbooks say it."""
    unsigned = case.etape in ("à corriger", "à vérifier", "prêt", "envoyé")
    if unsigned and case.start is not None and case.start <= case.today:
        return _too_late(case, case.start)
    action = _BY_ETAPE[case.etape](case)
    if case.near and unsigned:
        return Action(_SOON_OPEN, action.verb, action.verb_en, action.who, action.deadline, today=True)
    return action


def _too_late(case: Case, start: date) -> Action:
    """Return what is left to do once the start has passed: nobody may sign any more (SIG-02)."""
    if case.end is not None and case.end < case.today:
        return _action(
            _SOON_OPEN,
            f"Clore le dossier : le stage devait finir le {short_date(case.end)} et la convention n’a pas été signée "
            "(noter l’abandon dans le suivi)",
            f"Close the dossier: the internship was to end on {long_date(case.end, 'en')} and the agreement was not "
            "signed (record it as abandoned in the follow-up)",
            "gestionnaire", None, today=True,
        )  # fmt: skip
    return _action(
        _SOON_OPEN,
        f"Faire reporter le stage, ou noter l’abandon : il devait commencer le {short_date(start)} et la convention "
        "n’est pas signée",
        f"Have the internship moved to later dates, or record it as abandoned: it was to start on "
        f"{long_date(start, 'en')} and the agreement is not signed",
        "gestionnaire", None, today=True,
    )  # fmt: skip


def _correct(case: Case) -> Action:
    first = next((f for f in case.verdict.findings if f.severity == "bloquant" and f.jalon == "édition"), None)
    who: Actor = first.actor if first else "étudiant"
    again = (case.today - case.since).days >= SILENCE
    what, what_en = _corrections(case)
    asked, asked_en = _ASK[who]
    if who == "gestionnaire":
        return _action(_DECIDE, f"Corriger : {what}", f"Correct: {what_en}", who, _edition_by(case), today=True)
    if again:
        return _action(
            _NO_NEWS,
            f"Redemander la correction {asked} : {what} (sans nouvelles depuis le {short_date(case.since)})",
            f"Ask {asked_en} again to correct: {what_en} (no news since {long_date(case.since, 'en')})",
            who,
            _edition_by(case),
            today=True,
        )
    return _action(
        _REST,
        f"Attendre la correction demandée {asked} : {what}",
        f"Wait for {asked_en} to correct: {what_en}",
        who,
        _edition_by(case),
    )


def _corrections(case: Case) -> tuple[str, str]:
    held = [f for f in case.verdict.findings if f.severity == "bloquant" and f.jalon == "édition"]
    return _first_of(held, case) if held else ("la fiche", "the form")


def _first_of(found: Sequence[Finding], case: Case) -> tuple[str, str]:
    """Return what the first of ``found`` is about, and how many more there are."""
    named = list(dict.fromkeys(name for finding in found for name in _names(finding, case)))
    french, english = named[0]
    more = len(named) - 1
    if not more:
        return french, english
    others = f"{more} autres points" if more > 1 else "un autre point"
    return f"{french} et {others}", f"{english} and {more} more"


def _open(case: Case) -> Sequence[Finding]:
    """Return what waits for a decision."""
    return [f for f in case.verdict.findings if f.severity == "à vérifier" and f.jalon == "édition"]


def _decide(case: Case) -> Action:
    open_ones = _open(case)
    what, what_en = _first_of(open_ones, case) if open_ones else ("le point à vérifier", "the point to check")
    return _action(_DECIDE, f"Décider : {what}", f"Decide on: {what_en}", "gestionnaire", _edition_by(case), today=True)


def _names(finding: Finding, case: Case) -> Sequence[tuple[str, str]]:
    """Return what ``finding`` is about, without what the form says: this sentence goes into mails."""
    if finding.rule in _READING:
        fields = [case.fields[key] for key in finding.fields if key in case.fields]
        if fields:
            return [(f"« {field.label} »", f"“{field.label_en}”") for field in fields]
    title, title_en = (titles.get(finding.rule, finding.rule) for titles in (case.titles, case.titles_en))
    return [(f"« {title} »", f"“{title_en}”")]


def _send(case: Case) -> Action:
    verb, verb_en = "Envoyer la convention à la signature", "Send the agreement out for signature"
    if case.mobility_by is not None and case.mobility_by <= case.today + timedelta(days=7):
        verb += " et rappeler l’inscription au portail de mobilité"
        verb_en += " and remind the student to register on the mobility portal"
    return _action(_SEND, verb, verb_en, "gestionnaire", _edition_by(case), today=True)


def _mobility(case: Case) -> Action:
    return _action(
        _ABROAD, "Rappeler l’inscription au portail de mobilité", "Remind the student to register on the mobility portal",
        "étudiant", case.mobility_by, today=True,
    )  # fmt: skip


def _sent(case: Case) -> Action:
    if case.mobility_by is not None and case.mobility_by <= case.today + timedelta(days=7):
        return _mobility(case)
    others = [s for s in case.unsigned if s.key != SIGNED]
    by = case.start - timedelta(days=1) if case.start else None
    if others:
        return _chase(case, others[0], by)
    if case.waited or case.missing:
        return _awaited(case, by)
    return _action(
        _UNIVERSITY, "Faire signer l’université : tout est réuni", "Have the university sign: everything is there",
        "université", by, today=True,
    )  # fmt: skip


def _chase(case: Case, holder: Signature, by: date | None) -> Action:
    whose, whose_en = WITH_ARTICLE.get(holder.party, (f"de {holder.party}", holder.party))
    who = ACTOR_OF.get(holder.party, "étudiant")
    news = max((s.day for s in case.signatures if s.day is not None), default=case.since)
    if (case.today - news).days >= SILENCE:
        return _action(
            _NO_NEWS,
            f"Relancer la signature {whose} (sans nouvelles depuis le {short_date(news)})",
            f"Chase {whose_en} signature (no news since {long_date(news, 'en')})",
            who, by, today=True,
        )  # fmt: skip
    return _action(_REST, f"Attendre la signature {whose}", f"Wait for {whose_en} signature", who, by)


def _awaited(case: Case, by: date | None) -> Action:
    officer = next((f for f in case.waited if f.actor == "sécurité défense"), None)
    if officer is not None and "fsd_demande_le" not in case.told:
        return _action(
            _ABROAD, "Demander l’avis du fonctionnaire de sécurité et de défense",
            "Ask the security and defence officer for advice", "gestionnaire", by, today=True,
        )  # fmt: skip
    if case.missing:
        named, named_en = _few(case.missing)
        return _action(_REST, f"Attendre : {named}", f"Wait for: {named_en}", "étudiant", by)
    first = case.waited[0]
    if officer is first:
        return _action(
            _ABROAD, "Attendre l’avis du fonctionnaire de sécurité et de défense",
            "Wait for the security and defence officer’s advice", "sécurité défense", by,
        )  # fmt: skip
    what, what_en = _first_of(case.waited, case)
    return _action(_REST, f"Régler avant la signature : {what}", f"Settle before signing: {what_en}", first.actor, by)


def _signed(case: Case) -> Action:
    if case.barred:
        return _action(
            _DECIDE, "Décider de la suite : la fiche a changé et un avenant n’est pas possible (voir l’alerte)",
            "Decide what to do: the form has changed and no amendment is possible (see the alert)",
            "gestionnaire", None, today=True,
        )  # fmt: skip
    if case.amendment and _open(case):
        return _decide(case)
    if case.amendment:
        return _action(
            _SEND, f"Faire signer l’avenant n° {case.amendment} par toutes les parties",
            f"Have amendment No. {case.amendment} signed by everyone", "gestionnaire", None, today=True,
        )  # fmt: skip
    if PASSED_ON not in case.told:
        return _action(
            _SEND, "Transmettre la convention signée à toutes les parties", "Pass the signed agreement on to everyone",
            "gestionnaire", case.start, today=True,
        )  # fmt: skip
    return _action(
        _REST,
        "Rien à faire avant la fin du stage",
        "Nothing to do before the end of the internship",
        "gestionnaire",
        None,
    )


def _ended(case: Case) -> Action:
    if "attestation_recue" not in case.told:
        again = case.end is not None and (case.today - case.end).days >= SILENCE
        return _action(
            _NO_NEWS if again else _REST, "Obtenir de l’organisme l’attestation de stage signée",
            "Obtain the signed internship certificate from the host", "organisme", None, today=again,
        )  # fmt: skip
    return _action(
        _REST, "Rien à faire : le dossier est clos", "Nothing to do: the file is closed", "gestionnaire", None
    )


def _refused(case: Case) -> Action:
    del case
    return _action(
        _REST, "Envoyer le message de refus motivé", "Send the letter of refusal with its reason", "gestionnaire", None
    )


def _redirected(case: Case) -> Action:
    del case
    return _action(
        _REST, "Envoyer le message d’orientation vers le bon service", "Send the letter that names the right office",
        "gestionnaire", None,
    )  # fmt: skip


def _nothing(case: Case) -> Action:
    del case
    return _action(_REST, "Rien à faire", "Nothing to do", "gestionnaire", None)


_BY_ETAPE: dict[Etape, Callable[[Case], Action]] = {
    "déposé": _nothing,
    "à corriger": _correct,
    "à vérifier": _decide,
    "prêt": _send,
    "envoyé": _sent,
    "signé": _signed,
    "terminé": _ended,
    "refusé": _refused,
    "réorienté": _redirected,
    "abandonné": _nothing,
    "repris": _nothing,
}


def _edition_by(case: Case) -> date | None:
    """Return the last day to have the form in order: the processing time before the start."""
    return case.start - timedelta(days=case.processing_days) if case.start else None


def _action(group: int, verb: str, verb_en: str, who: Actor, deadline: date | None, *, today: bool = False) -> Action:
    return Action(group, typographic(f"{verb}."), f"{verb_en}.", who, deadline, today)


def _few(pieces: Sequence[PieceState]) -> tuple[str, str]:
    """Return the labels of the first documents, and how many more there are."""
    shown, more = pieces[:3], len(pieces) - 3
    french = ", ".join(f"« {piece.label} »" for piece in shown)
    english = ", ".join(f"“{piece.label_en or piece.label}”" for piece in shown)
    if more > 0:
        french += " et une autre pièce" if more == 1 else f" et {more} autres pièces"
        english += f" and {more} more"
    return french, english
