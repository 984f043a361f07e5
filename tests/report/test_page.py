"""rapport.html: complete, escaped, self-contained."""

from __future__ import annotations

import dataclasses
import re
from datetime import date

import pytest
from lxml import html

from pipeline.model import Outcome
from pipeline.report.page import Names, report_html
from tests.report.outcomes import UGLY, empty_outcome, full_outcome, settings, sound_outcome, tables, verdict

TABLES, SETTINGS = tables(), settings()


def page(outcome: Outcome) -> str:
    return report_html(
        outcome,
        SETTINGS,
        TABLES,
        Names(systems={"imprime_contact": "Imprimé contact"}, documents={"convention": "Convention"}),
    )


@pytest.fixture(scope="module")
def full() -> str:
    return page(full_outcome())


def test_every_row_every_file_and_every_unread_row_is_told(full: str) -> None:
    outcome = full_outcome()
    text = html.fromstring(full).text_content()
    assert len(re.findall('class="dossier"', full)) == 10
    for seen in outcome.verdicts:
        assert f"ligne {seen.place.row}" in text
    for source in outcome.sources:
        assert source.file in text
    assert "ligne 14" in text
    assert "LibreOffice n’a pas répondu" in text
    assert "Imprimé contact" in text


def test_hostile_values_are_shown_and_never_markup(full: str) -> None:
    tree = html.fromstring(full)
    assert UGLY in tree.text_content()
    assert "<b>Télé" not in full
    assert not tree.xpath("//script | //*[@onclick] | //img | //iframe")


def test_nothing_is_fetched_from_anywhere(full: str) -> None:
    assert not re.search(r"(src|href)=\"(https?:)?//", full)
    assert "url(" not in full


def test_links_go_to_the_outbox_and_odd_names_are_quoted(full: str) -> None:
    links = [str(link) for link in html.fromstring(full).xpath("//a/@href")]
    stem = "../../dossiers/2026-2027/C2026-000004_LAMBERTIN_Elodie"
    assert f"{stem}/convention_C2026-000004.pdf" in links
    assert "../../dossiers/2026-2027/C2026-000005_LAMBERTIN_Elodie/message%20%231%20%25%3F.eml" in links
    anchors = set(html.fromstring(full).xpath("//@id"))
    assert {link[1:] for link in links if link.startswith("#")} <= anchors


def test_what_to_do_today_comes_by_start_date_the_past_ones_last(full: str) -> None:
    rows = html.fromstring(full).xpath("//section[@id='aujourdhui']//tbody/tr/td[1]/text()")
    days = [date(int(d[6:10]), int(d[3:5]), int(d[:2])) for d in rows if re.match(r"\d\d/", d)]
    assert days[:-1] == sorted(days[:-1])
    assert days[-1] < full_outcome().day


def test_the_sentence_is_amber_when_something_failed_and_calm_otherwise(full: str) -> None:
    assert 'class="banner attention"' in full
    assert 'class="banner"' in page(sound_outcome())


def test_departures_abroad_stand_by_country_with_the_date_of_the_advice(full: str) -> None:
    text = " ".join(html.fromstring(full).xpath("//section[@id='etranger']//text()"))
    assert "Maroc" in text
    assert "conseils du" in text
    assert "Aucun départ" in page(sound_outcome())


def test_an_empty_night_has_its_page() -> None:
    text = page(empty_outcome())
    assert "Aucun fichier n’a été déposé" in text
    assert "Rien ne vous attend" in text


def test_french_spaces_stand_before_double_marks(full: str) -> None:
    text = html.fromstring(full.replace("{{ 7*7 }}", "")).xpath("//main//h1 | //section[1]/p")[0].text_content()
    assert not re.search(r" [:;!?»]", text)


def test_more_dossiers_than_a_day_holds_are_counted_not_lost() -> None:
    verdicts = tuple(verdict(row, "prêt") for row in range(4, 44))
    text = page(dataclasses.replace(sound_outcome(), verdicts=verdicts))
    assert "25\u00a0autres dossiers" in text
    assert len(re.findall('class="dossier"', text)) == 40
