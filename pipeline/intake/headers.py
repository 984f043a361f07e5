"""Which source system a sheet comes from, and which field each of its columns feeds."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, TypeGuard

from pipeline.intake.labels import header_key
from pipeline.intake.systems import System, Systems
from pipeline.intake.tables import Table
from pipeline.intake.typography import typeset
from pipeline.model import CellValue, Layout, column_letters
from pipeline.tables.words import clean_spaces, fold

_SEARCHED_ROWS = 40
_LONGEST_HEADER = 300
_LEAST = 2
_NO_HEADERS = (
    "aucune ligne d’en-têtes connue dans les premières lignes : déposez l’export tel que le formulaire le donne, "
    "avec sa ligne de titres."
)

Standing: TypeAlias = Literal["field", "ignored", "unknown", "refused", "empty"]
How: TypeAlias = Literal["exact", "alias", "dictionary", "section", "neighbour", ""]
"""By what a header was understood: the field's label or the export's own header, another writing, a writing
that the system inherits, the section around it, the person to its left."""


@dataclass(frozen=True, slots=True)
class Column:
    """What became of one column."""

    index: int
    label: str
    standing: Standing
    fields: tuple[str, ...] = ()
    reason: str = ""
    """Why it is refused or not read, in French."""
    how: How = ""
    key: str = ""
    """The header of the system under which it was found."""
    section: str = ""
    """The section under whose title it stands: the part of a field's key before the dot."""


@dataclass(frozen=True, slots=True)
class Recognised:
    """A sheet whose system is known; ``by_header`` gives the column of each header that the system names."""

    system: System
    layout: Layout
    columns: tuple[Column, ...]
    by_header: Mapping[str, int]
    feeding: Mapping[str, tuple[int, ...]]
    """Field → the columns that each feed it alone: more than one means the same thing asked twice."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A sheet that no system, or more than one, recognises."""

    reason: str
    system: str | None = None
    """The nearest system."""
    header_row: int | None = None
    """0-based row that looks most like headers."""
    columns: tuple[Column, ...] = ()


def recognise(table: Table, systems: Systems) -> Recognised | Refused:
    """Find the header row of ``table`` and the one system that its signature satisfies.

    Exactly one must, those set aside from which another one inherits; else the French reason names the
    nearest and what it lacks, or those that match.
    """
    near = _near(table, systems)
    readings = [reading for system in near if (reading := _read_headers(table, system, systems))]
    if not readings:
        return Refused(typeset(_NO_HEADERS))
    matching = _most_specific([reading for reading in readings if not reading.lacks])
    if len(matching) > 1:
        names = " et ".join(f"« {reading.system.label} »" for reading in matching)
        return Refused(
            typeset(f"les en-têtes correspondent à plusieurs systèmes ({names}) : gardez ceux d’un seul export."),
            matching[0].system.name,
            matching[0].row,
            matching[0].columns,
        )
    if matching:
        return matching[0].recognised(table)
    nearest = max(readings, key=lambda reading: (reading.proper, reading.score))
    return Refused(
        typeset(f"système non reconnu ; le plus proche est « {nearest.system.label} », mais {nearest.lacks}."),
        nearest.system.name,
        nearest.row,
        nearest.columns,
    )


def _near(table: Table, systems: Systems) -> list[System]:
    """Return the systems of whose signature some header stands in the first rows: to read all is slow."""
    keys = {header_key(value) for row in _first_rows(table) for value in row if _may_be_header(value)}
    return [
        system
        for system in systems
        if not system.required or any(header in keys for group in system.required for header in group)
    ]


def _first_rows(table: Table) -> Iterator[tuple[CellValue, ...]]:
    filled = (row for row in table.rows if any(value is not None for value in row))
    return itertools.islice(filled, _SEARCHED_ROWS)


def _may_be_header(value: CellValue) -> TypeGuard[str]:
    return isinstance(value, str) and len(value) <= _LONGEST_HEADER


