"""Social-security treaties: who may ask for the form that opens cover in the country of the internship."""

from __future__ import annotations

from decimal import Decimal

from pipeline.check.facts import Facts
from pipeline.check.stipend_amounts import monthly


def quebec_form_needed(facts: Facts) -> bool:
    """Tell whether form SE 401-Q-104 is for this internship: in Québec, compulsory, unpaid or paid very little.

    Source: protocol of 19 December 1998 on students, article 4; the limits a month, by currency, stand in rules.yaml.
    """
    if not facts.in_quebec or facts["stage.nature"] == "Complémentaire" or facts.gap_year:
        return False
    if facts.paid is not True:
        return facts.paid is False
    amount = facts["gratification.montant"]
    month = amount if facts["gratification.unite"] == "mois" and isinstance(amount, Decimal) else monthly(facts)
    limit = facts.tables.thresholds.quebec_monthly.get(facts["gratification.devise"] or "EUR")
    return month is not None and limit is not None and month < limit
