"""What the filters of the page offer, and each dossier's facts as the script compares them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipeline.report.morning.lines import Line
from pipeline.report.morning.words import ETAPES, STATUSES, Text
from pipeline.tables.words import fold


@dataclass(frozen=True, slots=True)
class Filter:
    """One drop-down: its name in the address, its title, the choice that means all, and the others with their texts."""

    name: str
    title: Text
    every: Text
    options: Sequence[tuple[str, Text]]


@dataclass(frozen=True, slots=True)
class Choices:
    """The filters of the page and ``data``, which the script reads."""

    filters: Sequence[Filter]
    data: Mapping[str, object]
    """« keys »: the values of each filter, by name; « rows »: per dossier, the place of its value in each of them, its
    views (1 to do today, 2 new or changed, 4 alert), its start and its deadline in ISO."""


_NAMES = ("statut", "etape", "regle", "formation", "pays", "gestionnaire")
_TITLES = {
    "statut": (Text("État", "State"), Text("Tous les états", "Every state")),
    "etape": (Text("Étape", "Stage"), Text("Toutes les étapes", "Every stage")),
    "regle": (Text("Constat", "Finding"), Text("Tous les constats", "Every finding")),
    "formation": (Text("Formation", "Programme"), Text("Toutes les formations", "Every programme")),
    "pays": (Text("Pays", "Country"), Text("Tous les pays", "Every country")),
    "gestionnaire": (Text("Gestionnaire", "Manager"), Text("Tous les dossiers", "All dossiers")),
}
ORDERS = (
    ("", Text("Début du stage", "Start")),
    ("echeance", Text("Échéance", "Deadline")),
    ("nom", Text("Nom", "Name")),
    ("organisme", Text("Organisme", "Host")),
    ("formation", Text("Formation", "Programme")),
    ("etat", Text("État", "State")),
)
_VIEWS = (
    ("agir", Text("À faire aujourd’hui", "To do today")),
    ("change", Text("Nouveaux ou changés", "New or changed")),
    ("alerte", Text("Avec une alerte", "With an alert")),
)


def choices(lines: Sequence[Line], rules: Mapping[str, str], rules_en: Mapping[str, str]) -> Choices:
    """Return the filters that have something to choose; ``rules`` say what a rule is about, by its id, in French, English."""
    options: dict[str, list[tuple[str, Text]]] = {
        "statut": [(s, text) for s, text in STATUSES.items() if any(line.status == s for line in lines)],
        "etape": [(e, text) for e, text in ETAPES.items() if any(_etape(line) == e for line in lines)],
        "regle": [(r, _rule(r, rules, rules_en)) for r in _sorted(rule for line in lines for rule in line.rules)],
        "formation": [(p, Text(p, p)) for p in _sorted(line.programme for line in lines)],
        "pays": sorted({line.code: line.country for line in lines if line.code}.items(), key=lambda o: fold(o[1].fr)),
        "gestionnaire": [(m, Text(m, m)) for m in _sorted(map(_manager, lines))],
    }
    keys = {name: [value for value, _ in options[name]] for name in _NAMES}
    places = {name: {value: place for place, value in enumerate(values)} for name, values in keys.items()}
    filters = [Filter(name, *_TITLES[name], options[name]) for name in _NAMES if options[name]]
    if any(line.desk for line in lines):
        filters.insert(0, Filter("vue", Text("Montrer", "Show"), Text("Tous les dossiers", "All dossiers"), _VIEWS))
    return Choices(filters, {"keys": keys, "rows": [_facts(line, places) for line in lines]})


def _facts(line: Line, places: Mapping[str, Mapping[str, int]]) -> Sequence[object]:
    desk = line.desk
    views = (desk.today and line.open) + 2 * desk.moved + 4 * bool(desk.alerts) if desk else 0
    return (
        places["statut"][line.status],
        places["etape"].get(_etape(line), -1),
        sorted({places["regle"][rule] for rule in line.rules}),
        places["formation"].get(line.programme, -1),
        places["pays"].get(line.code, -1),
        places["gestionnaire"].get(_manager(line), -1),
        views,
        line.start.isoformat() if line.start else "",
        desk.deadline.isoformat() if desk and desk.deadline else "",
    )


def _etape(line: Line) -> str:
    return line.desk.etape.fr if line.desk else ""


def _manager(line: Line) -> str:
    return line.desk.manager if line.desk else ""


def _rule(rule: str, titles: Mapping[str, str], titles_en: Mapping[str, str]) -> Text:
    title, title_en = titles.get(rule), titles_en.get(rule)
    return Text(f"{title} ({rule})" if title else rule, f"{title_en} ({rule})" if title_en else "")


def _sorted(values: Iterable[str]) -> list[str]:
    return sorted({value for value in values if value}, key=lambda value: (fold(value), value))
