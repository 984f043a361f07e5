"""The values of the desk: what managers tell (events, decisions), and a dossier as the desk sees it (follow-up)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, TypeAlias

from pipeline.model import Actor, Place, Value, Verdict

Etape: TypeAlias = Literal[
    "déposé", "à corriger", "à vérifier", "prêt", "envoyé", "signé", "terminé", "refusé", "réorienté", "abandonné", "repris"
]  # fmt: skip
"""The life of a dossier; its status is what the rules say of its form."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something told about one dossier; the last one of each ``what`` is its state."""

    reference: str
    what: str
    """Key of a column of ``schemas/follow_up.yaml``, or a word of the desk (« étape », « avenant », « lettre »…)."""
    value: Value | None
    """None takes back what an earlier event told."""
    at: datetime
    """When the workbook that tells it was saved, or the moment of the run (naive, local)."""
    who: str = ""
    """As the workbook's own properties name them; "" for the program."""
    version: int = 1
    """Version of the dossier that was current."""
    place: Place | None = None
    """The row of the workbook that tells it; None for the program."""


Told: TypeAlias = Mapping[str, Event]
"""The state of one dossier: the last event of each ``what``, those that were taken back left out."""

Choice: TypeAlias = Literal["accepté", "refusé", "à revoir"]
Reach: TypeAlias = Literal["ce dossier", "cet organisme", "cette ville"]


@dataclass(frozen=True, slots=True)
class Decision:
    """A manager's answer to one finding « à vérifier »."""

    reference: str
    """The dossier before which it was taken."""
    rule: str
    choice: Choice
    reason: str
    by: str
    on: date
    reach: Reach
    judged: str
    """Hash of the values that it judged: it falls when they change."""
    target: str
    """What it holds for: the reference, the host's key, or the town's key with the date of the travel advice."""
    at: datetime
    """When the workbook that tells it was saved."""


@dataclass(frozen=True, slots=True)
class PieceState:
    """One document of a dossier's checklist."""

    code: str
    """Of ``schemas/checklist.yaml``."""
    label: str
    required: bool
    """The university does not sign without it."""
    received: bool
    until: date | None
    """Last day of its validity, when it is known."""
    settled: bool
    """It has come and holds to the last day of the internship."""
    label_en: str = ""


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature, in the order of signing; the university's is the last."""

    key: str
    """Its column in ``schemas/follow_up.yaml``: signature_organisme, signature_tuteur…"""
    party: str
    """« organisme », « tuteur », « référent », « étudiant », « université »…"""
    holder: str
    """The person's name; "" when it is not known."""
    day: date | None
    channel: str
    """« papier », « numérisée » or « électronique »; "" when not told."""


@dataclass(frozen=True, slots=True)
class Action:
    """What is to be done next with a dossier."""

    group: int
    """Rank of its group under « À faire aujourd’hui » (practice.md § 6), 0 first."""
    verb: str
    """A French sentence that begins with a verb."""
    verb_en: str
    who: Actor
    deadline: date | None
    today: bool
    """Whether it belongs under « À faire aujourd’hui »."""


@dataclass(frozen=True, slots=True)
class FollowUp:
    """One dossier of the register as the desk sees it on the day of the run."""

    verdict: Verdict
    etape: Etape
    since: date
    """Day since which it is in this étape."""
    manager: str
    """Name of the portfolio; "" when nobody is configured for it."""
    told: Told
    pieces: tuple[PieceState, ...]
    signatures: tuple[Signature, ...]
    action: Action
    documents: tuple[str, ...]
    """Paths under the outbox."""
    amendments: int = 0
    in_run: bool = True
    """A file of this run shows it; False: it stands in the register alone."""
    new: bool = False
    """First read by this run."""
    changed: bool = False
    """Its status, version or étape is not that of the run before."""
    alerts: tuple[str, ...] = ()
    """French sentences: what somebody has to know today."""
    decisions: Mapping[str, Decision] = field(default_factory=dict)
    """Rule id → the decision that holds."""

    @property
    def reference(self) -> str:
        return self.verdict.entry.reference or ""

    @property
    def missing(self) -> tuple[str, ...]:
        """The labels of the required documents that have not come, or do not hold long enough."""
        return tuple(piece.label for piece in self.pieces if piece.required and not piece.settled)

    @property
    def complete(self) -> bool:
        """Whether every document has come that the university's signature waits for."""
        return not self.missing


@dataclass(frozen=True, slots=True)
class Edit:
    """One cell of hers that a returned follow-up workbook holds otherwise than when it was written."""

    reference: str
    what: str
    """Key of the column; ``decision`` edits carry the rule: « décision:GEO-03 »."""
    shown: Value | None
    """The value when the workbook was written."""
    value: Value | None
    place: Place
    cell: str
    """Its address, as a person sees it."""
    title: str
    """The column's French title."""
    at: datetime
    who: str


@dataclass(frozen=True, slots=True)
class DecisionEdit:
    """One row of « À décider » that was filled in."""

    reference: str
    rule: str
    choice: Choice
    reason: str
    by: str
    on: date | None
    reach: Reach
    judged: str
    """Hash of the values that the row showed."""
    place: Place
    at: datetime
    shown: str = ""
    """The value as the row showed it."""
    known: Choice | None = None
    """The decision that the row showed when the workbook was written."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a returned workbook asked for and was not done: told with its row and the reason, in French."""

    place: Place
    reason: str
