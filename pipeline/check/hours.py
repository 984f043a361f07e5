"""Hours, days and months of presence: seven hours make a day, twenty-two days a month (Code de l’éducation, D124-6).

The law’s own conversion, and the only place where it stands; what policy may move is a parameter of rules.yaml.
"""

from __future__ import annotations

from decimal import Decimal

HOURS_IN_DAY = Decimal(7)
DAYS_IN_MONTH = Decimal(22)
HOURS_IN_MONTH = HOURS_IN_DAY * DAYS_IN_MONTH
"""154."""
TWO_MONTHS = 2 * HOURS_IN_MONTH
"""308: over it, leave must be provided for (L124-13)."""


def in_days(hours: Decimal) -> Decimal:
    """Return ``hours`` in days of seven hours, with their fraction."""
    return hours / HOURS_IN_DAY
