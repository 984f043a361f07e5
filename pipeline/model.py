"""The values that flow between the stages: frozen, slotted, picklable.

    Sheet → Form → Deposit → Entry → Verdict → Plan → Made

Field keys are the French words of ``schemas/contact_form.yaml`` (``stage.duree_heures``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from pipeline.desk.model import Decision, FollowUp

LEGAL_RATE = "taux légal"
"""Value of ``gratification.montant`` when the form says « taux légal en vigueur »."""

OVER_200 = "plus de 200"
"""Value of ``formation.volume_horaire`` when the form says « plus de 200 heures » or « 200+ »."""


@dataclass(frozen=True, slots=True)
class ErrorCell:
    """A spreadsheet cell whose formula failed: ``#REF!``, ``#N/A``…"""

    code: str


CellValue: TypeAlias = str | int | float | bool | date | datetime | time | timedelta | ErrorCell | None


@dataclass(frozen=True, slots=True)
class Period:
    """Days from ``start`` to ``end``, both included; ``hours_per_day`` in hours, None when not given."""

    start: date
    end: date
    hours_per_day: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Schedule:
    """``stage.repartition``: its text as written, and the periods read from it (empty when unreadable)."""

    text: str
    periods: tuple[Period, ...] = ()


Value: TypeAlias = str | Decimal | date | datetime | bool | int | tuple[str, ...] | tuple[Period, ...] | Schedule
"""A normalised value. By dictionary type:

texte, texte long, courriel, téléphone, siret → str; nombre → Decimal; date → date;
date-heure → datetime (naive, local); oui/non → bool; choix → str (the dictionary's own spelling);
pays → str (ISO 3166 alpha-2); devise → str (ISO 4217); année universitaire → int (its first year);
périodes → tuple[Period, ...]; périodes ou texte → Schedule;
``etudiant.nationalite`` → tuple of ISO codes; ``gratification.montant`` → Decimal or LEGAL_RATE;
``formation.volume_horaire`` → Decimal or OVER_200.
"""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a row stands, as a person sees it: file under the inbox, sheet, 1-based row."""

    file: str
    sheet: str
    row: int


@dataclass(frozen=True, slots=True)
class Layout:
    """How the columns of one sheet map onto fields."""

    system: str
    """Name of the source system: the stem of its YAML file under ``schemas/columns/``."""
    header_row: int
    """1-based row of the headers."""
    headers: tuple[str, ...]
    """The labels as they stand, one for each column from A on ("" for an empty one)."""
    columns: Mapping[str, tuple[int, ...]]
    """Field key → the 0-based columns that it is read from. A key that is absent is not asked."""
    notes: tuple[str, ...] = ()
    """French sentences for the report: columns refused as ambiguous, columns ignored."""
    named: Mapping[str, int] = field(default_factory=dict)
    """Header of the system → its 0-based column."""
    alone: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    """Field key → the columns that each feed it alone."""
    several: tuple[int, ...] = ()
    """The columns of questions with several answers."""
    added: tuple[str, ...] = ()
    """Keys of the fields that a corrected workbook gave columns of their own, after ``headers``."""
    stands: tuple[int, ...] = ()
    """Where each column, the added ones last, stands in a corrected workbook: 0-based, -1 when taken away; () = here."""

    def column_of(self, index: int) -> int:
        """Return the 0-based column of the sheet at which a person sees column ``index``; -1 when it is not there."""
        return index if not self.stands else self.stands[index] if index < len(self.stands) else -1


@dataclass(frozen=True, slots=True)
class Note:
    """Something the mapping of a row must say: a finding of ``rule`` on ``fields`` (e.g. a conversion)."""

    rule: str
    fields: tuple[str, ...]
    slots: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Change:
    """One cell that a manager corrected."""

    label: str
    """Its column, as the workbook names it."""
    fields: tuple[str, ...]
    """Keys of the fields that the column feeds."""
    before: CellValue
    after: CellValue


@dataclass(frozen=True, slots=True)
class Correction:
    """What makes a row of a corrected workbook a deposit of its own."""

    reference: str
    """The dossier that it corrects; "" when the workbook was written by ``check``, which numbers nothing."""
    origin: Place
    """The row of the export that was corrected."""
    base: str
    """Digest of the deposit that it was made upon."""
    saved: datetime
    """When the workbook was saved (naive, local)."""
    at: datetime
    """The deposit's moment: ``saved``, or just after what it was made upon."""
    who: str
    """As the workbook's own properties name them; "" when they do not."""
    changes: tuple[Change, ...]
    again: bool = False
    """It brings back a content that the dossier had before: a new deposit all the same."""


