"""What somebody who fills in a form could try, in every field that takes a text; the nights that are made of it."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from pipeline.setup import ROOT
from pipeline.tables import load_tables
from tools.examples.contact import Row, perfect
from tools.shows.stage import Stage

PAYLOADS: Mapping[str, str] = {
    "jinja": "{{ 7*7 }}{% if 1 %}oui{% endif %}{# non #}{{ etudiant.__class__ }}",
    "format": "{etudiant.__class__} {0} {} { %s%n%(x)s ${HOME}",
    "formula": '=HYPERLINK("http://canary.test/","clic")',
    "plus": "+1+1",
    "minus": "-2+3",
    "at": "@SUM(1;2)",
    "tab": "\t=1+1",
    "dde": "=cmd|' /C calc'!A0",
    "html": "</script><script>alert(1)</script><img src=x onerror=alert(1)></style></title></bdi>",
    "attribute": "\" onmouseover=\"alert(1)' x='",
    "markup": "]]><![CDATA[x]]>&lt;&#60;<!-- --><!DOCTYPE a [<!ENTITY b 'c'>]>&b;",
    "address": "javascript:alert(1)",
    "css": "x}body{background:url(http://canary.test/)}@import 'http://canary.test/';",
    "controls": "a\x1b[31mb\x07c_x000D_d\u2028e\u202ef\ufffe",
    "header": "a\r\nBcc: victim@canary.test\r\n\r\nbonjour",
    "encoded": "=?utf-8?q?a=0ABcc:_victim@canary.test?=",
    "path": "../../../../tmp/canary",
    "sql": "'); DROP TABLE dossiers; --",
    "rich": "[red]x[/red][link=http://canary.test]y[/link][/]",
    "shell": "$(touch canary);`touch canary`|touch canary",
    "device": "CON",
    "option": "--help",
    "escaped": "_x003D_HYPERLINK(1)_x0041_",
    "emoji": "😀" * 40,
}
"""What is tried, by name; the words alert, canary and 49 stand nowhere else in what the program writes."""

_IDENTITY = frozenset({"nom", "prenom", "nom_usage", "prenom_usage", "responsable_pedagogique"})
_KEPT = frozenset({
    "formulaire.identifiant", "etudiant.numero", "etudiant.code_postal", "organisme.siret", "organisme.naf",
    "organisme.code_postal", "formation.code_etape", "organisme.effectif", "organisme.identifiant",
    "protection.caisse", "etudiant.nationalite", "stage.teletravail_part",
})  # fmt: skip
"""Fields whose form is checked: an attack there only keeps the agreement back."""

AS_NAMES = (
    "jinja", "formula", "tab", "html", "markup", "controls", "header", "encoded", "path", "sql", "rich", "shell", "device",
    "option", "escaped", "emoji",
)  # fmt: skip
_MORE = " et la rédaction du catalogue des expositions de la saison"
"""What makes of a few signs a subject that says something, so that the agreement is made."""


def attacked(number: int, payload: str, *, names: bool) -> Row:
    """Return a perfect form whose texts are ``payload``: the names of people too when ``names``, else all but those."""
    row = perfect(number)
    for key, one in load_fields().items():
        person = key.partition(".")[2] in _IDENTITY
        if one.genre.startswith("texte") and key not in _KEPT and (names or (key in row and not person)):
            row[key] = (payload if names else payload + _MORE)[: one.max_length or 1000]
    return row


@cache
def load_fields() -> Mapping[str, Any]:
    """Return the fields of the contact form."""
    return load_tables(ROOT / "schemas").fields


def rows(names: bool) -> list[Row]:
    """Return one row per payload, or per payload that is worth being a name."""
    if names:
        return [attacked(n, PAYLOADS[name], names=True) for n, name in enumerate(AS_NAMES)]
    return [attacked(len(AS_NAMES) + n, payload, names=False) for n, payload in enumerate(PAYLOADS.values())]


def deposit(stage: Stage, rows_of: Iterable[Row], name: str = "export.csv") -> Path:
    """Drop an export as .csv, in which a text is a text whatever it begins with."""
    path = stage.inbox / name
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream, delimiter=";", quoting=csv.QUOTE_ALL)
        writer.writerow([one.label for one in load_fields().values()])
        for row in rows_of:
            writer.writerow([_written(row.get(key)) for key in load_fields()])
    return path


def _written(value: object) -> str:
    if isinstance(value, datetime):
        return f"{value:%d/%m/%Y %H:%M}"
    return f"{value:%d/%m/%Y}" if isinstance(value, date) else "" if value is None else str(value)


def hostile_night(folder: Path) -> Stage:
    """Return a stage after a night over every payload in every text."""
    stage = Stage(folder, quiet=True)
    deposit(stage, rows(names=False), "textes.csv")
    deposit(stage, rows(names=True), "noms.csv")
    stage.night()
    return stage
