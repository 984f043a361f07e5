"""A first column file for a new source system, written from the headers of one of its exports."""

from __future__ import annotations

import re
from collections import Counter

from pipeline.intake.describe import ColumnLine, ColumnsReport, SheetColumns
from pipeline.intake.labels import header_key
from pipeline.intake.systems import TIMESTAMP, Systems
from pipeline.tables.fields import Fields

_SIGNATURE = 4
_HEAD = """\
# Ébauche faite à partir de {file}, à relire ligne à ligne avant de la déposer dans schemas/columns/.
# Le nom du fichier est celui du système. Clés : voir imprime_contact.yaml.
# « conventions columns {file} » montre comment les en-têtes sont alors compris.
"""


def draft_system(report: ColumnsReport, systems: Systems, fields: Fields) -> str | None:
    """Return the YAML of a system that recognises the file of ``report``; None when it has no headers.

    The sheet with most columns is described. Where a system recognises it already, the new one inherits from
    that system and says only what is not understood; else each header that the dictionary knows is written
    down, and each other one stands in a comment with what it resembles.
    """
    sheets = [sheet for sheet in report.sheets if sheet.columns]
    if not sheets:
        return None
    sheet = max(sheets, key=lambda one: (one.system is not None, len(one.columns)))
    writer = _Inheriting if sheet.system else _Whole
    return _HEAD.format(file=_plain(report.file)) + writer(sheet, systems, fields, report.file).text()


class _Whole:
    """A system that inherits from none."""

    def __init__(self, sheet: SheetColumns, systems: Systems, fields: Fields, file: str) -> None:
        self.sheet, self.systems, self.fields, self.file = sheet, systems, fields, file
        self.count = Counter(header_key(line.label) for line in sheet.columns)
        self.mapped = {line.letters for line in sheet.columns if self._is_mapped(line)}
        self._keep_one_column_a_field()

    def _is_mapped(self, line: ColumnLine) -> bool:
        return line.standing == "field" and (self.count[header_key(line.label)] == 1 or bool(line.title))

    def _keep_one_column_a_field(self) -> None:
        """Leave to a person the fields for which several columns offer themselves."""
        fed = Counter(key for line in self.sheet.columns if line.letters in self.mapped for key in line.fields[:1])
        self.mapped -= {line.letters for line in self.sheet.columns if line.fields and fed[line.fields[0]] > 1}

    def text(self) -> str:
        return "\n".join([*self._names(), "", *self._signature(), "", *self._columns(), *self._left()]) + "\n"

    def _names(self) -> list[str]:
        return [f"libelle: {_quoted(self.file)}"]

    def _signature(self) -> list[str]:
        asked = [f"    - [{_quoted(label)}]" for label in self._telling()]
        return ["signature:", "  entetes:", *asked, "  champs: []", "  sans: []"]

    def _telling(self) -> list[str]:
        """Return the headers to know the export by: those that no other system knows, then those mapped."""
        own = [line.label for line in self.sheet.columns if line.label and self._is_unheard_of(line.label)]
        rest = [line.label for line in self.sheet.columns if line.label and line.letters in self.mapped]
        rest += [line.label for line in self.sheet.columns if line.label]
        chosen: dict[str, str] = {}
        for label in (*own, *rest):
            if header_key(label):
                chosen.setdefault(header_key(label), label)
        return list(chosen.values())[:_SIGNATURE]

    def _is_unheard_of(self, label: str) -> bool:
        key = header_key(label)
        return bool(key) and not any(key in system.spelled for system in self.systems)

    def _columns(self) -> list[str]:
        lines = [line for line in self.sheet.columns if line.letters in self.mapped and line.fields[0] != TIMESTAMP]
        free = [line for line in lines if not (line.how == "section" and line.title)]
        inside = [line for line in lines if line.how == "section" and line.title]
        text = ["colonnes:" if free else "colonnes: {}"]
        text += [f"  {line.fields[0]}: [{_quoted(line.label)}]  # colonne {line.letters}" for line in free]
        if inside:
            titles: dict[str, dict[str, None]] = {}
            for line in inside:
                titles.setdefault(line.fields[0].partition(".")[0], {})[line.title] = None
            text += ["", "rubriques:"]
            text += [f"  {section}: [{', '.join(map(_quoted, found))}]" for section, found in titles.items()]
            text += ["", "entetes_de_rubrique:"]
            text += [f"  {line.fields[0]}: [{_quoted(line.label)}]  # colonne {line.letters}" for line in inside]
        stamps = [line for line in self.sheet.columns if line.letters in self.mapped and line.fields[0] == TIMESTAMP]
        if stamps:
            text += ["", f"horodatage: [{', '.join(_quoted(line.label) for line in stamps)}]"]
        return text

    def _left(self) -> list[str]:
        left = [line for line in self.sheet.columns if line.label and line.letters not in self.mapped]
        if not left:
            return []
        text = [
            "",
            "# En-têtes sans champ : placez chacun sous « colonnes », ou ici avec sa raison.",
            "# ignore:",
            "#   'la convention n’en fait pas état': ['…']",
        ]
        return text + [f"#   {_plain(line.label)} (colonne {line.letters}) : {self._advice(line)}" for line in left]

    def _advice(self, line: ColumnLine) -> str:
        if line.suggestions:
            return "peut-être " + ", ".join(f"{s.field} ({s.score})" for s in line.suggestions)
        if line.fields:
            return "plusieurs colonnes pour " + ", ".join(line.fields)
        return _plain(line.reason) or "aucun champ ne lui ressemble"


class _Inheriting(_Whole):
    """A system over the one that recognises the file already."""

    def _names(self) -> list[str]:
        return [f"libelle: {_quoted(self.file)}", f"herite: {self.sheet.system}"]

    def _signature(self) -> list[str]:
        return _Whole._signature(self)[:-2]

    def _columns(self) -> list[str]:
        return ["colonnes: {}"]

    def _left(self) -> list[str]:
        self.mapped |= {line.letters for line in self.sheet.columns if line.standing in ("field", "ignored")}
        return super()._left()


def _quoted(text: str) -> str:
    """Return ``text`` as a YAML string on one line."""
    return "'" + _plain(text).replace("'", "''") + "'"


def _plain(text: str) -> str:
    """Return ``text`` on one line, without what YAML does not print."""
    return re.sub(r"\s+", " ", "".join(c if c.isprintable() else " " for c in text)).strip()
