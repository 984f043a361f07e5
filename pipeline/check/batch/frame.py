"""One line for each current version, and a pandas frame of the keys by which lines are grouped."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import combinations
from typing import TYPE_CHECKING, Any

from pipeline.check.batch.people import Identity, firsts, identity_of
from pipeline.check.facts import Person
from pipeline.config import AcademicYear
from pipeline.dossiers import academic_year_of, siren_of, student_by_names, student_number
from pipeline.model import Companion, Deposit
from pipeline.tables.countries import Countries
from pipeline.tables.words import fold

if TYPE_CHECKING:  # pandas takes a quarter of a second: only a process that compares rows loads it
    import pandas as pd

_LEGAL_FORMS = frozenset({
    "sa", "sas", "sasu", "sarl", "eurl", "ei", "eirl", "sci", "scop", "scic", "snc", "gie", "gip", "asso", "association",
    "assoc", "ste", "societe", "et", "cie", "ltd", "gmbh", "inc",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Member:
    """A current version: a row of this run, or what the register holds of a dossier that no file shows any more."""

    deposit: Deposit
    reference: str | None
    counted: bool
    """Whether it counts in sums and overlaps: not refused, not redirected, not abandoned."""
    judged: bool
    """Whether it is a row of this run."""

    @property
    def companion(self) -> Companion:
        return Companion(self.deposit.place, self.reference)


@dataclass(frozen=True, slots=True)
class Line:
    """What the rules across rows compare of one member; None is not known."""

    number: int
    """Its place in :attr:`Batch.members`."""
    counted: bool
    student: str | None
    host: str | None
    year: int | None
    """First year of the academic year."""
    teacher: str | None
    tutor: str | None
    stipend: str | None
    """Whether a stipend is compulsory in the country: OUI, NON, A_VERIFIER."""
    student_number: str | None
    identity: Identity
    siret: str | None
    siren: str | None
    host_name: str | None
    service: str
    subject: str | None
    workforce: str | None
    start: date
    """date.max when the dates are not known or not in order: such a line is in no group of :meth:`Batch.dated`."""
    end: date
    hours: Decimal | None
    weekly: Decimal | None
    days: Decimal | None
    paid: bool | None
    teacher_name: str
    tutor_name: str

    @property
    def dated(self) -> bool:
        return self.start != date.max


class Batch:
    """The current versions side by side, in the order of their places: nothing depends on the order of the files."""

    def __init__(self, members: Iterable[Member], countries: Countries, years: AcademicYear, today: date) -> None:
        import pandas as pd

        self.members: Sequence[Member] = sorted(members, key=lambda m: (m.deposit.place, m.reference or ""))
        deposits = [member.deposit for member in self.members]
        keys = zip(
            _students(deposits),
            _linked([siren_of(d.values.get("organisme.siret")) for d in deposits], [_host_name(d) for d in deposits]),
            _people(deposits, "enseignant"),
            _people(deposits, "tuteur"),
            strict=True,
        )
        self.lines: Sequence[Line] = [
            _line(i, member, keyed, _year(member.deposit, years, today), _stipend(member.deposit, countries))
            for i, (member, keyed) in enumerate(zip(self.members, keys, strict=True))
        ]
        columns = {name: [getattr(line, name) for line in self.lines] for name in _KEYS}
        self._frame = pd.DataFrame(columns, dtype=object)
        self._counted = pd.Series([line.counted for line in self.lines], dtype=bool)
        self._dated = pd.Series([line.dated for line in self.lines], dtype=bool)

    def groups(self, *by: str) -> Iterator[list[Line]]:
        """Yield the counted lines that share every key of ``by``, none unknown, where there are two or more."""
        yield from self._groups(by, self._counted)

    def dated(self, *by: str) -> Iterator[list[Line]]:
        """Yield the same groups of the lines that give both dates, in order."""
        yield from self._groups(by, self._counted & self._dated)

    def all_groups(self, *by: str) -> Iterator[list[Line]]:
        """Yield the same groups, also with the lines that count in no sum."""
        yield from self._groups(by, self._counted | True)

    def _groups(self, by: Sequence[str], kept: pd.Series[bool]) -> Iterator[list[Line]]:
        known = self._frame.loc[kept, list(by)].dropna()
        shared = known[known.duplicated(keep=False)]
        for numbers in shared.groupby(list(by), sort=False).indices.values():
            yield [self.lines[int(i)] for i in shared.index[numbers]]


_KEYS = ("student", "host", "year", "teacher", "tutor", "student_number", "siret", "siren", "service", "subject")


def _line(number: int, member: Member, keys: tuple[str | None, ...], year: int | None, stipend: str | None) -> Line:
    values: Mapping[str, Any] = member.deposit.values
    start, end = values.get("stage.date_debut"), values.get("stage.date_fin")
    if start is None or end is None or end < start:
        start = end = date.max
    student, host, teacher, tutor = keys
    return Line(
        number=number,
        counted=member.counted,
        student=student,
        host=host,
        year=year,
        teacher=teacher,
        tutor=tutor,
        stipend=stipend,
        student_number=student_number(member.deposit),
        identity=identity_of(member.deposit),
        siret=values.get("organisme.siret"),
        siren=siren_of(values.get("organisme.siret")),
        host_name=values.get("organisme.raison_sociale"),
        service=fold(values.get("organisme.service") or ""),
        subject=fold(values.get("stage.sujet") or "") or None,
        workforce=values.get("organisme.effectif"),
        start=start,
        end=end,
        hours=values.get("stage.duree_heures"),
        weekly=values.get("stage.heures_hebdomadaires"),
        days=values.get("stage.jours_hebdomadaires"),
        paid=values.get("gratification.versee"),
        teacher_name=_full_name(values, "enseignant"),
        tutor_name=_full_name(values, "tuteur"),
    )


def _students(deposits: Sequence[Deposit]) -> list[str | None]:
    """Return one key for each student: the number, and the names too where one number has two people (LIG-03)."""
    numbers, names = [student_number(d) for d in deposits], [_by_names(d) for d in deposits]
    identities: dict[str, list[Identity]] = {}
    for number, deposit in zip(numbers, deposits, strict=True):
        if number:
            identities.setdefault(number, []).append(identity_of(deposit))
    shared = {number for number, found in identities.items() if len(found) > 1 and _of_two_people(found)}
    keys = [f"{number}+{name}" if number in shared else number for number, name in zip(numbers, names, strict=True)]
    return _linked(keys, names)


def _of_two_people(identities: Sequence[Identity]) -> bool:
    compared = firsts(identities, lambda identity: identity)
    return any(one.differs(two) and not one.renamed(two) for one, two in combinations(compared, 2))


def _by_names(deposit: Deposit) -> str | None:
    return None if _unread(deposit, "etudiant.numero") else student_by_names(deposit)


def _host_name(deposit: Deposit) -> str | None:
    name = None if _unread(deposit, "organisme.siret") else deposit.values.get("organisme.raison_sociale")
    country = deposit.values.get("organisme.pays") or deposit.values.get("stage.pays") or ""
    return f"{bare_name(str(name))}|{country}" if name else None


def _full_name(values: Mapping[str, Any], group: str) -> str:
    return Person(values.get(f"{group}.nom"), values.get(f"{group}.prenom"), None).full_name


def _unread(deposit: Deposit, key: str) -> bool:
    """Tell whether the cell holds what could not be read: the row is then in no group that rests on it."""
    return key in deposit.form.cells and key not in deposit.values


def bare_name(name: str) -> str:
    """Return the words of a host's name without its legal form: « SARL L’Atelier » → « l atelier »."""
    words = fold(name).split()
    return " ".join(word for word in words if word not in _LEGAL_FORMS) or " ".join(words)


