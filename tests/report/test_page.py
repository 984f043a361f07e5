"""rapport.html: complete, escaped, self-contained, in two languages."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import json
import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from lxml import html
from openpyxl import load_workbook

from pipeline.model import Outcome
from pipeline.report.morning.cells import workbook_cells
from pipeline.report.morning.lines import Link, lines_of
from pipeline.report.morning.words import Text
from pipeline.report.page import Names, report_html
from pipeline.report.workbook import write_workbook
from tests.report.follow_ups import action, desk_outcome, follow_up
from tests.report.outcomes import DAY, UGLY, empty_outcome, full_outcome, settings, sound_outcome, tables, verdict

TABLES, SETTINGS = tables(), settings()


def page(outcome: Outcome, names: Names | None = None) -> str:
    names = names or Names(systems={"imprime_contact": "Imprimé contact"}, documents={"convention": "Convention"})
    return "".join(report_html(outcome, lines_of(outcome, TABLES), SETTINGS, TABLES, names))


@pytest.fixture(scope="module")
def full() -> str:
    return page(full_outcome())


def test_every_row_every_file_and_every_unread_row_is_told(full: str) -> None:
    outcome = full_outcome()
    text = html.fromstring(full).text_content()
    assert len(re.findall("class=dossier", full)) == 10
    for seen in outcome.verdicts:
        assert f"ligne {seen.place.row}" in text
    for source in outcome.sources:
        assert source.file in text
    assert "ligne 14" in text
    assert "LibreOffice n’a pas répondu" in text
    assert "Imprimé contact" in text


def test_a_refused_file_is_told_its_own_mend_where_its_reason_has_one() -> None:
    outcome = full_outcome()
    one = next(source for source in outcome.sources if source.state == "rejeté")
    locked = dataclasses.replace(one, file="a.xlsx", reason="protégé\u00a0: retirez le mot de passe.")
    other = dataclasses.replace(one, file="b.xlsx", reason="système non reconnu.")
    tree = html.fromstring(page(dataclasses.replace(outcome, sources=(locked, other))))
    told = [[cell.text_content() for cell in row.xpath("td")] for row in tree.xpath("//tr[td[@class='c-file']]")]
    assert told[0] == ["a.xlsx", "Protégé.", "Retirez le mot de passe."]
    assert told[1][:2] == ["b.xlsx", "Système non reconnu."]
    assert "ligne d’en-têtes" in told[1][2]


def test_hostile_values_are_shown_and_never_markup(full: str) -> None:
    tree = html.fromstring(full)
    assert UGLY in tree.text_content()
    assert "<b>Télé" not in full
    assert not tree.xpath("//*[@onclick] | //img | //iframe | //link | //object")
    assert len(tree.xpath("//script")) == 3


def test_what_looks_like_the_end_of_a_script_stays_inside_its_data() -> None:
    end = "</script><script>alert(1)</script><!--"
    attacked = verdict(4, "prêt", values={"formation.diplome": end})
    tree = html.fromstring(page(dataclasses.replace(sound_outcome(), verdicts=(attacked,))))
    assert len(tree.xpath("//script")) == 3
    data = json.loads(tree.xpath("//script[@id='donnees']")[0].text)
    assert data["keys"]["formation"] == [end]


def test_the_policy_allows_this_style_and_this_script_and_nothing_else(full: str) -> None:
    policy = html.fromstring(full).xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    for name, pattern in (("style-src", r"<style>(.*?)</style>"), ("script-src", r"<script>(.*?)</script>")):
        (text,) = re.findall(pattern, full, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{name} 'sha256-{digest}'" in policy
    assert " style=" not in re.sub(r"(?s)<script.*?</script>", "", full)


def test_nothing_is_fetched_from_anywhere(full: str) -> None:
    tree = html.fromstring(full)
    assert not tree.xpath("//@src | //link | //@srcset")
    # The only address is that of the ministry's advice, behind a link that somebody must click.
    outside = {str(link) for link in tree.xpath("//a/@href") if "://" in link or link.startswith("//")}
    assert all(link.startswith("https://www.diplomatie.gouv.fr/") for link in outside)
    assert "url(" not in full


def test_links_go_to_the_outbox_and_odd_names_are_quoted(full: str) -> None:
    links = [str(link) for link in html.fromstring(full).xpath("//a/@href")]
    stem = "../../dossiers/2026-2027/C2026-000004_LAMBERTIN_Elodie"
    assert f"{stem}/convention_C2026-000004.pdf" in links
    assert "../../dossiers/2026-2027/C2026-000005_LAMBERTIN_Elodie/message%20%231%20%25%3F.eml" in links
    anchors = set(html.fromstring(full).xpath("//@id"))
    assert {link[1:] for link in links if link.startswith("#") and "=" not in link} <= anchors


def test_what_to_do_today_comes_by_start_date_the_past_ones_last(full: str) -> None:
    rows = html.fromstring(full).xpath("//section[@id='aujourdhui']//tbody/tr/td[1]/span[1]/text()")
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


def test_the_page_comes_in_pieces_that_hold_one_dossier_at_most() -> None:
    outcome = full_outcome()
    pieces = list(report_html(outcome, lines_of(outcome, TABLES), SETTINGS, TABLES, Names()))
    counts = [piece.count("class=dossier") for piece in pieces]
    assert (sum(counts), max(counts)) == (10, 1)


def test_a_document_of_an_unknown_kind_is_called_by_its_name_and_a_known_one_by_its_title() -> None:
    outcome = sound_outcome()
    (judged,) = outcome.verdicts
    paths = ("x/annexe_etranger_C2026-000004.docx", "x/note.", "x/plan d’accès")
    outcome = dataclasses.replace(outcome, documents={judged.place: paths})
    names = Names(documents={"annexe": "Annexe", "annexe_etranger": "Annexe étranger"})
    links = html.fromstring(page(outcome, names)).xpath("//ul[@class='docs']//a")
    told = [link.text_content() for link in links]
    assert told == ["Annexe étranger (docx)", "note. (fichier)", "plan d’accès (fichier)"]
    assert links[2].get("href") == "../../x/plan%20d%E2%80%99acc%C3%A8s"


def test_an_empty_night_has_its_page() -> None:
    text = page(empty_outcome())
    assert "Aucun fichier n’a été déposé" in text
    assert "Rien ne vous attend" in text


def test_french_spaces_stand_before_double_marks(full: str) -> None:
    own = html.fromstring(full).xpath("//main//*[@data-n]")
    assert len(own) > 100
    assert [text for e in own if re.search(r" [:;!?»]", text := e.text_content())] == []


def test_more_dossiers_than_a_day_holds_are_counted_not_lost() -> None:
    verdicts = tuple(verdict(row, "prêt") for row in range(4, 44))
    text = page(dataclasses.replace(sound_outcome(), verdicts=verdicts))
    assert "25\u00a0autres dossiers" in text
    assert len(html.fromstring(text).xpath("//section[@id='aujourdhui']/table//tbody/tr")) == 15
    assert len(re.findall("class=dossier", text)) == 40


def test_every_follow_up_stands_in_it_with_what_the_desk_knows() -> None:
    outcome = desk_outcome()
    tree = html.fromstring(page(outcome))
    for one in outcome.follow_ups:
        (row,) = tree.xpath(f"//tr[@id='{one.reference}']")
        assert one.manager in row.text_content()
        assert one.etape in row.text_content()
    signed = tree.get_element_by_id("C2026-000030").text_content()
    assert "Nadia FERRAND" in signed
    assert "attendue" in signed
    alerts = tree.get_element_by_id("alertes").text_content()
    assert "expire pendant le stage" in alerts
    changed = tree.xpath("//section[@id='changements']//tbody//a/@href")
    assert changed == ["#C2026-000004", "#C2026-000030"]


def test_a_dossier_that_no_file_shows_any_more_is_not_taken_for_a_row_of_this_run() -> None:
    outcome = desk_outcome()
    assert len(re.findall("class=dossier", page(outcome))) == len(outcome.follow_ups) + 2


def test_coming_starts_are_those_that_nothing_asks_for_today() -> None:
    soon = verdict(4, "prêt", values={"stage.date_debut": DAY + timedelta(20)})
    late = verdict(5, "prêt", values={"stage.date_debut": DAY + timedelta(200)})
    calm = action(verb="Attendre.", verb_en="Wait.", today=False)
    rows = tuple(follow_up(judged, action=calm, etape="envoyé") for judged in (soon, late))
    tree = html.fromstring(page(dataclasses.replace(sound_outcome(), verdicts=(soon, late), follow_ups=rows)))
    assert tree.xpath("//section[@id='echeances']//tbody//a/@href") == ["#C2026-000004"]
    assert "Rien ne vous attend" in tree.get_element_by_id("aujourdhui").text_content()


def test_findings_lead_to_their_cell_of_the_workbook(tmp_path: Path) -> None:
    outcome = full_outcome()
    write_workbook(outcome, tmp_path / "a_corriger.xlsx", TABLES)
    book = load_workbook(tmp_path / "a_corriger.xlsx")
    cells = workbook_cells(outcome, TABLES)
    told = [(v, f) for v in outcome.verdicts for f in v.findings if (v.place, f.rule) in cells]
    assert len(told) > 5
    for judged, found in told:
        sheet, address = cells[judged.place, found.rule]
        comment = book[sheet][address].comment
        assert comment is not None
        assert " ".join(found.message.split())[:40] in " ".join(comment.text.split())


def test_english_is_there_for_every_word_of_the_page(full: str) -> None:
    tree = html.fromstring(full)
    english = json.loads(tree.get_element_by_id("anglais").text)
    numbers = {int(number) for number in tree.xpath("//@data-n | //@data-l")}
    assert numbers == set(range(len(english)))
    assert all(english)


def test_the_workbooks_of_the_portfolios_and_for_others_are_a_click_away() -> None:
    names = Names(
        managers={"Jeanne Roux": [Link(Text("suivi", "follow-up"), "../../suivi_jeanne_roux.xlsx")]},
        extracts={Text("Par formation", "By programme"): [Link(Text("Licence <i>"), "responsables/x.xlsx", "a@b.fr")]},
        messages=2,
    )
    outcome = desk_outcome()
    hers = tuple(dataclasses.replace(one, manager="Jeanne Roux") for one in outcome.follow_ups)
    outcome = dataclasses.replace(outcome, follow_ups=hers)
    found = html.fromstring(page(outcome, names))
    (link,) = found.xpath("//section[@id='extraits']//a")
    assert (link.get("href"), link.text_content()) == ("responsables/x.xlsx", "Licence <i> (a@b.fr)")
    assert found.xpath("//nav//a[@href='../../suivi_jeanne_roux.xlsx']")
    (messages,) = found.xpath("//section[@id='aujourdhui']//a[@href='messages.xlsx']")
    assert messages.text_content() == "2\u00a0messages sont à envoyer"


def test_a_rule_and_a_day_are_written_in_english_on_the_english_page() -> None:
    names = Names(rules={"DUR-01": "Durée maximale"}, rules_en={"DUR-01": "Longest duration"})
    english = json.loads(html.fromstring(page(desk_outcome(), names)).get_element_by_id("anglais").text)
    assert "Longest duration (DUR-01)" in english
    assert not any(re.search(r"\d\d/\d\d/\d{4}", text) for text in english)