def _most_specific(readings: list[_Reading]) -> list[_Reading]:
    above = {parent for reading in readings for parent in reading.system.parents}
    return [reading for reading in readings if reading.system.name not in above]


def read_by_dictionary(table: Table, systems: Systems) -> Refused | None:
    """Return what the labels and aliases of the fields say of a sheet that no system recognises.

    None when they say nothing at all.
    """
    readings = [reading for system in systems.dictionary if (reading := _read_headers(table, system, systems))]
    if not readings:
        return None
    best = max(readings, key=lambda reading: sum(column.standing == "field" for column in reading.columns))
    return Refused("", best.system.name, best.row, best.columns)


@dataclass(frozen=True, slots=True)
class _Reading:
    """One system's reading of the sheet."""

    system: System
    row: int
    score: int
    proper: int
    """How many groups of the signature are satisfied."""
    lacks: str
    labels: tuple[str, ...]
    columns: tuple[Column, ...]
    by_header: Mapping[str, int]

    def recognised(self, table: Table) -> Recognised:
        columns, fields, feeding = _settle(table, self)
        notes = _notes(columns)
        if table.hidden:
            notes = (
                typeset(f"La feuille « {table.sheet} » est masquée dans le classeur ; elle est lue."),
                *notes,
            )
        layout = Layout(self.system.name, self.row + 1, self.labels, fields, notes, self.by_header, feeding)
        return Recognised(self.system, layout, columns, self.by_header, feeding)


def _labels(row: Sequence[CellValue]) -> tuple[str, ...]:
    return tuple(clean_spaces(value) if isinstance(value, str) else "" for value in row)


def _read_headers(table: Table, system: System, systems: Systems) -> _Reading | None:
    best, best_score = -1, 0
    keys = _known_keys(system)
    looked = 0
    for number, row in enumerate(table.rows):
        if not any(value is not None for value in row):
            continue
        if (looked := looked + 1) > _SEARCHED_ROWS:
            break
        score = sum(
            _is_known(value, keys, system) for value in row if isinstance(value, str) and len(value) <= _LONGEST_HEADER
        )
        if score > best_score:
            best, best_score = number, score
    if best_score < _LEAST:
        return None
    labels = _labels(table.rows[best])
    columns = Mapper(system, labels, _section_row(table, best, len(labels), system)).columns()
    by_header: dict[str, int] = {}
    for column in columns:
        for key in (column.key, header_key(column.label)):
            if key and key in system.spelled:
                by_header.setdefault(key, column.index)
    asked = {key for column in columns for key in column.fields}
    lacks, proper = _lacks(system, by_header.keys(), asked, systems)
    return _Reading(system, best, best_score, proper, lacks, labels, columns, by_header)


def _known_keys(system: System) -> frozenset[str]:
    inside = {header for headers in system.section_headers.values() for header in headers}
    return frozenset(system.spelled) | inside


def _is_known(text: str, keys: frozenset[str], system: System) -> bool:
    key = header_key(text)
    if not key:
        return False
    return key in keys or _unnumbered(key) in keys or _affix(key, text, system) is not None


def _lacks(system: System, there: Collection[str], asked: set[str], systems: Systems) -> tuple[str, int]:
    """Return what the signature lacks, in French ("" when nothing), and how many groups it satisfies."""
    missing: list[str] = []
    unwanted: list[str] = []
    satisfied = 0
    for group in system.required:
        if any(header in there for header in group):
            satisfied += 1
        else:
            missing.append(" ou ".join(f"« {system.spelled[header]} »" for header in group))
    for keys in system.required_fields:
        if any(key in asked for key in keys):
            satisfied += 1
        else:
            missing.append(" ou ".join(f"« {systems.fields[key].label} »" for key in keys))
    for header in system.excluded:
        if header in there:
            satisfied -= 1
            unwanted.append(f"« {system.spelled[header]} » ne devrait pas y être")
    return ", ".join([f"il y manque {', '.join(missing)}"] * bool(missing) + unwanted), satisfied