@dataclass(frozen=True, slots=True)
class Form:
    """One row of a sheet, its cells under field keys, not yet read as types."""

    place: Place
    layout: Layout
    cells: Mapping[str, CellValue]
    """Field key → raw value, after coalescing, splitting and translating; empty cells are absent."""
    original: tuple[CellValue, ...]
    """The row as it stands, one value for each column from A on."""
    notes: tuple[Note, ...] = ()
    correction: Correction | None = None
    """What a manager corrected, when the row is one of a corrected workbook."""

    @property
    def home(self) -> Place:
        """The row of the export, which a correction keeps; its own place otherwise."""
        return self.correction.origin if self.correction else self.place

    def addresses(self, key: str) -> tuple[str, ...]:
        """Return the cell addresses ("AB12") that ``key`` was read from; empty when it is not asked."""
        columns = map(self.layout.column_of, self.layout.columns.get(key, ()))
        return tuple(f"{column_letters(i)}{self.place.row}" for i in columns if i >= 0)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file of the inbox may weigh; beyond, it is refused with a reason."""

    file_bytes: int = 50_000_000
    unpacked_bytes: int = 500_000_000
    rows: int = 100_000
    columns: int = 500
    cell_characters: int = 50_000
    memory_bytes: int = 2_000_000_000
    """What its reading may take."""
    seconds: int = 60
    """What its reading may compute; with what it waits for, four times as long."""
    files: int = 5_000
    """How many new files one run reads; the others wait for the next."""


RETURNED = frozenset({"a_corriger", "suivi"})
"""Profiles of the sources that are workbooks of ours, come back through the inbox."""

SourceState: TypeAlias = Literal["lu", "inchangé", "rejeté", "en attente"]


@dataclass(frozen=True, slots=True)
class Source:
    """One sheet that was read, or one file that was refused or waits (sheet "", profile None)."""

    file: str
    sheet: str
    sha256: str
    profile: str | None
    state: SourceState
    reason: str | None = None
    rows: int = 0
    unread: tuple[tuple[int, str], ...] = ()
    """(row, reason) of each row that could not be read."""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A cell that is not empty and that its type cannot read."""

    value: str
    """What stands in the cell, as text."""
    expected: str
    """What is expected, in French: « une date (JJ/MM/AAAA) »."""
    expected_en: str
    cause: str = ""
    """Why, when it can be told, in French: « année à deux chiffres »."""
    cause_en: str = ""
    example: str = ""


@dataclass(frozen=True, slots=True)
class Deposit:
    """A row's content, read: what design.md calls a deposit."""

    form: Form
    values: Mapping[str, Value]
    unreadable: Mapping[str, Unreadable]
    digest: str
    """Hash of the normalised content: the same content met again is the same deposit."""
    deposited_at: datetime | None
    """The deposit's own timestamp, when the source has one and it is readable."""

    @property
    def place(self) -> Place:
        return self.form.place

    @property
    def corrects(self) -> str | None:
        """The dossier that it corrects; None for what comes from an export."""
        return self.form.correction.reference if self.form.correction else None


Standing: TypeAlias = Literal["current", "replaced", "double"]


@dataclass(frozen=True, slots=True)
class Loan:
    """Values that a row's source does not ask, taken from another deposit of the same student and host."""

    fields: tuple[str, ...]
    place: Place
    """Where the lending row stands, or stood when it was last read."""
    reference: str | None
    """The dossier of the lending row."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One row's standing in the run: what becomes one entry of run.json's ``dossiers``."""

    deposit: Deposit
    reference: str | None
    """``C2026-000123``; None in ``check``, which numbers nothing."""
    standing: Standing
    other: Place | None
    """The row that replaces this one, or that it doubles."""
    first_judged: date
    """Day on which this version of the dossier was first judged."""
    version: int = 1
    folder: str = ""
    """Path of the dossier's folder under the outbox, which keeps the name it was made with."""
    loans: tuple[Loan, ...] = ()
    """What ``deposit.values`` holds that the row's own source does not ask."""
    overwritten: tuple[Change, ...] = ()
    """The corrected cells to which the export that replaces this correction gives other values."""
    own: Mapping[str, Value] = field(default_factory=dict)
    """What the row itself says of the fields to which the desk has given another value."""
    taken_over: bool = False
    """It was signed before this software came: it counts, and nothing is made for it."""
    cumulated_hours: Decimal | None = None
    """Hours of all the student's agreements with this host in this academic year; None when this one is alone."""

    @property
    def place(self) -> Place:
        return self.deposit.place


Severity: TypeAlias = Literal["bloquant", "à vérifier", "information"]
Motif: TypeAlias = Literal["refus", "réorientation", "correction"]
Gate: TypeAlias = Literal["édition", "signature"]
Status: TypeAlias = Literal["réorienté", "refusé", "à corriger", "à vérifier", "prêt", "remplacé", "repris"]
Actor: TypeAlias = Literal[
    "étudiant", "organisme", "référent", "responsable pédagogique", "gestionnaire", "relations internationales",
    "sécurité défense", "université",
]  # fmt: skip
"""Who has to act (practice.md Q7)."""
Model: TypeAlias = Literal["français", "francophone", "bilingue"]