def _people(deposits: Sequence[Deposit], group: str) -> list[str | None]:
    emails, names = [], []
    for deposit in deposits:
        email, family, given = (deposit.values.get(f"{group}.{part}") for part in ("email", "nom", "prenom"))
        emails.append(str(email).casefold() if email else None)
        names.append(" ".join(sorted(fold(f"{family} {given or ''}").split())) if family else None)
    return _linked(emails, names)


def _linked(first: Sequence[str | None], second: Sequence[str | None]) -> list[str | None]:
    """Return one key for each line: the first identifier, else the second.

    A line without the first takes the one that lines of its second identifier have, when they have only one.
    """
    known: dict[str, set[str]] = {}
    for one, two in zip(first, second, strict=True):
        if one and two:
            known.setdefault(two, set()).add(one)
    keys = []
    for one, two in zip(first, second, strict=True):
        candidates = known.get(two, set()) if two else set()
        keys.append(f"1|{one}" if one else f"1|{min(candidates)}" if len(candidates) == 1 else two and f"2|{two}")
    return keys


def _year(deposit: Deposit, years: AcademicYear, today: date) -> int | None:
    if _unread(deposit, "stage.date_debut"):
        return None
    start, declared = deposit.values.get("stage.date_debut"), deposit.values.get("formation.annee_universitaire")
    return academic_year_of(deposit, today, years) if start or declared else None


def _stipend(deposit: Deposit, countries: Countries) -> str | None:
    code = deposit.values.get("stage.pays") or deposit.values.get("organisme.pays")
    return countries[str(code)].stipend if code else None


class Spans:
    """The periods of some lines, both ends included, for questions about common days."""

    def __init__(self, lines: Sequence[Line]) -> None:
        import numpy as np

        self._lines = lines
        self._first = np.array([line.start.toordinal() for line in lines], dtype=np.int64)
        self._after = np.array([line.end.toordinal() + 1 for line in lines], dtype=np.int64)

    def busiest(self) -> Sequence[int]:
        """Return for each line the most lines that share one of its days, itself included."""
        import numpy as np

        bounds = np.unique(np.concatenate([self._first, self._after]))
        begins, ends = np.searchsorted(bounds, self._first), np.searchsorted(bounds, self._after)
        steps = np.zeros(len(bounds) + 1, dtype=np.int64)
        np.add.at(steps, begins, 1)
        np.add.at(steps, ends, -1)
        present = np.cumsum(steps)
        return [int(present[a:b].max()) for a, b in zip(begins, ends, strict=True)]

    def meeting(self, position: int, most: int | None = None) -> list[Line]:
        """Return the other lines that share a day with the one at ``position``; the first ``most`` of them."""
        shared = (self._first < self._after[position]) & (self._first[position] < self._after)
        shared[position] = False
        return [self._lines[int(i)] for i in shared.nonzero()[0][:most]]


def largest_number(text: object) -> Decimal | None:
    """Return the largest number of « 12 », « 10 à 19 salariés » or « 1 000 »; None for « 250 et plus » or no number."""
    words = fold(str(text or ""))
    if not words or re.search(r"\bplus\b|\bsuperieur", words) or re.search(r"[+>]", str(text)):
        return None
    numbers = re.findall(r"\d+(?:[ \u00a0\u202f]\d{3})*", re.sub(r"(?<=\d)[\u00a0\u202f ](?=\d{3}\b)", "", str(text)))
    return max((Decimal(n) for n in numbers), default=None)
