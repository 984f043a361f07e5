"""The stipend: its amount in words, its total, and the legal minimum."""

from __future__ import annotations

from pipeline.check.stipend_amounts import in_euros, is_in_euros, lowest_per_hour, monthly, total
from pipeline.documents.values.tree import Tree
from pipeline.documents.values.writer import Writer
from pipeline.language import money
from pipeline.model import LEGAL_RATE


def stipend(write: Writer, tree: Tree) -> Tree:
    facts = write.facts
    day = facts.start or facts.today
    rate = facts.tables.rates.on(day)
    year = min(day, facts.tables.rates.last_day).year
    minimum = money(rate.minimum, "EUR", write.language)
    currency = facts["gratification.devise"] or "EUR"
    whole, month = total(facts), monthly(facts)
    return {
        "montant_texte": _amount_text(write, minimum, year, currency) if facts.paid else None,
        "total": money(whole, currency, write.language) if whole is not None else None,
        "mensuel": money(month, currency, write.language) if month is not None else None,
        "equivalent": _equivalent(write),
        "minimum": minimum,
        "annee_minimum": str(year),
        "modalite_texte": write.translations.english("gratification.modalite", tree["gratification"]["modalite"])
        if write.language == "en" and tree["gratification"]["modalite"]
        else tree["gratification"]["modalite"],
    }


def _amount_text(write: Writer, minimum: str, year: int, currency: str) -> str | None:
    amount, unit = write.facts["gratification.montant"], write.facts["gratification.unite"]
    if amount == LEGAL_RATE:
        return write.either(
            f"taux légal en vigueur, soit 15 % du plafond horaire de la sécurité sociale ({minimum} par heure"
            f" de présence en {year})",
            f"the statutory rate in force, i.e. 15% of the hourly social security ceiling ({minimum} per hour"
            f" of attendance in {year})",
        )
    if amount is None:
        return None
    kind = write.facts["gratification.type"]
    french = {"brut": " bruts", "net": " nets"}.get(kind or "", "")
    english = {"brut": " gross", "net": " net"}.get(kind or "", "")
    text = money(amount, currency, write.language) + write.either(french, english)
    if unit == "stage":
        return text + write.either(" pour l’ensemble du stage", " for the whole internship")
    return text + (write.either(f" par {unit}", f" per {_UNITS[unit]}") if unit else "")


def _equivalent(write: Writer) -> str | None:
    """Return what a stipend in another currency is worth an hour in euros, with the rate and its date."""
    hourly = lowest_per_hour(write.facts)
    rate = write.settings.exchange.get(write.facts["gratification.devise"] or "")
    if not write.facts.paid or is_in_euros(write.facts) or hourly is None or rate is None:
        return None
    euros = in_euros(write.facts, hourly)
    if euros is None:
        return None
    amount, unit = money(euros, "EUR", write.language), f"{rate.euros.normalize():f}"
    return write.either(
        f"{amount} par heure, au cours de {unit.replace('.', ',')}\u00a0€ pour 1\u00a0{rate.currency} relevé le"
        f" {write.day(rate.day)}",
        f"{amount} per hour, at the rate of €{unit} for 1\u00a0{rate.currency} recorded on {write.day(rate.day)}",
    )


_UNITS = {"heure": "hour", "jour": "day", "semaine": "week", "mois": "month", "année": "year"}
