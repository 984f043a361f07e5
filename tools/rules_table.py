"""Write ``docs/rules.md``: every rule id, what applies it or where it is said: ``python -m tools.rules_table``.

The table comes from the registries of the code, ``schemas/rules.yaml``, ``schemas/explained.yaml`` and
``schemas/reference/rule_ids.csv``; the part on practice from ``tools/practice.yaml``.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from pipeline.check.batch import BATCH_RULES
from pipeline.check.judge import STANDING_RULES, TURNED_RED
from pipeline.check.rules import RULES
from pipeline.check.schema import SCHEMA_RULES
from pipeline.language import long_date
from pipeline.tables.csvs import read_csv
from pipeline.tables.yamls import check_shape, read_yaml
from tools.explained import Explained, described, flat, load_explanations

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "rules.md"
COMMAND = "python -m tools.rules_table"

FAMILIES = {
    "DUR": "Durée",
    "DAT": "Dates",
    "GRA": "Gratification",
    "TPS": "Temps de travail",
    "IDE": "Identité",
    "INS": "Inscription",
    "ETS": "Organisme d’accueil",
    "ACT": "Acteurs",
    "ROU": "Orientation du dossier",
    "GEO": "Destination",
    "DOC": "Pièces",
    "SIG": "Signatures",
    "AVE": "Avenants",
    "PED": "Contenu pédagogique",
    "LAN": "Langue",
    "CPM": "Protection sociale",
    "LIG": "Lignes et fichiers",
}
_COLUMNS = ("id", "statement", "scope", "apply", "severity", "motif", "jalon", "source", "legal_basis")
_STATES = ("fait", "en partie", "décidé autrement", "non fait")
_ID = re.compile(r"[A-Z]{3}-\d\d")
_SHORT = 90
"""The most characters of a list that the table itself shows."""
_TEXT = {"type": "string", "required": True, "empty": False}
_POINT = {
    "type": "dict",
    "schema": {
        "sujet": _TEXT,
        "etat": {"allowed": list(_STATES), "required": True},
        "decision": _TEXT,
        "ou": {"type": "list", "required": True, "minlength": 1, "schema": _TEXT},
    },
}
_POINTS = {"type": "dict", "required": True, "valuesrules": _POINT}


@dataclass(frozen=True, slots=True)
class Point:
    """One demand of practice or of law, and what became of it."""

    subject: str
    state: str
    decision: str
    places: tuple[str, ...]
    """Rule ids, ``file``, or ``file::words that stand in it``."""


class Project:
    """Everything that the page is made of, read once from the folder ``root``."""

    def __init__(self, root: Path = ROOT) -> None:
        self.root = root
        self.explanations = load_explanations(root)

    @cached_property
    def listed(self) -> Mapping[str, Mapping[str, str]]:
        """The list of ids, each with its statement, scope, severity, motif and gate."""
        rows = read_csv(self.root / "schemas" / "reference" / "rule_ids.csv", _COLUMNS)
        return {row["id"]: row for row in rows}

    @cached_property
    def described(self) -> Mapping[str, Mapping[str, Any]]:
        """The entries of rules.yaml: the rules that the code applies."""
        return read_yaml(self.root / "schemas" / "rules.yaml")

    @cached_property
    def points(self) -> Mapping[str, Mapping[str, Point]]:
        """Group (``points``, ``droit``) → number → what became of it."""
        path = self.root / "tools" / "practice.yaml"
        data = read_yaml(path)
        check_shape(data, {"points": _POINTS, "droit": _POINTS}, str(path))
        return {
            group: {n: Point(e["sujet"], e["etat"], flat(e["decision"]), tuple(e["ou"])) for n, e in entries.items()}
            for group, entries in data.items()
        }

    @cached_property
    def examples(self) -> Collection[str]:
        """The rules with an example that passes and one that fails."""
        found: set[str] = set()
        for name in ("examples", "batch_examples"):
            entries = read_yaml(self.root / "tests" / "rules" / f"{name}.yaml")
            found |= {rule_id for rule_id, e in entries.items() if e.get("passe") and e.get("signale")}
        return found

    @cached_property
    def tested(self) -> Collection[str]:
        """The ids that a test proves: by examples, by an anchor, or by a whole run where neither fits."""
        code = "".join(path.read_text(encoding="utf-8") for path in sorted((self.root / "tests").rglob("*.py")))
        expected = (self.root / "tests" / "examples" / "expected" / "verdicts.txt").read_text(encoding="utf-8")
        alone = (*STANDING_RULES, TURNED_RED)
        named = {rule_id for rule_id in alone if f'"{rule_id}"' in code or f"    {rule_id} " in expected}
        return {*self.examples, *named} & set(self.described) | set(self.explanations.rules)

    def unknown(self) -> Iterator[str]:
        """Yield the ids of the list that are neither applied nor explained."""
        yield from (i for i in self.listed if i not in self.described and i not in self.explanations.rules)


def absent(place: str, project: Project) -> str | None:
    """Return what is wrong with a place of tools/practice.yaml: an id, a file or words that do not exist."""
    if _ID.fullmatch(place):
        return None if place in project.described or place in project.explanations.rules else place
    name, _, words = place.partition("::")
    path = project.root / name
    if not path.is_file():
        return name
    return None if flat(words) in flat(path.read_text(encoding="utf-8")) else place


# ── where a rule is applied ───────────────────────────────────────────────────────────────────────


def _applied(rule_id: str) -> str:
    """Return in Markdown the function that applies ``rule_id``; raises KeyError when no code does."""
    if rule_id in SCHEMA_RULES:
        return f"schéma Cerberus, {_link('pipeline/check/schema.py', 'FormSchema')}"
    if rule_id in STANDING_RULES:
        return f"reconnaissance des dossiers, {_link('pipeline/dossiers.py', 'identify')}"
    if rule_id == TURNED_RED:
        return f"{_link('pipeline/check/judge.py', 'Judge')}, à la place de GEO-02"
    function = BATCH_RULES[rule_id] if rule_id in BATCH_RULES else RULES[rule_id]
    path = f"{function.__module__.replace('.', '/')}.py"
    linked = _link(path, function.__name__)
    return f"entre fiches, {linked}" if rule_id in BATCH_RULES else linked


def _asks_the_settings(rule_id: str, project: Project) -> bool:
    """Tell whether conventions.toml, or a table that the university fills, decides with the form."""
    function = RULES.get(rule_id)
    reads = function is not None and "facts.settings" in inspect.getsource(function)
    return reads or project.listed.get(rule_id, {}).get("apply") == "config"


def _link(path: str, name: str) -> str:
    return f"[{Path(path).stem}.{name}](../{path})"


# ── cells ─────────────────────────────────────────────────────────────────────────────────────────


def _severity(entry: Mapping[str, Any]) -> str:
    motif = entry.get("motif")
    return f"{entry['gravite']} ({motif})" if motif else str(entry["gravite"])


def _severities(entry: Mapping[str, Any]) -> str:
    lines = [_severity(entry)]
    lines += [f"`{name}` : {_severity(variant)}" for name, variant in entry.get("variantes", {}).items()]
    return "<br>".join(lines)


def _gates(entry: Mapping[str, Any]) -> str:
    lines = [entry["jalon"]]
    lines += [f"`{name}` : {v['jalon']}" for name, v in entry.get("variantes", {}).items() if "jalon" in v]
    return "<br>".join(lines)


def _actors(entry: Mapping[str, Any]) -> str:
    lines = [entry["agit"]]
    lines += [f"`{name}` : {v['agit']}" for name, v in entry.get("variantes", {}).items() if "agit" in v]
    return "<br>".join(lines)


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, int | float):
        return str(value).replace(".", ",")
    if isinstance(value, dict):
        return " ; ".join(f"{key} : {_written(item)}" for key, item in value.items())
    if isinstance(value, list):
        return ", ".join(_written(item) for item in value) or "aucun"
    return str(value) if str(value).startswith(("«", "“")) else f"« {value} »"


def _parameters(entry: Mapping[str, Any]) -> str:
    lines = []
    for name, value in entry.get("parametres", {}).items():
        text = _written(value)
        long = isinstance(value, list | dict) and len(text) > _SHORT
        lines.append(f"`{name}` : {len(value)} entrées, plus bas" if long else f"`{name}` : {text}")
    return "<br>".join(lines) or "–"


def _long_parameters(rule_id: str, entry: Mapping[str, Any]) -> Iterator[str]:
    for name, value in entry.get("parametres", {}).items():
        if isinstance(value, list | dict) and len(_written(value)) > _SHORT:
            if isinstance(value, list) and value and isinstance(value[0], dict):
                yield f"- {rule_id}, `{name}` :"
                yield from (f"  - {_written(item)}" for item in value)
            else:
                yield f"- {rule_id}, `{name}` : {_written(value)}"


def _origin(source: str, law: str) -> str:
    return "<br>".join(part for part in (source, law) if part) or "–"


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _applied_row(rule_id: str, project: Project) -> str:
    entry, where = project.described[rule_id], _applied(rule_id)
    if _asks_the_settings(rule_id, project):
        where += "<br>selon les réglages de l’université"
    if rule_id in project.explanations.notes:
        where += f"<br>{project.explanations.notes[rule_id]}"
    return _row(
        rule_id,
        entry["titre"],
        _severities(entry),
        _gates(entry),
        _actors(entry),
        _parameters(entry),
        _origin(entry["source"], entry.get("droit", "")),
        where,
    )


def _explained_row(rule_id: str, rule: Explained, listed: Mapping[str, str]) -> str:
    severity = {"gravite": listed["severity"], "motif": listed["motif"]}
    said = "".join(f"<br>– {described(place)}" for place in rule.places)
    whose = "relève du bureau du gestionnaire ; dite dans :" if rule.desk else "expliquée :"
    return _row(
        rule_id,
        rule.title,
        _severity(severity),
        listed["jalon"],
        "–",
        "–",
        _origin(listed["source"], listed["legal_basis"]),
        f"{whose}{said}<br>*{rule.why}*",
    )


# ── the page ──────────────────────────────────────────────────────────────────────────────────────

_HEAD = ("Id", "Règle", "Gravité", "Jalon", "Qui agit", "Paramètres", "Source et droit", "Où")
_INTRODUCTION = """\
« Appliquée » : une fonction du programme, ou le schéma Cerberus, lit la fiche et rend un constat ; gravité, jalon,
paramètres et messages sont dans `schemas/rules.yaml`. « Expliquée » : aucune fiche ne permet d’en décider ; la règle est
dite dans un document, et un essai vérifie que ses mots y sont. « Essayée » : des exemples prouvent ce qu’elle laisse passer
et ce qu’elle signale, ou un essai vérifie sa place. Source : 000 est le guide de la faculté, 001 à 004 les systèmes
d’où viennent les fiches ; « L », « D » et « R » sans autre mention sont des articles du code de l’éducation.
Jalon : « édition » retient la convention, « signature » est attendu avant que l’université signe. « Qui
agit » : qui doit faire quelque chose pour que le constat tombe ; « selon le champ » : l’organisme pour ses champs, ceux du
signataire, du tuteur et de la gratification, l’étudiante ou l’étudiant pour les autres. Pour une règle
expliquée, gravité et jalon sont ceux de la liste et n’ont pas d’effet sur un dossier."""


def page(project: Project) -> str:
    """Return the whole of docs/rules.md."""
    lines = [
        "# Les règles",
        "",
        f"<!-- Écrit par « {COMMAND} » : corrigez les fichiers d’où il vient, puis relancez la commande. -->",
        "",
        _summary(project),
        "",
        _INTRODUCTION,
        "",
    ]
    for prefix, name in FAMILIES.items():
        lines += _family(prefix, name, project)
    lines += _precedence(project)
    lines += _practice(project)
    return "\n".join(lines).rstrip("\n") + "\n"


def _summary(project: Project) -> str:
    applied = [i for i in project.listed if i in project.described]
    explained = [i for i in project.listed if i in project.explanations.rules]
    desk = [i for i in explained if project.explanations.rules[i].desk]
    tested = [i for i in project.listed if i in project.tested]
    day = long_date(date.fromisoformat(project.explanations.day), "fr")
    told = (
        f"**{len(project.listed)} identifiants : {len(applied)} appliqués, {len(explained)} expliqués"
        f" (dont {len(desk)} relèvent du bureau du gestionnaire), {len(tested)} essayés.**"
        f" Liste des identifiants arrêtée le {day} (`schemas/reference/rule_ids.csv`)."
    )
    unknown = list(project.unknown())
    return f"{told} Ni appliqués ni expliqués : {', '.join(unknown)}." if unknown else told


def _family(prefix: str, name: str, project: Project) -> Iterator[str]:
    ids = sorted(i for i in project.listed if i.startswith(prefix))
    yield from (f"## {prefix} – {name}", "", _row(*_HEAD), _row(*["---"] * len(_HEAD)))
    for rule_id in ids:
        if rule_id in project.described:
            yield _applied_row(rule_id, project)
        elif rule_id in project.explanations.rules:
            yield _explained_row(rule_id, project.explanations.rules[rule_id], project.listed[rule_id])
    yield ""
    described_ids = [i for i in ids if i in project.described]
    long = [line for i in described_ids for line in _long_parameters(i, project.described[i])]
    if long:
        yield from ("Listes des paramètres :", "", *long, "")


def _precedence(project: Project) -> Iterator[str]:
    yield from (
        "## Préséances",
        "",
        "Une règle se tait quand une autre, à sa droite, a parlé ; ROU-01, ROU-02 et ROU-03 sont demandées d’abord et, quand",
        "l’une parle, toutes les autres se taisent. LIG-05, LIG-06, LIG-09, LIG-10 et DAT-09 ne font taire que pour la cellule",
        "qu’elles marquent.",
        "",
        _row("Règle", "Se tait devant"),
        _row("---", "---"),
    )
    for rule_id, entry in project.described.items():
        if entry.get("tait_par"):
            yield _row(rule_id, ", ".join(entry["tait_par"]))
    yield ""


def _practice(project: Project) -> Iterator[str]:
    yield from (
        "## Pratique",
        "",
        "Ce que la pratique des bureaux (P, Q) et la relecture du droit (E) ont demandé, et ce qui en est vrai aujourd’hui.",
        "",
    )
    for group, name in (("points", "Travail quotidien"), ("droit", "Corrections de droit ou de fait")):
        found = project.points[group]
        counts = ", ".join(f"{s} : {n}" for s in _STATES if (n := sum(p.state == s for p in found.values())))
        yield from (f"### {name}", "", f"{len(found)} points ; {counts}.", "")
        yield from (_row("Point", "Sujet", "État", "Décision", "Où"), _row(*["---"] * 5))
        for number, point in found.items():
            yield _row(number, point.subject, point.state, point.decision, _places(point.places))
        yield ""


def _places(places: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(map(_place, places)))


def _place(place: str) -> str:
    if _ID.fullmatch(place):
        return place
    name = place.partition("::")[0]
    shown = Path(name).name
    return f"[{shown}]({'' if name.startswith('docs/') else '../'}{name.removeprefix('docs/')})"


def main(arguments: Sequence[str] = ()) -> None:
    """Write the page, or the file that ``arguments`` names."""
    path = Path(arguments[0]) if arguments else PAGE
    project = Project()
    path.write_text(page(project), encoding="utf-8")
    print(_summary(project).replace("**", ""))


if __name__ == "__main__":
    import sys

    main(sys.argv[1:])