@dataclass(frozen=True, slots=True)
class Companion:
    """Another row that a finding is about."""

    place: Place
    reference: str | None


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule says about a dossier."""

    rule: str
    severity: Severity
    motif: Motif | None
    jalon: Gate
    fields: tuple[str, ...]
    cells: tuple[str, ...]
    message: str
    fix: str
    message_en: str
    fix_en: str
    source: str
    internal: bool = False
    """For the office only: the letter to the student does not repeat it."""
    others: tuple[Companion, ...] = ()
    """The other rows that it is about, in the order of their places."""
    actor: Actor = "étudiant"
    """Who must act for it to be settled."""
    to_host: str = ""
    """What the host reads of it, complete by itself; "" unless the host must act."""
    to_host_en: str = ""
    judged: str = ""
    """Hash of what an « à vérifier » judged: a decision holds for it, and falls when it changes."""
    decision: Decision | None = None
    """The manager's decision that made it what it is."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """An entry, judged."""

    entry: Entry
    status: Status
    model: Model | None
    zone: str | None
    findings: tuple[Finding, ...]
    context: str = ""
    """Hash of what other rows contributed: with the row's own content, all that the verdict depends on."""

    @property
    def place(self) -> Place:
        return self.entry.place


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A PDF that a message carries or names."""

    path: str
    """Under the outbox."""
    label: str
    """What the message calls it."""
    label_en: str


@dataclass(frozen=True, slots=True)
class Document:
    """A file to be made: decided by the plan, made by produce."""

    kind: str
    """Key of ``schemas/documents.yaml``."""
    path: str
    """Under the outbox, with its extension (.docx, .html or .eml)."""
    template: str
    pdf: bool = False
    """A .pdf of the same stem is made beside it."""
    draft: bool = False
    """Every page bears the PROJET mark."""
    enclosures: tuple[Enclosure, ...] = ()
    """Of a message, in the order in which it names them; what cannot be made is named as coming later."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be produced for one verdict, and what of an older version has to leave."""

    verdict: Verdict
    documents: tuple[Document, ...]
    kept: tuple[str, ...] = ()
    """Paths made by an earlier run that still stand and are listed again."""
    obsolete: tuple[str, ...] = ()
    """Paths of an older version, to be removed."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A document that could not be made; it will be tried again by the next run."""

    path: str
    reason: str
    """In French, without personal data."""


@dataclass(frozen=True, slots=True)
class Amended:
    """What became of a change to an agreement that binds the parties."""

    reference: str
    number: int | None
    """Of the amendment that brings it; None when there can be none."""
    paths: tuple[str, ...] = ()
    """Under the outbox, those that stand."""
    reason: str = ""
    """Why there is none, in French, one sentence or more."""
    fresh: bool = False
    """Made by this run."""


@dataclass(frozen=True, slots=True)
class PastRun:
    """A run of the register's history."""

    run_id: str
    day: date
    totals: Mapping[str, int]
    """Number of rows (« rows ») and of each status; empty for a run recorded before totals were kept."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run did: everything that the reports tell."""

    run_id: str
    """UTC time of the start: 20261121T020000Z."""
    day: date
    """The processing date."""
    sources: tuple[Source, ...]
    verdicts: tuple[Verdict, ...]
    """In the order of their places: file, sheet, row."""
    documents: Mapping[Place, tuple[str, ...]]
    """Paths under the outbox of the documents that stand for each row, made now or by an earlier run."""
    made: int = 0
    """Number of documents written by this run."""
    failures: tuple[Failure, ...] = ()
    notices: tuple[str, ...] = ()
    """French lines on what is missing on this machine or was not done."""
    seconds: float = 0.0
    follow_ups: tuple[FollowUp, ...] = ()
    """Every dossier of the register as the desk sees it, in the order of references; empty in ``check``."""
    history: tuple[PastRun, ...] = ()
    """The runs before this one, the oldest first."""
    repeated: Mapping[str, int] | None = None
    """Totals of the night that this one repeats, nothing having changed since; None for a night of its own."""
    amended: tuple[Amended, ...] = ()
    """The signed agreements that have an amendment, or whose form has changed in what none may change."""
    erased: Mapping[str, int] = field(default_factory=dict)
    """What the night erased because it had been kept long enough: « dossiers », « reports »; empty for nothing."""


def column_letters(index: int) -> str:
    """Return the spreadsheet letters of a 0-based column: 0 → A, 26 → AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
