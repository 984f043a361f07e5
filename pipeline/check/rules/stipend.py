"""GRA: the stipend, where it is owed and where it is only offered."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from pipeline.check.facts import Facts
from pipeline.check.rules import Bilingual, Hit, Parameters, rule
from pipeline.check.rules.routing import wording_of_funding
from pipeline.check.stipend_amounts import due, lowest_per_hour, minimum_total, months_between, per_hour, totals
from pipeline.language import cents, money, number
from pipeline.model import LEGAL_RATE

_UNITS = {"heure": "hour", "jour": "day", "semaine": "week", "mois": "month", "année": "year"}


@rule("GRA-01")
def is_owed_but_not_planned(facts: Facts, p: Parameters) -> Iterator[Hit]:
    """Over 308 hours in France; to be checked where the law is not certain (WF, TF)."""
    country = facts.country
    if facts.paid is not False or facts.hours is None or country is None or facts.hours <= p["seuil_heures"]:
        return
    slots = {"seuil": p["seuil_heures"], "min": _euros(_minimum(facts))}
    if country.stipend == "OUI":
        yield Hit(("gratification.versee",), slots)
    elif country.stipend == "A_VERIFIER":
        yield Hit(("gratification.versee",), slots, "territoire_incertain")


@rule("GRA-02")
def is_below_the_minimum(facts: Facts, p: Parameters) -> Iterator[Hit]:
    """Below under every lawful reading of the amount, to one euro."""
    least, readings = minimum_total(facts), totals(facts)
    if facts.paid is not True or not due(facts) or not _in_euros(facts) or least is None or not readings:
        return
    if max(readings) >= least - p["tolerance_euros"]:
        return
    hourly = per_hour(facts)
    rounded = facts["gratification.unite"] != "heure"
    if rounded and hourly is not None and hourly >= _minimum(facts) * (1 - p["arrondi"]):
        return  # « 669 € » for 669,90 €: a rounding, which GRA-13 tells as information
    slots = {
        "montant": _euros(hourly),
        "calcul": _computation(facts),
        "min": _euros(_minimum(facts)),
        "annee": str(min(facts.start or facts.today, facts.tables.rates.last_day).year),
        "total_min": _euros(least),
    }
    yield Hit(("gratification.montant",), slots)


@rule("GRA-06")
def is_above_the_rate_of_a_public_body(facts: Facts, p: Parameters) -> Iterator[Hit]:
    """A public body may not pay more than the statutory rate (D124-8)."""
    country, hourly = facts.country, lowest_per_hour(facts)
    if facts.paid is not True or not facts.public_host or country is None or country.stipend != "OUI":
        return
    if hourly is None or not _in_euros(facts):
        return
    minimum = _highest_known(facts)
    if hourly <= minimum + p["tolerance_euros"]:
        return
    after_last_rate = facts.end is not None and facts.end > facts.tables.rates.last_day
    uncertain = after_last_rate and hourly <= minimum * p["marge_apres_dernier_taux"]
    yield Hit(
        ("gratification.montant",),
        {"montant": _euros(hourly), "min": _euros(minimum)},
        "taux_a_venir" if uncertain else None,
    )


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


def _in_euros(facts: Facts) -> bool:
    """EUR, or no currency given where the euro is the currency."""
    currency = facts["gratification.devise"]
    euro_area = facts.country is not None and "EUR" in facts.country.currencies
    return currency == "EUR" or (currency is None and euro_area and not facts.filled("gratification.devise"))


def _euros(amount: Decimal | None) -> Bilingual:
    """Write an amount with its cents, without its sign: the message has it."""
    if amount is None:
        return Bilingual("", "")
    return Bilingual(cents(amount, "fr"), cents(amount, "en"))


def _minimum(facts: Facts) -> Decimal:
    return facts.tables.rates.on(facts.start or facts.today).minimum


def _highest_known(facts: Facts) -> Decimal:
    """Return the highest rate in force during the internship."""
    first, last = facts.start or facts.today, facts.end or facts.start or facts.today
    return max(facts.tables.rates.on(first).minimum, facts.tables.rates.on(last).minimum)


def _computation(facts: Facts) -> Bilingual:
    """Write how the hourly amount was found: « 600 € par mois sur 3,9 mois, pour 574 h »."""
    amount, unit, hours = facts["gratification.montant"], facts["gratification.unite"], facts.hours
    if unit == "heure":
        return Bilingual("montant horaire déclaré", "hourly amount as declared")
    french, english = money(amount, "EUR", "fr"), money(amount, "EUR", "en")
    if unit == "stage":
        french, english = f"{french} pour le stage", f"{english} for the internship"
    else:
        french, english = f"{french} par {unit}", f"{english} per {_UNITS[unit]}"
    if unit == "mois" and facts.start and facts.end:
        months = months_between(facts.start, facts.end).quantize(Decimal("0.1"))
        french += f" sur {number(months, 'fr')} mois"
        english += f" over {number(months, 'en')} months"
    return Bilingual(f"{french}, pour {number(hours or 0, 'fr')} h", f"{english}, for {number(hours or 0, 'en')} h")
