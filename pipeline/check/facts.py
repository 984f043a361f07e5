"""What a rule sees of a dossier: its values, what is missing or unreadable, and what follows from them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from pipeline.config import Settings
from pipeline.model import Deposit, Entry, Model, Period, Schedule, Unreadable
from pipeline.normalise import FORMULA_ERROR, shown
from pipeline.tables import Tables
from pipeline.tables.advice import Advice
from pipeline.tables.countries import Country
from pipeline.tables.words import fold, has_words


@dataclass(frozen=True, slots=True)
class Person:
    """One of the people of a form, as far as it names them."""

    family: str | None
    given: str | None
    email: str | None

    @property
    def known(self) -> bool:
        return bool(self.family)

    @property
    def full_name(self) -> str:
        """« Camille EXEMPLE », or what there is of it."""
        return " ".join(part for part in (self.given, (self.family or "").upper()) if part)

    def same_as(self, other: Person) -> bool:
        """Tell whether both are one person: same e-mail, or same names whatever case, accents, hyphens, order."""
        if self.email and other.email and self.email.casefold() == other.email.casefold():
            return True
        names = [
            sorted(fold(f"{who.family} {who.given}").split()) if who.family and who.given else []
            for who in (self, other)
        ]
        # Names in no Latin letter fold to nothing, which proves nothing.
        return bool(names[0]) and names[0] == names[1]


class Facts:
    """A read-only view of one entry; every property is None (or False) when the form does not tell.

    ``facts["stage.duree_heures"]`` is the typed value (see :data:`pipeline.model.Value`), or None when the cell
    is empty, absent or unreadable.
    """

    def __init__(self, entry: Entry, tables: Tables, settings: Settings) -> None:
        self.entry, self.tables, self.settings = entry, tables, settings
        self.deposit: Deposit = entry.deposit

    def __getitem__(self, key: str) -> Any:
        return self.deposit.values.get(key)

    def asked(self, key: str) -> bool:
        """Tell whether the source has a column for ``key``."""
        return key in self.deposit.form.layout.columns

    def filled(self, key: str) -> bool:
        """Tell whether the cell holds something, readable or not."""
        return key in self.deposit.values or key in self.deposit.unreadable

    def unreadable(self, key: str) -> Unreadable | None:
        """Return why the cell cannot be read; None when it can, or when it is empty."""
        return self.deposit.unreadable.get(key)

    def broken(self, key: str) -> bool:
        """Tell whether the cell is a formula in error (#REF!…): LIG-05 alone speaks of it."""
        why = self.deposit.unreadable.get(key)
        return why is not None and why.cause == FORMULA_ERROR

    def shown(self, key: str) -> str:
        """Return what stands in the cell, as a person sees it; "" when empty."""
        return shown(self.deposit.form.cells.get(key))

    @property
    def today(self) -> date:
        """The day on which this version was first judged: delays are counted from it."""
        return self.entry.first_judged

    # ── the internship ────────────────────────────────────────────────────────────────────────────

    @cached_property
    def hours(self) -> Decimal | None:
        return self["stage.duree_heures"]  # type: ignore[no-any-return]

    @cached_property
    def cumulated_hours(self) -> Decimal | None:
        """Hours of all the student's agreements with this host in this academic year, this one included."""
        return self.entry.cumulated_hours or self.hours

    @cached_property
    def start(self) -> date | None:
        return self["stage.date_debut"]  # type: ignore[no-any-return]

    @cached_property
    def end(self) -> date | None:
        return self["stage.date_fin"]  # type: ignore[no-any-return]

    @cached_property
    def dates_in_order(self) -> bool:
        """Both dates are known and the end does not precede the start."""
        return self.start is not None and self.end is not None and self.start <= self.end

    @cached_property
    def over_six_months(self) -> bool:
        """More than six calendar months pass from the first to the last day; False when one is unknown."""
        if self.start is None or self.end is None:
            return False
        years, month = divmod(self.start.month + 5, 12)
        following = self.start.replace(day=1, year=self.start.year + years, month=month + 1)
        last_day = (following + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        return self.end >= min(following + timedelta(days=self.start.day - 1), last_day)

    @cached_property
    def interruptions(self) -> tuple[Period, ...]:
        return self["stage.interruptions"] or ()

    @cached_property
    def schedule(self) -> tuple[Period, ...]:
        """Periods of a discontinuous presence, as far as they could be read."""
        schedule: Schedule | None = self["stage.repartition"]
        return schedule.periods if schedule else ()

    @cached_property
    def paid(self) -> bool | None:
        return self["gratification.versee"]  # type: ignore[no-any-return]

    @cached_property
    def scheme(self) -> str | None:
        return self["formation.regime"]  # type: ignore[no-any-return]

    @cached_property
    def gap_year(self) -> bool:
        return self.scheme == "Césure"

    @cached_property
    def confidential(self) -> bool:
        return self["stage.confidentiel"] is True

    @cached_property
    def age_at_start(self) -> int | None:
        """Full years on the first day of the internship."""
        return self.age_on(self.start)

    def age_on(self, day: date | None) -> int | None:
        """Full years on ``day``; None when the birth date or ``day`` is not known."""
        born: date | None = self["etudiant.date_naissance"]
        if born is None or day is None:
            return None
        return day.year - born.year - ((day.month, day.day) < (born.month, born.day))

    # ── places ────────────────────────────────────────────────────────────────────────────────────

    @cached_property
    def host_country(self) -> Country | None:
        code = self["organisme.pays"]
        return self.tables.countries[code] if code else None

    @cached_property
    def country(self) -> Country | None:
        """Country of the internship; the host's when the source has no column for the former."""
        code = self["stage.pays"]
        if code:
            return self.tables.countries[code]
        return None if self.asked("stage.pays") else self.host_country

    @cached_property
    def abroad(self) -> bool:
        """Abroad for certain: outside France and its overseas territories."""
        return self.country is not None and self.country.abroad

    @cached_property
    def in_france(self) -> bool:
        """In France or overseas for certain."""
        return self.country is not None and not self.country.abroad

    @cached_property
    def in_quebec(self) -> bool:
        """In Québec: by the country as typed, the region, the town, or a postcode in G, H or J."""
        if self.country is None or self.country.code != "CA":
            return False
        if fold(self.shown("stage.pays")) == "quebec":
            return True
        if self.french_region is False:  # the Toronto branch of a host in Montréal
            return False
        if fold(self.shown("organisme.pays")) == "quebec":
            return True
        quebec = [r for r in self.country.french_regions if r not in ("Nouveau-Brunswick", "Moncton")]
        named = [self[k] for k in ("stage.lieu_region", "stage.lieu_ville") if self[k]] or [self["organisme.ville"]]
        if any(has_words(text, region) for text in named if text for region in quebec):
            return True
        return (self["organisme.code_postal"] or "x")[0].upper() in "GHJ"

    @cached_property
    def advice(self) -> Advice | None:
        return self.tables.advice.get(self.country.code) if self.country else None

    @cached_property
    def french_region(self) -> bool | None:
        """Whether region or town is of a French-speaking (True) or another (False) region; None: not known."""
        if self.country is None:
            return None
        texts = [self[k] for k in ("stage.lieu_region", "stage.lieu_ville")]
        if not any(texts):
            texts = [self["organisme.ville"]]
        if fold(self.shown("stage.pays")) == "quebec":
            texts.append("Québec")
        for regions, answer in ((self.country.bilingual_regions, False), (self.country.french_regions, True)):
            if any(has_words(text, region) for text in texts if text for region in regions):
                return answer
        return None

    @cached_property
    def model(self) -> Model | None:
        """The agreement's model, by the country of the internship and its region (design § 2)."""
        if self.country is None:
            return None
        if self.french_region is not None and self.country.abroad:
            return "francophone" if self.french_region else "bilingue"
        return self.country.default_model

    # ── people and host ───────────────────────────────────────────────────────────────────────────

    def person(self, group: str) -> Person:
        """Return etudiant, tuteur, signataire or enseignant."""
        return Person(self[f"{group}.nom"], self[f"{group}.prenom"], self[f"{group}.email"])

    @cached_property
    def public_host(self) -> bool | None:
        """Whether the host is a public body (D124-8); None when its type does not tell."""
        kind = self["organisme.type"]
        if kind in ("Administration", "Établissement public", "Organisme consulaire français"):
            return True
        return None if kind in (None, "Autre", "Entreprise publique") else False
