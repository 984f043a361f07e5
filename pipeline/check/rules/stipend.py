"""GRA: the stipend, where it is owed and where it is only offered."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from pipeline.check.facts import Facts
from pipeline.check.rules import Bilingual, Hit, Parameters, rule
from pipeline.check.rules.routing import wording_of_funding
from pipeline.check.stipend_amounts import (
    due,
    exceeds_exemption,
    exemption,
    in_euros,
    is_in_euros,
    lowest_per_hour,
    minimum_total,
    months_between,
    per_hour,
    rates_met,
    totals,
)
from pipeline.language import cents, long_date, money, number, short_date
from pipeline.model import LEGAL_RATE
from pipeline.tables.words import fold

_PAID, _AMOUNT, _CURRENCY = "gratification.versee", "gratification.montant", "gratification.devise"
_UNITS = {"heure": "hour", "jour": "day", "semaine": "week", "mois": "month", "année": "year"}


@rule("GRA-01")
def is_owed_but_not_planned(facts: Facts, p: Parameters) -> Iterator[Hit]:
    """Over 308 hours in France; to be checked where the law is not certain (WF, TF)."""
    country = facts.country
    if facts.paid is not False or facts.hours is None or country is None or facts.hours <= p["seuil_heures"]:
        return
    slots = {"seuil": p["seuil_heures"], "min": _euros(_minimum(facts))}
    if country.stipend == "OUI":
        yield Hit((_PAID,), slots)
    elif country.stipend == "A_VERIFIER":
        yield Hit((_PAID,), slots, "territoire_incertain")


@rule("GRA-02")
def is_below_the_minimum(facts: Facts, p: Parameters) -> Iterator[Hit]:
    """Below under every lawful reading of the amount, to one euro."""
    least = _missed_minimum(facts, p)
    if least is None or _is_rounded(facts, least, p):
        return
    rates = rates_met(facts)
    slots = {
        "montant": _euros(per_hour(facts)),
        "calcul": _computation(facts),
        "min": _euros(rates[0].minimum),
        "annee": str(min(facts.start or facts.today, facts.tables.rates.last_day).year),
        "total_min": _euros(least),
        "taux": _known_rates(facts) if len(rates) > 1 else "",
    }
    yield Hit((_AMOUNT,), slots, "plusieurs_taux" if len(rates) > 1 else None)


def _missed_minimum(facts: Facts, p: Parameters) -> Decimal | None:
    """Return the legal minimum of the whole internship when the amount misses it under every lawful reading."""
    if facts.paid is not True or not due(facts) or not is_in_euros(facts):
        return None
    least, readings = minimum_total(facts), totals(facts)
    if least is None or not readings or max(readings) >= least - p["tolerance_euros"]:
        return None
    return least


def _is_rounded(facts: Facts, least: Decimal, p: Parameters) -> bool:
    """Tell whether the amount misses the minimum by a rounding: « 669 € » a month for 669,90 €."""
    enough: Decimal = least * (1 - p["arrondi"])
    return facts["gratification.unite"] != "heure" and max(totals(facts)) >= enough


@rule("GRA-05")
def is_not_paid_monthly(facts: Facts, p: Parameters) -> Iterator[Hit]:
    """Where the law applies and over a month; an empty cell is « mensuellement », which the agreement says."""
    key, country = "gratification.periodicite", facts.country
    if facts.paid is not True or facts[key] in (None, "mensuelle") or country is None or country.stipend != "OUI":
        return
    if facts.dates_in_order and facts.start and facts.end and (facts.end - facts.start).days + 1 > p["jours"]:
        yield Hit((key,))


@rule("GRA-06")
def is_above_the_rate_of_a_public_body(facts: Facts, p: Parameters) -> Iterator[Hit]:
    """A public body may not pay more than the statutory rate (D124-8); nor may a French one abroad, such as a consulate."""
    hourly = lowest_per_hour(facts)
    if facts.paid is not True or not facts.public_host or not _is_under_french_law(facts):
        return
    if hourly is None or not is_in_euros(facts):
        return
    minimum = _highest_known(facts)
    if hourly <= minimum + p["tolerance_euros"]:
        return
    after_last_rate = facts.end is not None and facts.end > facts.tables.rates.last_day
    uncertain = after_last_rate and hourly <= minimum * p["marge_apres_dernier_taux"]
    yield Hit(
        (_AMOUNT,),
        {"montant": _euros(hourly), "min": _euros(minimum)},
        "taux_a_venir" if uncertain else None,
    )


@rule("GRA-08")
def is_waived(facts: Facts, p: Parameters) -> Iterator[Hit]:
    """A text says that the stipend is refused or given up, though it is owed."""
    if not due(facts):
        return
    for key in ("gratification.modalite", "stage.commentaires", "stage.cas_particulier"):
        if _waives(facts[key] or "", p["caracteres"]):
            yield Hit((key,))
            return


_STIPEND = re.compile(r"\bgratifications?\b")
_WAIVED = re.compile(r"\b(?:refus\w*|renonc\w*|sans (?:aucune )?(?:contrepartie|gratification))\b")
_DENIED = re.compile(r"\b(?:ne|n|pas|ni|aucun|non)\b.{0,12}$")


def _waives(text: str, reach: int) -> bool:
    """Tell whether « gratification » and a refusal stand near each other, the refusal not being denied."""
    folded = fold(text)
    named = [match.span() for match in _STIPEND.finditer(folded)]
    for match in _WAIVED.finditer(folded):
        near = any(match.start() - end <= reach and start - match.end() <= reach for start, end in named)
        if near and not _DENIED.search(folded[: match.start()]):
            return True
    return False


@rule("GRA-09")
def is_not_compulsory_there(facts: Facts, _: Parameters) -> Iterator[Hit]:
    """Told where none is planned over 308 hours; Luxembourg has a rule of its own (GRA-16)."""
    country, threshold = facts.country, facts.tables.thresholds.stipend_hours
    if facts.paid is not False or facts.cumulated_hours is None or facts.cumulated_hours <= threshold:
        return
    if country is not None and country.stipend == "NON" and country.code != "LU":
        yield Hit((_PAID,), {"seuil": threshold})


@rule("GRA-10")
def depends_on_a_french_host(facts: Facts, _: Parameters) -> Iterator[Hit]:
    """Abroad, a French consular body or a host whose seat is in France may owe a stipend."""
    hours, threshold = facts.cumulated_hours, facts.tables.thresholds.stipend_hours
    if not facts.abroad or facts.paid is not False or hours is None or hours <= threshold:
        return
    for key, value in (("organisme.siege_en_france", True), ("organisme.type", "Organisme consulaire français")):
        if facts[key] == value:
            yield Hit((_PAID, key), {"seuil": threshold})
            return


@rule("GRA-11")
def is_announced_incompletely(facts: Facts, _: Parameters) -> Iterator[Hit]:
    """One finding for all that is missing; the currency only outside the euro area."""
    if facts.paid is not True:
        return
    country = facts.country
    wanted = ["gratification.montant", "gratification.unite", "gratification.modalite"]
    if facts["gratification.montant"] == LEGAL_RATE:
        wanted.remove("gratification.unite")
    if country is not None and "EUR" not in country.currencies:
        wanted.append("gratification.devise")
    missing = [key for key in wanted if not facts.filled(key) or facts[key] == Decimal(0)]
    if missing:
        fields = [facts.tables.fields[key] for key in missing]
        labels = Bilingual(", ".join(f.label.lower() for f in fields), ", ".join(f.label_en.lower() for f in fields))
        yield Hit(tuple(missing), {"manque": labels})


@rule("GRA-12")
def gives_an_amount_without_a_stipend(facts: Facts, _: Parameters) -> Iterator[Hit]:
    """« Non », and an amount all the same; « 0 » is none."""
    amount = facts[_AMOUNT]
    if facts.paid is False and (amount == LEGAL_RATE or (isinstance(amount, Decimal) and amount > 0)):
        yield Hit((_AMOUNT, _PAID))


@rule("GRA-13")
def misses_the_minimum_by_a_rounding(facts: Facts, p: Parameters) -> Iterator[Hit]:
    """What GRA-02 leaves: one per cent at most, in an amount that is not hourly."""
    least = _missed_minimum(facts, p)
    if least is not None and _is_rounded(facts, least, p):
        paid = max(totals(facts))
        slots = {"total": _euros(paid), "calcul": _computation(facts), "total_min": _euros(least)}
        yield Hit((_AMOUNT,), {**slots, "manque": _euros(least - paid)})


@rule("GRA-14")
def bears_contributions(facts: Facts, _: Parameters) -> Iterator[Hit]:
    """In France a private host pays contributions on what exceeds the exemption, and declares accidents itself."""
    country = facts.country
    if country is None or country.stipend != "OUI" or facts.public_host or not exceeds_exemption(facts):
        return
    yield Hit((_AMOUNT,), {"min": _euros(exemption(facts))})


@rule("GRA-15")
def loses_the_french_accident_cover(facts: Facts, _: Parameters) -> Iterator[Hit]:
    """Abroad, over the exemption; a foreign currency is compared by the configured rate, and not without one."""
    if not facts.abroad or facts.paid is not True or not exceeds_exemption(facts):
        return
    hourly = in_euros(facts, lowest_per_hour(facts) or Decimal(0))
    slots = {"montant": _euros(hourly), "seuil": _euros(exemption(facts))}
    insured = facts["assurance.accidents"] is True
    yield Hit((_AMOUNT,) if insured else (_AMOUNT, "assurance.accidents"), slots, "assure" if insured else None)


@rule("GRA-16")
def falls_under_the_law_of_luxembourg(facts: Facts, p: Parameters) -> Iterator[Hit]:
    """Four weeks or more without a stipend."""
    if facts.country is None or facts.country.code != "LU" or facts.paid is not False:
        return
    if facts.dates_in_order and facts.start and facts.end:
        days = (facts.end - facts.start).days + 1
        if days >= p["jours"]:
            yield Hit((_PAID,), {"n": days // 7, "semaines": p["jours"] // 7})


@rule("GRA-18")
def meets_another_rate(facts: Facts, _: Parameters) -> Iterator[Hit]:
    """Hours after a change of rate, or after the last published one; « taux légal en vigueur » follows it by itself."""
    country, rates = facts.country, facts.tables.rates
    if facts.paid is not True or facts[_AMOUNT] == LEGAL_RATE or country is None or country.stipend != "OUI":
        return
    if not facts.dates_in_order or facts.start is None or facts.end is None:
        return
    met, known_until = rates_met(facts), rates.last_day
    unpublished = facts.end > known_until
    if len(met) < 2 and not unpublished:
        return
    later = facts.start > known_until
    year = facts.start.year if later else (known_until + timedelta(days=1) if unpublished else met[1].start).year
    slots = {"annee_suivante": str(year), "detail_taux": _known_rates(facts)}
    yield Hit(("stage.date_fin",), slots, "taux_non_publie" if later else None)


@rule("GRA-20")
def is_in_an_unexpected_currency(facts: Facts, _: Parameters) -> Iterator[Hit]:
    """Neither the euro nor a currency of the country; in France, any but the euro."""
    currency, country = facts[_CURRENCY], facts.country
    if facts.paid is False or currency is None or country is None:
        return
    if currency != "EUR" and currency not in country.currencies:
        usual = tuple(dict.fromkeys((*country.currencies, "EUR")))
        yield Hit((_CURRENCY,), {"monnaie": currency, "attendu": Bilingual(" ou ".join(usual), " or ".join(usual))})


@rule("GRA-21")
def does_not_follow_its_funding(facts: Facts, p: Parameters) -> Iterator[Hit]:
    """A funding of the configuration fixes the wording, the amount and the unit."""
    funding, comment = wording_of_funding(facts)
    if funding is None:
        return
    minimum = _minimum(facts)
    amount, unit = facts["gratification.montant"], facts["gratification.unite"]
    wrong = [] if funding.wording in comment else ["stage.commentaires"]
    legal = amount == LEGAL_RATE
    if not legal and not (isinstance(amount, Decimal) and abs(amount - minimum) <= p["tolerance_euros"]):
        wrong.append("gratification.montant")
    if not legal and unit != "heure":
        wrong.append("gratification.unite")
    if wrong:
        yield Hit(tuple(wrong), {"nom": funding.name, "libelle": funding.wording, "min": _euros(minimum)})


def _euros(amount: Decimal | None) -> Bilingual:
    """Write an amount with its cents, without its sign: the message has it."""
    if amount is None:
        return Bilingual("", "")
    return Bilingual(cents(amount, "fr"), cents(amount, "en"))


def _minimum(facts: Facts) -> Decimal:
    return facts.tables.rates.on(facts.start or facts.today).minimum


def _is_under_french_law(facts: Facts) -> bool:
    """Tell whether the law on stipends binds the host: where it applies, and French hosts abroad."""
    if facts.country is None or facts.country.stipend == "OUI":
        return facts.country is not None
    french = facts["organisme.siege_en_france"] is True or facts["organisme.type"] == "Organisme consulaire français"
    return facts.abroad and french


def _highest_known(facts: Facts) -> Decimal:
    """Return the highest rate in force during the internship."""
    first, last = facts.start or facts.today, facts.end or facts.start or facts.today
    return max(facts.tables.rates.on(first).minimum, facts.tables.rates.on(last).minimum)


def _known_rates(facts: Facts) -> Bilingual:
    """Write the rates that the internship meets: « 4,35 € jusqu’au 31/12/2025, puis 4,50 € à partir du 01/01/2026 »."""
    met, known_until = rates_met(facts), facts.tables.rates.last_day
    unpublished = facts.end is not None and facts.end > known_until
    ends = [rate.start - timedelta(days=1) for rate in met[1:]]
    if unpublished and len(met) == 1:
        ends = [known_until]
    french = f"{cents(met[0].minimum, 'fr')}\u00a0€ par heure jusqu’au {short_date(ends[0])}"
    english = f"€{cents(met[0].minimum, 'en')} per hour until {long_date(ends[0], 'en')}"
    for rate in met[1:]:
        french += f", puis {cents(rate.minimum, 'fr')}\u00a0€ à partir du {short_date(rate.start)}"
        english += f", then €{cents(rate.minimum, 'en')} from {long_date(rate.start, 'en')}"
    if unpublished:
        french += "\u00a0; le taux suivant n’est pas encore publié"
        english += "; the next rate is not published yet"
    return Bilingual(french, english)


def _computation(facts: Facts) -> Bilingual:
    """Write how the hourly amount was found: « 600 € par mois sur 3,9 mois, pour 574 h »."""
    amount, unit, hours = facts["gratification.montant"], facts["gratification.unite"], facts.hours
    if unit == "heure":
        return Bilingual("montant horaire déclaré", "hourly amount as declared")
    french, english = money(amount, "EUR", "fr"), money(amount, "EUR", "en")
    worked, worked_en = number(hours or 0, "fr"), number(hours or 0, "en")
    if unit == "stage":
        return Bilingual(
            f"{french} pour les {worked}\u00a0h du stage", f"{english} for the {worked_en} hours of the internship"
        )
    french, english = f"{french} par {unit}", f"{english} per {_UNITS[unit]}"
    if unit == "mois" and facts.start and facts.end:
        months = months_between(facts.start, facts.end).quantize(Decimal("0.1"))
        french += f" sur {number(months, 'fr')} mois"
        english += f" over {number(months, 'en')} months"
    return Bilingual(f"{french}, pour {worked}\u00a0h", f"{english}, for {worked_en} h")