def _section_row(table: Table, header: int, width: int, system: System) -> tuple[str | None, ...] | None:
    """Return the section of each column from the row of titles above the headers; None when there is none.

    A title reaches to the end of its merged cell, or to the next title when it is not merged. "" is the
    section of an unknown title: nothing ambiguous is read under it.
    """
    for number in range(header - 1, max(header - 3, -1), -1):
        row = table.rows[number]
        titles = {index: value for index, value in enumerate(row) if isinstance(value, str) and value.strip()}
        if not titles:
            continue
        known = {index: _section_of(title, system) for index, title in titles.items()}
        found = [section for section in known.values() if section]
        if not found or (len(set(found)) < 2 and len(found) < len(titles)):
            return None
        ends = {left: right for top, left, _, right in table.merged if top == number}
        sections: list[str | None] = [None] * width
        starts = sorted(titles)
        for start, following in zip(starts, [*starts[1:], width], strict=True):
            stop = min(ends[start] + 1, following) if start in ends else following
            for index in range(start, min(stop, width)):
                sections[index] = known[start] or ""
        return tuple(sections)
    return None


_TITLE_NUMBER = re.compile(r"^(?:[ivx]+|\d+|[a-h]) (?=\w{3})")


def _section_of(title: str, system: System) -> str | None:
    key = fold(title)
    return system.sections.get(key) or system.sections.get(_TITLE_NUMBER.sub("", key))


def _unnumbered(key: str) -> str:
    """Return the header without the number that MS Forms adds to a repeated one: « nom2 », « nom 2 »."""
    return re.sub(r"(?<=[a-z]) ?\d{1,2}$", "", key)


_AFFIX = re.compile(r"^(.+?)\s*(?:\s[-‐‑‒–—−]\s|[-–—:>/|]\s*|\.\s)\s*(.+)$", re.DOTALL)
_BRACKET_AFTER = re.compile(r"^(.+?)\s*[(\[]([^)\]]+)[)\]][\s*:?]*$", re.DOTALL)
_BRACKET_BEFORE = re.compile(r"^\s*[(\[]([^)\]]+)[)\]]\s*(.+)$", re.DOTALL)
_LINK = re.compile(r"^(.+?) (?:du|de la|de l|de|d|of the|of) (.+)$")


def _affix(key: str, label: str, system: System) -> tuple[str, str] | None:
    """Return (section, rest of the header) when ``label`` names its section before or after, else None."""
    pairs: list[tuple[str, str]] = []
    for pattern in (_BRACKET_AFTER, _BRACKET_BEFORE, _AFFIX):
        if match := pattern.match(label):
            one, two = match.groups()
            pairs += [(one, two), (two, one)]
    for title, rest in pairs:
        if (section := _section_of(title, system)) and header_key(rest):
            return section, header_key(rest)
    if match := _LINK.match(key):
        rest, title = match.groups()
        section = system.sections.get(title)
        if section and rest in system.section_headers.get(section, {}):
            return section, rest
    words = key.split(" ")
    for cut in range(1, len(words)):
        before, after = " ".join(words[:cut]), " ".join(words[cut:])
        for title, rest in ((before, after), (after, before)):
            found = system.sections.get(title)
            if found and rest in system.section_headers.get(found, {}):
                return found, rest
    return None


