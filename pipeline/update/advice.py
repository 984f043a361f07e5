"""A new ``travel_advice.csv``: what is wrong with it, and what it changes for each country."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from urllib.parse import urlsplit

from pipeline.language import short_date
from pipeline.tables.advice import Advice
from pipeline.tables.countries import Countries
from pipeline.update.change import Change
from pipeline.update.sheet import Fault, Row, Sheet, quoted

COLUMNS = (
    "iso2", "name_fr", "level", "quasi_total", "villes_exceptees", "portee_orange", "regions_note", "as_of", "source",
    "url_fiche",
)  # fmt: skip
_LEVELS = ("none", "orange", "rouge_partiel", "rouge_total")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


def advice_faults(sheet: Sheet, known: Mapping[str, Advice], countries: Countries, day: date) -> Iterator[Fault]:
    """Yield what is wrong with the rows, then what is missing beside ``known``, the table in place.

    ``day`` is the processing date: no advice may be later.
    """
    seen: dict[str, int] = {}
    for row in sheet.rows:
        yield from _code_faults(row, seen, countries)
        yield from _level_faults(row)
        if row["iso2"] not in countries or countries[row["iso2"]].abroad:
            yield from _date_faults(row, known.get(row["iso2"]), day)
        if not _is_address(row["url_fiche"]):
            yield Fault(
                row.line,
                "url_fiche",
                f"adresse {quoted(row['url_fiche'])}",
                "Copiez l’adresse de la fiche, qui commence par https://.",
            )
    gone = sorted((countries[code].name, code) for code in known.keys() - seen.keys() if code in countries)
    if gone:
        names = ", ".join(f"{name} ({code})" for name, code in gone)
        only = len(gone) == 1
        problem = f"{len(gone)} {'pays de la table en place manque' if only else 'pays de la table en place manquent'} : {names}"
        yield Fault(0, "iso2", problem, f"Donnez la table entière : ajoutez {'sa ligne' if only else 'leurs lignes'}.")


def _code_faults(row: Row, seen: dict[str, int], countries: Countries) -> Iterator[Fault]:
    code = row["iso2"]
    if code not in countries:
        yield Fault(row.line, "iso2", f"code de pays inconnu {quoted(code)}", "Écrivez le code de countries.csv.")
        return
    if code in seen:
        problem = f"{countries[code].name} ({code}) figure déjà à la ligne {seen[code]}"
        yield Fault(row.line, "iso2", problem, "Gardez une ligne par pays.")
    seen.setdefault(code, row.line)
    named = countries.find(row["name_fr"])
    if named is None or named.code != code:
        problem = f"le nom {quoted(row['name_fr'])} n’est pas celui du code {code} ({countries[code].name})"
        yield Fault(row.line, "name_fr", problem, "Vérifiez que la ligne est bien celle de ce pays.")


def _level_faults(row: Row) -> Iterator[Fault]:
    level, nearly, reach = row["level"], row["quasi_total"], row["portee_orange"]
    if level not in _LEVELS:
        yield Fault(row.line, "level", f"niveau inconnu {quoted(level)}", f"Écrivez {_either(_LEVELS)}.")
        return
    if nearly not in ("0", "1"):
        yield Fault(row.line, "quasi_total", f"valeur inconnue {quoted(nearly)}", "Écrivez 0 ou 1.")
    elif nearly == "1" and level != "rouge_partiel":
        yield Fault(row.line, "quasi_total", f"1 ne va pas avec le niveau « {level} »", "Écrivez 0, ou rouge_partiel.")
    elif (nearly == "1") != bool(row["villes_exceptees"].strip("| ")):
        problem = "quasi_total = 1 demande les villes exceptées, et elles ne vont qu’avec lui"
        yield Fault(row.line, "villes_exceptees", problem, "Séparez les villes par « | », ou videz la cellule.")
    if reach not in ("", "partiel", "total") or (level == "orange") != bool(reach):
        problem = f"valeur {quoted(reach)} pour le niveau « {level} »"
        yield Fault(row.line, "portee_orange", problem, "Écrivez partiel ou total pour orange, rien sinon.")
    if not row["regions_note"] and (level == "rouge_partiel" or (level, reach) == ("orange", "partiel")):
        problem = "les régions concernées ne sont pas nommées"
        yield Fault(row.line, "regions_note", problem, "Écrivez-les : elles figurent dans le message à l’étudiant.")


def _date_faults(row: Row, before: Advice | None, day: date) -> Iterator[Fault]:
    given = as_day(row["as_of"])
    if given is None:
        yield Fault(row.line, "as_of", f"date illisible {quoted(row['as_of'])}", "Écrivez AAAA-MM-JJ.")
    elif given > day:
        problem = f"le {short_date(given)} est après le jour du traitement ({short_date(day)})"
        yield Fault(row.line, "as_of", problem, "Écrivez le jour où la fiche a été relevée.")
    elif before is not None and given < before.as_of:
        problem = f"le {short_date(given)} est avant le conseil de la table en place ({short_date(before.as_of)})"
        yield Fault(row.line, "as_of", problem, "Gardez la ligne la plus récente.")


def as_day(text: str) -> date | None:
    """Return the day that ``text`` writes as AAAA-MM-JJ; None for anything else."""
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None


def _is_address(text: str) -> bool:
    if any(c.isspace() for c in text):
        return False
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("https", "http") and "." in (parts.hostname or "").strip(".")


def _either(words: tuple[str, ...]) -> str:
    return f"{', '.join(words[:-1])} ou {words[-1]}"


# ── what changes ──────────────────────────────────────────────────────────────────────────────────


def advice_changes(
    before: Mapping[str, Advice], after: Mapping[str, Advice], countries: Countries
) -> tuple[Change, ...]:
    """Return the countries whose level changes, by French name; a country that was not in the table is one of them."""
    found = []
    for code, new in after.items():
        old = before.get(code)
        if old is None or level_name(old) != level_name(new):
            found.append(Change(f"{countries[code].name} ({code})", _dated(old) if old else "", _dated(new)))
    return tuple(sorted(found, key=lambda change: change.subject.casefold()))


def reworded_advice(before: Mapping[str, Advice], after: Mapping[str, Advice], countries: Countries) -> tuple[str, ...]:
    """Return the names of the countries of the same level whose regions are described anew."""
    same = [(old, after[code]) for code, old in before.items() if code in after]
    found = [new.code for old, new in same if level_name(old) == level_name(new) and old.zones != new.zones]
    return tuple(sorted((countries[code].name for code in found), key=str.casefold))


def redated_advice(before: Mapping[str, Advice], after: Mapping[str, Advice]) -> int:
    """Return how many countries have a newer advice."""
    return sum(code in after and after[code].as_of > old.as_of for code, old in before.items())


def level_name(advice: Advice) -> str:
    """Write the level as managers say it: « rouge », « rouge sauf Bangui et Bimbo », « orange en partie »…"""
    if advice.level == "rouge_partiel" and advice.nearly_all:
        return f"rouge sauf {', '.join(advice.spared_towns)}"
    if advice.level == "orange":
        return "orange" if advice.whole_country else "orange en partie"
    return {"none": "aucune zone déconseillée", "rouge_partiel": "rouge en partie"}.get(advice.level, "rouge")


def _dated(advice: Advice) -> str:
    return f"{level_name(advice)} ({short_date(advice.as_of)})"
