"""No false alarm: whatever the internship, a perfectly filled form is ready, and nothing above information is said."""

from __future__ import annotations

import random
import re
from collections import Counter

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from pipeline.model import Finding
from tests.rules.forms import judge
from tests.rules.perfect.named import NAMED
from tests.rules.perfect.places import PLACES, reachable
from tests.rules.perfect.presence import CALENDARS, SIZES, WEEKS
from tests.rules.perfect_forms import AGES, HOSTS, NATIONALITIES, PerfectForm, case, perfect_forms

PLAIN = {"place": "france", "presence": "regular", "age": "adult", "host": "private", "seat": "there"}
_HOLE = re.compile(r"\bNone\b|[^\S\n]{2,}|«\s*»|“\s*”|[{}]|\(\s*\)|\s\.|: ,")


def _complaints(form: PerfectForm) -> list[str]:
    """Return what is wrong with the verdict on ``form``."""
    verdict = judge().judge(form.entry())
    told = [f"{f.rule} {f.severity} {f.fields}: {f.message}" for f in verdict.findings if f.severity != "information"]
    told += [f"{f.rule}: {text!r}" for f in verdict.findings for text in _texts(f) if _HOLE.search(text) or not text]
    # A value that is not understood is never the fault of a perfect form, not even as information.
    told += [f"{f.rule} {f.fields}: {f.message}" for f in verdict.findings if f.rule in ("LIG-09", "DAT-09")]
    if verdict.status != "prêt":
        told.append(verdict.status)
    return told


def _texts(finding: Finding) -> tuple[str, ...]:
    return finding.message, finding.fix, finding.message_en, finding.fix_en


@settings(
    max_examples=500, deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)
@given(perfect_forms())
def test_nothing_above_information_is_said_about_a_perfect_form(form: PerfectForm) -> None:
    assert _complaints(form) == []


@pytest.mark.parametrize("name", NAMED)
def test_each_named_case_is_ready(name: str) -> None:
    assert _complaints(case(**NAMED[name])) == []


@pytest.mark.parametrize("name", NAMED)
def test_each_named_case_is_ready_however_its_cells_are_written(name: str) -> None:
    """The kinds of the case, the rest as chance has it, but for what decides which kinds go together."""
    chance = random.Random(name)  # noqa: S311 (no secret)
    for _ in range(2):
        form = case(lambda _, count: chance.randrange(count), **{**PLAIN, **NAMED[name]})
        assert _complaints(form) == [], sorted(form.kinds)


@pytest.mark.parametrize("kind", ["eu", "calm", "orange", "partly_red", "spared"])
def test_each_country_that_may_be_gone_to_is_ready(kind: str) -> None:
    chance = random.Random(kind)  # noqa: S311 (no secret)
    for country in reachable(kind):
        if country.french_model == "OUI_SELON_REGION" or country.code == "IT":
            continue  # the named regions show them
        form = case(lambda _, count: chance.randrange(count), place=kind, abroad=country.code)
        assert _complaints(form) == [], country.code


_SAMPLE: Counter[str] = Counter()


def test_the_strategy_reaches_every_kind_of_form() -> None:
    @seed(2026)
    @settings(
        max_examples=1500,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(perfect_forms())
    def collect(form: PerfectForm) -> None:
        _SAMPLE.update(form.kinds)
        _SAMPLE.update(["due"] * (form.hours > 308))

    collect()
    expected = {
        "place": PLACES, "age": AGES, "calendar": CALENDARS, "size": SIZES, "nationality": NATIONALITIES, "host": HOSTS,
        "week": WEEKS, "territory": ("GP", "MQ", "GF", "RE", "YT", "PM", "BL", "MF", "NC", "PF", "WF", "TF"),
        "region": ("Bruxelles", "Montréal", "Genève", "Gand"), "seat": ("there", "elsewhere"),
        "signatory": ("another", "tutor", "without_email"), "confidential": ("no", "yes", "yes_and_empty"),
        "stipend": ("none", "hour", "day", "week", "month_real", "month_legal", "month_smoothed",
                    "month_smoothed_over_thirtieths", "month_smoothed_over_calendar_months", "stage", "legal", "more",
                    "rounded", "small", "local"),
        "presence": ("regular", "interrupted", "interrupted_twice", "whole_months", "scheduled_hours", "scheduled_days",
                     "scheduled_periods", "schedule_in_words"),
        "columns": ("all", "filled_only", "host_country_only"), "language": ("unsaid", "asked"),
    }  # fmt: skip
    missed = [f"{q}={k}" for q, kinds in expected.items() for k in kinds if not _SAMPLE[f"{q}={k}"]]
    assert missed == []
    assert _SAMPLE["due"] > 50