class Mapper:
    """Maps the headers of one row, from left to right; what cannot be told apart is refused."""

    def __init__(self, system: System, labels: tuple[str, ...], sections: tuple[str | None, ...] | None) -> None:
        self.system, self.labels, self.sections = system, labels, sections
        self.keys = [header_key(label) for label in labels]
        bases = set(self.keys)
        # « Nom2 » is a repeated « Nom » only where « Nom » stands too.
        self.repeated = [
            _unnumbered(key) != key and _unnumbered(key) in bases and key not in self.system.spelled
            for key in self.keys
        ]
        self.keys = [_unnumbered(key) if again else key for key, again in zip(self.keys, self.repeated, strict=True)]
        self.count = Counter(key for index, key in enumerate(self.keys) if key and not self._is_ignored(index))
        self.inside = {header for headers in system.section_headers.values() for header in headers}
        self.certain: set[str] = set()
        """Fields that have a column of their own, whatever the neighbours."""
        self.taken: set[str] = set()
        self.firm: list[Column | None] = []
        """The columns that their own label and section settle."""
        self.person: str | None = None
        """The section of the nearest unambiguous column to the left."""
        self.lost = False
        """A label was refused after a person: what follows may go with it, up to the next clear column."""
        self.met = False
        """A column of some section has been passed."""
        self.special = consumed(system)

    def columns(self) -> tuple[Column, ...]:
        self.firm = [self._firm(index) for index in range(len(self.labels))]
        self.certain = {
            field
            for column in self.firm
            if column
            for field in column.fields
            if column.key not in self.system.fallback.get(field, ())
        }
        columns: list[Column] = []
        for index, column in enumerate(self.firm):
            if index and self._section(index) != self._section(index - 1):
                self.person = None
            columns.append(column or self._by_neighbour(index))
            self._remember(columns[-1], column is not None)
        return tuple(columns)

    def _is_ignored(self, index: int) -> bool:
        """Tell whether the column is one that the system knows and leaves; « Nom2 » never is for « Nom »."""
        return self.keys[index] in self.system.ignored and not self.repeated[index]

    def _is_decided(self, index: int) -> bool:
        """Tell whether a system that inherits names this label itself: there it is no one else's."""
        key = self.keys[index]
        return bool(self.system.parents) and not self.repeated[index] and key not in self.system.inherited

    def _section(self, index: int) -> str | None:
        return self.sections[index] if self.sections else None

    def _remember(self, column: Column, firm: bool) -> None:
        """Move the neighbour on: an unknown or refused column may begin another person."""
        if column.standing == "empty":
            return
        groups = {key.partition(".")[0] for key in column.fields}
        self.lost = (column.standing == "refused" and self.met) or (self.lost and not (firm and groups))
        if firm:
            self.person = groups.pop() if len(groups) == 1 else None
        elif column.standing != "field":
            self.person = None
        self.met = self.met or (self.person is not None and self.person in self.system.section_headers)

    def _firm(self, index: int) -> Column | None:
        """Return the column when its own label and section settle it; None when its neighbours must."""
        label, key, system = self.labels[index], self.keys[index], self.system
        if not key:
            return Column(index, label, "unknown" if label else "empty")
        section = self._section(index)
        if section and (qualified := f"{section} {key}") in self.special:
            return self._field(index, self.special[qualified], "section", qualified)
        inside = system.section_headers.get(section or "", {})
        if section and key in inside:
            return self._field(index, (inside[key],), "section")
        fields = system.headers.get(key, ()) + self.special.get(key, ())
        # A label valid anywhere may also be one of a section: « Civilité », but of whom?
        own = section is None and self._is_decided(index)
        if fields and (key not in self.inside or own or (section and fields[0].startswith(f"{section}."))):
            return self._field(index, fields, self._origin(key), key)
        if self._is_ignored(index):
            return Column(index, label, "ignored", reason=system.ignored[key], section=section or "")
        if key not in self.inside and (found := _affix(key, label, system)):
            return self._affixed(index, *found)
        if key in self.inside:
            return None if section is None else self._refused_in(index, section)
        return Column(index, label, "unknown", section=section or "")

    def _field(self, index: int, fields: tuple[str, ...], how: How, key: str = "") -> Column:
        section = self._section(index) or ""
        fed = tuple(dict.fromkeys(fields))
        return Column(index, self.labels[index], "field", fed, how=how, key=key, section=section)

    def _origin(self, key: str) -> How:
        if key in self.system.inherited:
            return "dictionary"
        own_words = self.system.parents or not self.system.labels
        return "exact" if own_words or key in self.system.labels else "alias"

    def _affixed(self, index: int, section: str, rest: str) -> Column:
        label, system = self.labels[index], self.system
        inside = system.section_headers.get(section, {})
        if (qualified := f"{section} {rest}") in self.special:
            return self._field(index, self.special[qualified], "section", qualified)
        for candidate in (rest, _unnumbered(rest)):
            if candidate in inside:
                return self._field(index, (inside[candidate],), "section")
            own = tuple(key for key in system.headers.get(candidate, ()) if key.startswith(f"{section}."))
            if own:
                return self._field(index, own, "section")
        return Column(index, label, "unknown", section=self._section(index) or "")

    def _refused_in(self, index: int, section: str) -> Column:
        label = self.labels[index]
        where = "dans cette rubrique" if section else "sous un titre de rubrique inconnu"
        return Column(index, label, "refused", reason=f"libellé ambigu {where}", section=section)

    def _by_neighbour(self, index: int) -> Column:
        """Settle a label that several persons share by the nearest unambiguous column to the left.

        A label that the dictionary gives to one field when it stands alone yields to a neighbour only
        when that field has another column; when both may be meant, neither is.
        """
        label, key, system = self.labels[index], self.keys[index], self.system
        neighbour = system.section_headers.get(self.person or "", {}).get(key)
        direct = system.headers.get(key, ())
        lone = direct or ((system.alone[key],) if key in system.alone else ())
        if lone and not (self._is_lone(index, bool(direct)) and all(self._is_free(field) for field in lone)):
            lone = ()
        if self.lost:
            lone = ()
        if neighbour and neighbour.endswith(".civilite") and self._begins_another(index):
            neighbour, lone = None, ()
        if neighbour and self._is_free(neighbour):
            if not lone or neighbour in lone:
                return self._take(index, (neighbour,), "neighbour")
        elif lone:
            return self._take(index, lone, self._origin(key))
        return Column(index, label, "refused", reason="libellé ambigu : la personne ou la rubrique n’est pas dite")

    def _begins_another(self, index: int) -> bool:
        """Tell whether the next column is another person's name: a civility stands before it."""
        following = next((c for c in self.firm[index + 1 :] if c is None or c.standing != "empty"), None)
        return following is not None and any(
            key.endswith((".nom", ".prenom")) and key.partition(".")[0] != self.person for key in following.fields
        )

    def _take(self, index: int, fields: tuple[str, ...], how: How) -> Column:
        self.taken |= set(fields)
        self.person = fields[0].partition(".")[0]
        return self._field(index, fields, how)

    def _is_free(self, field: str) -> bool:
        return field not in self.certain and field not in self.taken

    def _is_lone(self, index: int, direct: bool) -> bool:
        """Tell whether the label is the only one, or one valid anywhere that comes before every person.

        The column that follows must not belong to another person who may be given the same label.
        """
        key = self.keys[index]
        following = next((c for c in self.firm[index + 1 :] if c is None or c.standing != "empty"), None)
        for field in following.fields if following else ():
            group = field.partition(".")[0]
            own = self.system.section_headers.get(group, {}).get(key)
            if own and own not in self._lone_fields(key) and self._is_free(own):
                return False
        if self.count[key] == 1:
            return True
        return direct and self.keys.index(key) == index and self.person is None and not self.met

    def _lone_fields(self, key: str) -> tuple[str, ...]:
        return self.system.headers.get(key, ()) or ((self.system.alone[key],) if key in self.system.alone else ())


