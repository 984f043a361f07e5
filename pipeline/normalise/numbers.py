"""Numbers as people write them: « 1 234,5 », « 35h », « 7h30 », « 4,50 € », « 6 ECTS », « taux légal »."""

from __future__ import annotations

import functools
import re
from datetime import datetime, time, timedelta
from decimal import Decimal

from pipeline.model import LEGAL_RATE, OVER_200, CellValue
from pipeline.normalise.refusal import NOT_TEXT, UNKNOWN, Refusal
from pipeline.normalise.texts import clean_line
from pipeline.tables.words import fold, without_accents

RANGE = Refusal("plusieurs valeurs dans la cellule", "several values in the cell")
APPROXIMATE = Refusal("valeur approximative", "approximate value")
THOUSANDS = Refusal(
    "le séparateur peut être celui des milliers ou des décimales",
    "the separator may stand for thousands or for decimals",
)
TOO_LARGE = Refusal("nombre trop grand", "number too large")
NO_DIGITS = Refusal("aucun chiffre", "no figure")
MINUTES = Refusal("plus de 59 minutes", "more than 59 minutes")
UNIT = Refusal("unité inattendue", "unexpected unit")
TO_BE_STATED = Refusal("montant à préciser", "amount to be stated")

_SIGN = r"(?P<sign>[-+]\s?)?"
_NUMBER = (
    r"(?P<number>\d{1,3}(?:[ ']\d{3})+(?:[.,]\d+)?|\d{1,3}(?:\.\d{3})+,\d+|\d{1,3}(?:,\d{3})+\.\d+"
    r"|\d{1,3}(?:\.\d{3}){2,}|\d{1,3}(?:,\d{3}){2,}|\d+(?:[.,]\d+)?|[.,]\d+)"
)
_WRITTEN = re.compile(rf"(?P<before>[^\d.,+-]*?)\s*{_SIGN}{_NUMBER}\s*(?P<after>\D.*)?", re.ASCII)
_CLOCK = re.compile(
    r"(?P<sign>-\s?)?(?P<hours>\d{1,4})\s?(?:h(?:eures?|rs?)?\b|h(?=\d)|:)\s?(?P<minutes>\d{2})"
    r"(?:\s?(?:min(?:utes?)?|mn|m)\b|:(?P<seconds>\d{2}))?\s*(?P<after>\D.*)?",
    re.ASCII,
)
_AMBIGUOUS = re.compile(r"[1-9]\d{0,2}[.,]\d{3}", re.ASCII)
_APPROXIMATE = re.compile(r"\b(?:environ|env|approx\w*|about|around|circa|presque|pres de|maximum de)\b|[~≈]")
_WORDS = re.compile(r"[^\W\d_]+|[€$£¥%]")
_LARGEST = Decimal(10) ** 12
_PRECISION = Decimal("0.000001")

_EACH = "par per de du d la le l a an the pour"
_WEEKLY = f"{_EACH} semaine semaines sem hebdo hebdomadaire hebdomadaires week weekly"
_DAILY = f"{_EACH} jour jours j journee day daily quotidien quotidiennes maximum max maxi"
_HOURS = "h hr hrs heure heures hour hours"
_MONEY = (
    f"{_EACH} € $ £ ¥ euro euros eur cts centimes brut bruts brute brutes net nets nette nettes gross heure heures "
    "h hour jour jours j day semaine semaines sem week mois month mensuel mensuels mensuelle mensuelles monthly "
    "horaire horaires hebdomadaire hebdomadaires annee year annuel annuelle stage ensemble dollar dollars us usd "
    "cad aud chf gbp mad tnd jpy sek nok dkk pln xof xaf xpf "
    "canadien canadiens franc francs suisse suisses cfa cfp livre livres sterling yen yens pound pounds"
)
_UNITS: dict[str, frozenset[str]] = {
    key: frozenset(words.split())
    for key, words in {
        "stage.heures_hebdomadaires": f"{_HOURS} {_WEEKLY}",
        "stage.jours_hebdomadaires": f"jour jours j day days ouvre ouvres {_WEEKLY}",
        "stage.heures_jour_max": f"{_HOURS} {_DAILY}",
        "stage.duree_heures": f"{_HOURS} {_EACH} presence effective effectives effectif total totale totales au en "
        "tout stage in all",
        "stage.duree_jours": f"jour jours j day days {_EACH} presence effective effectifs ouvre ouvres total au en "
        "tout stage",
        "formation.ects": "ects credit credits pts point points",
        "formation.volume_horaire": f"{_HOURS} {_EACH} annee annuel annuelles annuelle year yearly td cm tp formation "
        "cours enseignement",
        "gratification.montant": _MONEY,
    }.items()
}
_BEFORE = frozenset({"eur", "euro", "euros", "€", "$", "£", "¥", "usd", "cad", "gbp", "chf", "aud"})
_NONE: frozenset[str] = frozenset()

