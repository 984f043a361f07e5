"""Dates, hours, place and attendance schedule of the internship."""

from __future__ import annotations

from decimal import Decimal

from pipeline.check.hours import DAYS_IN_MONTH, HOURS_IN_DAY
from pipeline.check.presence import days_in_period
from pipeline.documents.values.people import address
from pipeline.documents.values.tree import Tree
from pipeline.documents.values.writer import Writer
from pipeline.language import country_name, in_country
from pipeline.model import Period


def internship(write: Writer, tree: Tree) -> Tree:
    facts, stage = write.facts, tree["stage"]
    models = {
        "français": ("français", "French"),
        "francophone": ("francophone", "French-language"),
        "bilingue": ("bilingue français-anglais", "bilingual (French–English)"),
    }
    return {
        "lieu": _place(tree),
        "pays_nom": country_name(facts.country, write.language) if facts.country else None,
        "dans_pays": _in_country(write),
        "periode": write.period(facts.start, facts.end) if facts.start and facts.end else None,
        "heures": stage["duree_heures"],
        "heures_cumulees": _cumulated(write),
        **_duration(write),
        "interruptions_liste": [write.period(p.start, p.end) for p in facts.interruptions],
        "calendrier": [_calendar_line(write, p) for p in facts.schedule],
        "modele_nom": write.either(*models[facts.model]) if facts.model else None,
    }


def _cumulated(write: Writer) -> str | None:
    """Return the hours of all the internships in this host this year, when there is another one."""
    whole, this = write.facts.cumulated_hours, write.facts.hours
    return write.number(whole) if whole is not None and this is not None and whole > this else None


def _in_country(write: Writer) -> str | None:
    if write.facts.in_quebec:
        return write.either("au Québec", "in Québec")
    return in_country(write.facts.country, write.language) if write.facts.country else None


def _place(tree: Tree) -> str | None:
    stage, host = tree["stage"], tree["organisme"]
    if not (stage["lieu_adresse"] or stage["lieu_ville"]):
        return host_address if (host_address := address(host)) else None
    lines = [stage["lieu_adresse"], stage["lieu_ville"], stage["lieu_region"]]
    if stage["lieu_adresse"] and stage["lieu_ville"] and stage["lieu_ville"] in stage["lieu_adresse"]:
        lines[1] = None
    country = stage["pays"]
    return "\n".join(line for line in (*lines, country if country != "France" else None) if line)


def _duration(write: Writer) -> Tree:
    """Hours, then days of 7 hours and months of 22 days (D124-6)."""
    hours = write.facts.hours
    if hours is None:
        return dict.fromkeys(("duree_texte", "jours_calcules", "mois_calcules"))
    days, rest = divmod(hours, HOURS_IN_DAY)
    months, left = divmod(days, DAYS_IN_MONTH)
    in_days = _count(write, (days, "jour", "day"), (rest, "heure", "hour"))
    in_months = _count(write, (months, "mois", "month"), (left, "jour", "day"), (rest, "heure", "hour"))
    text = write.either(
        f"{write.number(hours)} heures de présence effective, soit {in_days}",
        f"{write.number(hours)} hours of actual attendance, i.e. {in_days}",
    )
    return {
        "duree_texte": f"{text} ({in_months})" if months else text,
        "jours_calcules": in_days,
        "mois_calcules": in_months,
    }


def _count(write: Writer, *parts: tuple[Decimal, str, str]) -> str:
    """Write « 3 mois, 21 jours et 3 heures » without its zeros."""
    words = []
    for value, french, english in parts:
        if value:
            plural = "s" if value >= 2 and not french.endswith("s") else ""
            word = write.either(french + plural, english + ("s" if value != 1 else ""))
            words.append(f"{write.number(value)} {word}")
    if len(words) < 2:
        return words[0] if words else write.either("0 jour", "0 days")
    return f"{', '.join(words[:-1])} {write.either('et', 'and')} {words[-1]}"


def _calendar_line(write: Writer, period: Period) -> Tree:
    worked = days_in_period(write.facts, period)
    hours = period.hours_per_day
    return {
        "periode": write.period(period.start, period.end),
        "jours": write.number(worked),
        "heures_par_jour": write.number(hours) if hours is not None else None,
        "total": write.number(hours * worked) if hours is not None else None,
    }