def consumed(system: System) -> dict[str, tuple[str, ...]]:
    """Return, for each header that feeds fields otherwise than alone, the fields that it feeds."""
    found: dict[str, tuple[str, ...]] = {}

    def add(headers: Sequence[str], *keys: str) -> None:
        for header in headers:
            found[header] = (*found.get(header, ()), *keys)

    for key, headers in (*system.coalesce.items(), *system.fallback.items(), *system.join.items()):
        add(headers, key)
    for split in system.splits:
        add(split.headers, f"{split.person}.nom", f"{split.person}.prenom")
    for conversion in system.conversions:
        for headers in conversion.parts.values():
            add(headers, *conversion.targets)
    return found


def _settle(
    table: Table, reading: _Reading
) -> tuple[tuple[Column, ...], dict[str, tuple[int, ...]], dict[str, tuple[int, ...]]]:
    """Return the columns, those of each field, and those that feed it alone.

    Two columns that each feed one field alone stand only when no row tells them apart.
    """
    system = reading.system
    special = consumed(system)
    columns = list(reading.columns)
    feeding: dict[str, list[int]] = {}
    for column in columns:
        if column.standing == "field":
            combined = special.get(column.key, ())
            for field in column.fields:
                if field not in combined:
                    feeding.setdefault(field, []).append(column.index)
    for field, indexes in feeding.items():
        if len(indexes) > 1 and not _agree(table, reading.row, indexes):
            names = ", ".join(f"« {columns[i].label} » (colonne {column_letters(i)})" for i in indexes)
            for i in indexes:
                columns[i] = Column(
                    i, columns[i].label, "refused", reason=f"plusieurs colonnes pour un même champ : {names}"
                )
            feeding[field] = []
    fields = {field: tuple(indexes) for field, indexes in feeding.items() if indexes}
    alone = dict(fields)
    kept = {column.index for column in columns if column.standing == "field"}
    converted = {field for conversion in system.conversions for field in conversion.targets}
    for field, headers in special_headers(system):
        if field in converted and field in alone:
            continue  # « 450.00 Net » says the type too, but « Type de gratification » is asked of its own
        there = [reading.by_header[h] for h in headers if h in reading.by_header]
        there = [i for i in there if i in kept or columns[i].key in special]
        if there:
            fields[field] = tuple(dict.fromkeys((*fields.get(field, ()), *there)))
    for header, values in system.implied.items():
        if reading.by_header.get(header) in kept:
            for field in values:
                fields.setdefault(field, (reading.by_header[header],))
    return tuple(columns), fields, alone