_OVER = re.compile(
    r"(?:plus de|plus que|\+ ?de|\+|>=?|≥|superieur(?:e|es|s)? (?:ou egale? )?a|au moins|more than|over|above|at least)"
    r"\s*(\d{3,4})\s*(?:h(?:eures?|rs?|ours?)?)?(?:\s*(?:/|par)\s*an(?:nee)?)?"
    r"|(\d{3,4})\s*(?:h(?:eures?|rs?|ours?)?)?\s*(?:\+|(?:et|ou) plus|and more|or more|et \+|minimum)",
    re.ASCII,
)
_LEGAL = re.compile(
    r"\b(?:taux|minimum|montant|tarif|bareme|minima|gratification|seuil)(?: \w+){0,3} "
    r"(?:legale?|en vigueur|reglementaire|obligatoire|minimale?|minimum)\b"
    r"|\b(?:legale?|minimum|smig) (?:minimum|rate|en vigueur|horaire en vigueur)\b|\btaux en vigueur\b"
    r"|\bstatutory (?:minimum|rate)\b|\b15 (?:pour cent )?(?:du |of the )?(?:plafond|pass|phss|hourly)\b"
    r"|^(?:legale?|minimum|le minimum|au minimum)$"
)
_NOT_LEGAL = re.compile(
    r"\b(?:pas|non|hors|sans|inferieure?|superieure?|plus|moins|dessus|dessous|dela|above|below|not|double|fois|"
    r"ou|a definir|a preciser)\b"
)


def read_number(key: str, value: CellValue) -> Decimal | Refusal:
    """Read the number of field ``key``; the words of its own unit may stand beside it, no others."""
    if isinstance(value, str):
        return number_of(key, value)
    if isinstance(value, bool):
        return NOT_TEXT
    if isinstance(value, int | float):
        return _of_cell(value)
    if not _counts_hours(key):
        return NOT_TEXT
    if isinstance(value, time):
        value = timedelta(hours=value.hour, minutes=value.minute, seconds=value.second)
    elif isinstance(value, datetime) and value.year <= 1900 and value.month in (1, 12):
        # A duration over 24 hours, [h]:mm, comes out of the file as a moment of the first days of 1900.
        value = value.replace(tzinfo=None) - datetime(1899, 12, 31)  # noqa: DTZ001
    if isinstance(value, timedelta):
        return _tidy(Decimal(round(value.total_seconds())) / 3600)
    return NOT_TEXT


def read_amount(key: str, value: CellValue) -> Decimal | str | Refusal:
    """Read an amount of money, or LEGAL_RATE when the text refers to the statutory minimum."""
    if isinstance(value, str):
        folded = fold(value.replace("%", " pour cent "))
        if _LEGAL.search(folded):
            return TO_BE_STATED if _NOT_LEGAL.search(folded) else LEGAL_RATE
    return read_number(key, value)


def read_taught_hours(key: str, value: CellValue) -> Decimal | str | Refusal:
    """Read a number of hours, or OVER_200 when the text says « plus de 200 heures » (or of a higher number)."""
    if isinstance(value, str):
        match = _OVER.fullmatch(_simple(value))
        if match:
            return OVER_200 if int(match[1] or match[2]) >= 200 else APPROXIMATE
    return read_number(key, value)


@functools.lru_cache(maxsize=32768)
def number_of(key: str, text: str) -> Decimal | Refusal:
    """Read the number of field ``key`` from ``text``."""
    text = _simple(text)
    if len(text) > 80:
        return UNKNOWN
    if not any("0" <= char <= "9" for char in text):
        return NO_DIGITS
    if _APPROXIMATE.search(text):
        return APPROXIMATE
    units = _UNITS.get(key, _NONE)
    if _counts_hours(key):
        clock = _CLOCK.fullmatch(text)
        if clock:
            return _hours(clock, units)
    match = _WRITTEN.fullmatch(text)
    if match is None:
        return UNKNOWN
    before, after = match["before"].strip(" :"), match["after"] or ""
    if any("0" <= char <= "9" for char in after):
        return RANGE
    if not set(_WORDS.findall(before)) <= (_BEFORE if key == "gratification.montant" else _NONE):
        return UNKNOWN
    if not _is_unit(after, units):
        return UNIT
    return _of_digits(match["number"], negative=(match["sign"] or "").startswith("-"))


def _simple(text: str) -> str:
    text = clean_line(text).replace("’", "'").replace("−", "-").replace("–", "-")
    return without_accents(text).lower().strip(" .;:") if text else ""


def _is_unit(after: str, units: frozenset[str]) -> bool:
    """Tell whether what stands after the number is only words of its unit and the marks between them."""
    words = _WORDS.findall(after)
    return set(words) <= units and not _WORDS.sub("", after).strip(" ./()-'’:,*")


def _of_digits(digits: str, *, negative: bool) -> Decimal | Refusal:
    if _AMBIGUOUS.fullmatch(digits):
        return THOUSANDS
    digits = digits.replace(" ", "").replace("'", "")
    last = max(digits.rfind(","), digits.rfind("."))
    marks = digits.count(",") + digits.count(".")
    if marks > 1 and digits.count(digits[last]) > 1:
        last = -1  # 1.234.567: every mark sets thousands apart
    whole, decimals = (digits, "") if last < 0 else (digits[:last], digits[last + 1 :])
    whole = whole.replace(",", "").replace(".", "")
    if len(whole) > 13 or len(decimals) > 13:
        return TOO_LARGE
    number = Decimal(f"{whole or '0'}.{decimals or '0'}")
    return _tidy(-number if negative else number)


def _hours(match: re.Match[str], units: frozenset[str]) -> Decimal | Refusal:
    if not _is_unit(match["after"] or "", units):
        return UNIT
    minutes, seconds = int(match["minutes"]), int(match["seconds"] or 0)
    if minutes > 59 or seconds > 59:
        return MINUTES
    number = int(match["hours"]) + Decimal(minutes * 60 + seconds) / 3600
    return _tidy(-number if match["sign"] else number)


@functools.lru_cache(maxsize=4096, typed=True)
def _of_cell(value: float) -> Decimal | Refusal:
    # Compared as a float: a Decimal refuses to be ordered with NaN, and infinity must end here too.
    if not -1e12 < value < 1e12:
        return TOO_LARGE
    # Spreadsheets keep 15 significant digits; the rest is noise of binary fractions.
    return _tidy(Decimal(value) if isinstance(value, int) else Decimal(f"{value:.15g}"))


def _tidy(number: Decimal) -> Decimal | Refusal:
    """Round to six decimals and drop the zeros behind the comma, so that 35,00 is 35."""
    if abs(number) >= _LARGEST:
        return TOO_LARGE
    number = number.quantize(_PRECISION)
    if not number:
        return Decimal(0)
    whole = number.to_integral_value()
    return whole if whole == number else number.normalize()


def _counts_hours(key: str) -> bool:
    return "heure" in key or "horaire" in key