def special_headers(system: System) -> list[tuple[str, tuple[str, ...]]]:
    """Return (field, headers) of each coalesced, joined, split or converted field, in order of preference."""
    found = [*system.coalesce.items(), *system.join.items(), *system.fallback.items()]
    for split in system.splits:
        found += [(f"{split.person}.nom", split.headers), (f"{split.person}.prenom", split.headers)]
    for conversion in system.conversions:
        headers = tuple(h for part in conversion.parts.values() for h in part)
        found += [(target, headers) for target in conversion.targets]
    return found


def _agree(table: Table, header: int, indexes: Sequence[int]) -> bool:
    for row in table.rows[header + 1 :]:
        seen = {
            clean_spaces(str(row[i])).casefold()
            for i in indexes
            if i < len(row) and row[i] is not None and str(row[i]).strip()
        }
        seen -= {clean_spaces(table_label).casefold() for table_label in _labels_at(table, header, indexes)}
        if len(seen) > 1:
            return False
    return True


def _labels_at(table: Table, header: int, indexes: Sequence[int]) -> list[str]:
    row = table.rows[header]
    return [str(row[i]) for i in indexes if i < len(row)]


def _notes(columns: Sequence[Column]) -> tuple[str, ...]:
    notes = [
        f"Colonne {column_letters(c.index)} « {c.label} » non lue : {c.reason}. "
        "Précisez le libellé (par exemple « Nom du tuteur de stage ») "
        "ou ajoutez une ligne de titres de rubriques."
        if c.reason.startswith("libellé")
        else f"Colonne {column_letters(c.index)} « {c.label} » non lue : {c.reason}. Gardez-en une seule."
        for c in columns
        if c.standing == "refused"
    ]
    unknown = _listed(columns, lambda column: column.standing == "unknown")
    if unknown:
        notes.append(f"Colonnes sans champ correspondant, gardées telles quelles : {unknown}.")
    return tuple(typeset(note) for note in notes)


def _listed(columns: Sequence[Column], wanted: Callable[[Column], bool]) -> str:
    return ", ".join(f"« {c.label} » ({column_letters(c.index)})" for c in columns if wanted(c))
