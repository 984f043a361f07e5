"""rapport.html in a real Chromium: filters, search, sort, links, languages, keyboard, print, accessibility."""

from __future__ import annotations

import dataclasses
import importlib.util
import io
import json
import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import pytest
from pypdf import PdfReader

from pipeline.model import Outcome
from pipeline.report.morning.lines import lines_of
from pipeline.report.page import Names, report_html
from tests.report.chromium import Page, chromium, find_chromium
from tests.report.follow_ups import action, desk_outcome, follow_up
from tests.report.outcomes import DAY, finding, settings, tables, verdict

pytestmark = pytest.mark.xdist_group("browser")

HOSTILE = "</script><script>window.hurt=1</script><img src=x onerror='window.hurt=2'>"
FILTERS = ("vue", "statut", "etape", "regle", "formation", "pays", "gestionnaire")
NAMES = Names(
    rules={"DUR-01": "Durée maximale", "LIG-09": HOSTILE},
    systems={"imprime_contact": "Imprimé contact"},
    documents={"convention": "Convention", "message": "Message", "pieces": "Pièces à fournir"},
    lists={"departs_etranger.xlsx": "Départs à l’étranger"},
    follow_up="suivi.xlsx",
)


def hostile_outcome() -> Outcome:
    """Return the desk's outcome with a dossier whose every text is an attack, on a person, a host and a manager."""
    outcome = desk_outcome()
    values = {"etudiant.nom": HOSTILE, "organisme.raison_sociale": HOSTILE, "formation.diplome": HOSTILE}
    bad = verdict(
        40, "à corriger", (finding("LIG-09", "bloquant", ("stage.sujet",), 40, HOSTILE, HOSTILE),), values=values
    )
    coming = [
        follow_up(
            verdict(row, "prêt", values={"stage.date_debut": DAY + timedelta(row - 60)}),
            etape="envoyé", in_run=False, action=action(today=False, deadline=DAY + timedelta(120 - row)),
        )
        for row in range(70, 90)
    ]  # fmt: skip
    one = follow_up(bad, manager=f"{HOSTILE} & Cie", alerts=(HOSTILE,))
    return dataclasses.replace(
        outcome, verdicts=(*outcome.verdicts, bad), follow_ups=(*outcome.follow_ups, one, *coming), notices=(HOSTILE,)
    )


OUTCOME = hostile_outcome()


@pytest.fixture(scope="module")
def outbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An outbox with the page and, empty, every document that the outcome names."""
    root = tmp_path_factory.mktemp("outbox")
    folder = root / "rapports/dernier"
    folder.mkdir(parents=True)
    for path in (p for paths in OUTCOME.documents.values() for p in paths):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).touch()
    for name in ("rapports/dernier/a_corriger.xlsx", "rapports/dernier/departs_etranger.xlsx", "suivi.xlsx"):
        (root / name).touch()
    hers = next(v for v in OUTCOME.verdicts if v.entry.reference == "C2026-000005")
    names = dataclasses.replace(NAMES, cells={(hers.place, "DUR-01"): ("Réponses de l'été", "N5")})
    pieces = report_html(OUTCOME, lines_of(OUTCOME, tables()), settings(), tables(), names)
    (folder / "rapport.html").write_text("".join(pieces), "utf-8", errors="replace")
    return root


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    program = find_chromium()
    if program is None:
        pytest.skip("Chromium is not installed (make browser): the page is not tried in a browser")
    with chromium(program, tmp_path_factory.mktemp("profile")) as page:
        yield page


@pytest.fixture
def page(browser: Page, outbox: Path) -> Page:
    """The page as it opens, at 1 440 pixels."""
    browser.resize(1440)
    browser.open(address(outbox))
    browser.until("!document.querySelector('#lignes noscript')")
    return browser


def address(outbox: Path) -> str:
    return (outbox / "rapports/dernier/rapport.html").as_uri()


def shown(page: Page) -> list[str]:
    """Return the anchors of the dossiers that the table shows, in its order."""
    found: list[str] = page.run(
        "[...document.querySelectorAll('tr.dossier')].filter(r => r.offsetParent).map(r => r.id)"
    )
    return found


def choose(page: Page, name: str, value: str) -> None:
    page.run(
        f"(f => {{ f.value = {json.dumps(value)}; f.dispatchEvent(new Event('change', {{bubbles: true}})) }})"
        f"(document.getElementById('f-{name}'))"
    )


def search(page: Page, text: str) -> None:
    page.run("document.getElementById('f-q').focus(), document.getElementById('f-q').select()")
    page.write(text)
    page.until(f"new URLSearchParams(location.hash.slice(1)).get('q') === {json.dumps(text)}")


def references(**wanted: object) -> set[str]:
    """Return the references of the follow-ups whose facts are those wanted."""
    facts = {
        one.reference: {
            "etape": one.etape,
            "statut": one.verdict.status,
            "gestionnaire": one.manager,
            "pays": one.verdict.entry.deposit.values["stage.pays"],
        }
        for one in OUTCOME.follow_ups
    }
    return {ref for ref, found in facts.items() if all(found[key] == value for key, value in wanted.items())}


def follow_ups_among(anchors: Sequence[str]) -> set[str]:
    return {anchor for anchor in anchors if anchor.startswith("C")}


def test_it_opens_without_an_error_or_a_request_and_hostile_values_do_not_run(page: Page, outbox: Path) -> None:
    # The console speaks of what a policy refused as well: nothing may even be tried.
    spoken = page.said("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded")
    assert spoken == []
    asked = {sent["request"]["url"].partition("#")[0] for sent in page.said("Network.requestWillBeSent")}
    assert asked == {address(outbox)}
    assert page.run("performance.getEntriesByType('resource').length") == 0
    assert page.run("window.hurt") is None
    assert HOSTILE in page.run("document.getElementById('C2026-000040').textContent")
    assert page.run("document.scripts.length") == 3


def test_every_filter_shows_what_it_says_and_they_combine(page: Page) -> None:
    assert len(shown(page)) == len(OUTCOME.follow_ups) + 2  # a replaced row and a double
    for name, value in (
        ("etape", "envoyé"),
        ("statut", "refusé"),
        ("gestionnaire", "Portefeuille BAP"),
        ("pays", "MA"),
    ):
        choose(page, name, value)
        assert follow_ups_among(shown(page)) == references(**{name: value})
        choose(page, name, "")
    choose(page, "regle", "DUR-01")
    assert shown(page) == ["C2026-000005"]
    choose(page, "regle", "")
    choose(page, "vue", "change")
    assert follow_ups_among(shown(page)) == {"C2026-000004", "C2026-000030"}
    choose(page, "etape", "envoyé")
    assert shown(page) == ["C2026-000030"]
    choose(page, "formation", HOSTILE)
    assert shown(page) == []
    assert page.run("document.getElementById('aucun').offsetParent !== null")
    assert page.run("document.getElementById('compte').textContent") == "Dossiers affichés : 0 sur 33"
    page.run("document.querySelector('#aucun .effacer').click()")
    assert len(shown(page)) == 33
    assert page.run("document.activeElement.id") == "f-q"


def test_the_search_reads_names_references_and_findings_without_accents(page: Page) -> None:
    search(page, "oualdi INES")
    page.until("document.getElementById('compte').textContent.includes(' 1 sur')")
    assert shown(page) == ["C2026-000007"]
    search(page, "duree effective")
    page.until("!document.getElementById('C2026-000005').hidden")
    assert shown(page) == ["C2026-000005"]
    choose(page, "statut", "prêt")
    assert shown(page) == []


def test_sorting_goes_by_columns_and_says_so(page: Page) -> None:
    by_start = shown(page)
    page.run("document.querySelector('#tous th[data-sort=nom] button').click()")
    names = page.run("[...document.querySelectorAll('#lignes b')].map(n => n.textContent)")
    assert names.index("OUALDI-PRÉVOST Inès") == len(names) - 1
    assert page.run("document.querySelector('th[data-sort=nom]').getAttribute('aria-sort')") == "ascending"
    assert page.run("document.querySelectorAll('#tous th[aria-sort]').length") == 1
    page.run("document.querySelector('#tous th[data-sort=nom] button').click()")
    assert page.run("document.querySelector('th[data-sort=nom]').getAttribute('aria-sort')") == "descending"
    assert shown(page)[0] == "C2026-000007"
    choose(page, "tri", "echeance")
    assert shown(page)[0] == "C2026-000030"  # the nearest deadline
    choose(page, "tri", "")
    assert shown(page) == by_start


def test_the_address_keeps_the_view_and_brings_it_back(page: Page, outbox: Path) -> None:
    choose(page, "gestionnaire", "Portefeuille BAP")
    choose(page, "statut", "à corriger")
    choose(page, "tri", "nom")
    expected = shown(page)
    page.until("location.hash.includes('tri=nom')")
    kept = page.run("location.href")
    page.open(kept)
    assert shown(page) == expected
    assert page.run("document.getElementById('f-gestionnaire').value") == "Portefeuille BAP"
    # Her bookmark: the lists before the table follow the manager too.
    today = page.run("[...document.querySelectorAll('#aujourdhui tr[data-m]')].filter(r => r.offsetParent).length")
    assert today == len([one for one in OUTCOME.follow_ups if one.manager == "Portefeuille BAP" and one.action.today
                         and one.etape not in ("refusé", "réorienté")])  # fmt: skip
    page.open(f"{address(outbox)}#statut=inconnu&q=%E0%A4%A")
    assert page.said("Runtime.exceptionThrown") == []


def test_a_link_to_a_dossier_opens_it_even_when_a_filter_hides_it(page: Page) -> None:
    choose(page, "statut", "refusé")
    page.run("document.querySelector('#aujourdhui a[href=\"#C2026-000007\"]').click()")
    page.until("document.querySelector('#C2026-000007 details').open")
    assert "C2026-000007" in shown(page)
    assert page.run("document.activeElement.id") == "C2026-000007"


def test_a_count_is_a_link_to_its_dossiers(page: Page) -> None:
    page.run("document.querySelector('#chiffres a[href^=\"#statut=refus\"]').click()")
    page.until("document.getElementById('f-statut').value === 'refusé'")
    assert follow_ups_among(shown(page)) == references(statut="refusé")


def test_the_other_language_is_whole_and_goes_back(page: Page) -> None:
    french = page.run("document.body.textContent")
    page.run("document.getElementById('langue').click()")
    assert page.run("document.documentElement.lang") == "en"
    assert page.run("document.title").startswith("Internship agreements")
    # What is still French says so: an element marked fr, a name, or a name in a list of choices.
    left = page.run(
        "(() => { const out = []; const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);"
        "while (walk.nextNode()) { const n = walk.currentNode, e = n.parentElement;"
        "if (/[a-zà-ÿ]{2}/i.test(n.data) && !e.closest('[data-n], [lang=fr], bdi, script, style, option, svg'))"
        " out.push(n.data.trim()); } return out; })()"
    )
    known = re.compile(r"Faculté|C2026-|20261121T|Dossiers shown|^\(?(docx|pdf|eml)\)$|[A-Z]{3}-\d\d")
    assert [text for text in left if not known.search(text)] == []
    assert "Key" in page.run("document.getElementById('legende').textContent")
    assert page.run("document.getElementById('compte').textContent") == "Dossiers shown: 33 of 33"
    assert page.run("document.getElementById('tous').getAttribute('aria-label')") == "All dossiers"
    choose(page, "statut", "prêt")
    page.until("location.hash.includes('lang=en')")
    choose(page, "statut", "")
    page.run("document.getElementById('langue').click()")
    assert page.run("document.documentElement.lang") == "fr"
    assert page.run("document.body.textContent") == french


def test_every_link_leads_somewhere(page: Page, outbox: Path) -> None:
    links = page.run("[...document.querySelectorAll('a')].map(a => a.getAttribute('href'))")
    ids = set(page.run("[...document.querySelectorAll('[id]')].map(e => e.id)"))
    folder = outbox / "rapports/dernier"
    for link in links:
        if link.startswith("https://"):
            assert urlsplit(link).hostname == "www.diplomatie.gouv.fr", link
        elif link.startswith("#"):
            name, _, value = link[1:].partition("=")
            assert name in (FILTERS if value else ids), link
        else:
            assert (folder / unquote(urlsplit(link).path)).is_file(), link
    assert f"a_corriger.xlsx#'{quote('Réponses de l')}{quote(chr(39) * 2)}{quote('été')}'!N5" in links
    assert "onglet « Réponses de l'été », cellule N5" in page.run(
        "document.getElementById('C2026-000005').textContent.replace(/\\u00a0/g, ' ')"
    )


def test_the_keyboard_is_enough(page: Page) -> None:
    page.press("Tab", 9)
    assert page.run("document.activeElement.className") == "skip"
    page.press("Enter", 13)
    page.until("document.activeElement.id === 'contenu'")
    page.run("document.getElementById('f-q').focus()")
    page.write("lambertin")
    for _ in range(40):
        page.press("Tab", 9)
        if page.run("document.activeElement.tagName") == "SUMMARY":
            break
    assert page.run("document.activeElement.closest('tr').id").startswith(("C", "d"))
    assert page.run("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.press("Enter", 13)
    assert page.run("document.activeElement.parentElement.open")


def test_print_has_the_dossiers_of_the_filter_unfolded_and_no_filter_bar(page: Page) -> None:
    choose(page, "statut", "refusé")
    text = " ".join(" ".join(leaf.extract_text() for leaf in PdfReader(io.BytesIO(page.pdf())).pages).split())
    assert "Le stage devait commencer le 02/11/2026" in text
    assert "La durée effective indiquée" not in text.partition("Tous les dossiers")[2].partition("Où en sont")[0]
    assert "Effacer les filtres" not in text
    assert "English" not in text


def test_without_its_script_everything_is_there_to_read(page: Page, outbox: Path) -> None:
    page.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        page.open(address(outbox))
        assert len(shown(page)) == 33
        assert page.run("document.getElementById('filtres').offsetParent === null")
        assert page.run("document.getElementById('langue').offsetParent === null")
        folded = page.run("[...document.querySelectorAll('#C2026-000005 details p')].map(p => p.textContent)")
        assert any("La durée effective indiquée" in text for text in folded)
    finally:
        page.call("Emulation.setScriptExecutionDisabled", value=False)


@pytest.fixture
def many(browser: Page, outbox: Path) -> Page:
    """The page as it opens when it has more dossiers than it unfolds by itself."""
    text = (outbox / "rapports/dernier/rapport.html").read_text("utf-8")
    assert "FEW = 2000" in text
    text = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", text.replace("FEW = 2000", "FEW = 0"))
    (outbox / "rapports/dernier/beaucoup.html").write_text(text, "utf-8")
    browser.resize(1440)
    browser.open((outbox / "rapports/dernier/beaucoup.html").as_uri())
    return browser


FOLDED = "document.getElementById('C2026-000005').querySelector('noscript') !== null"
OPENED = "document.querySelector('#C2026-000005 details').textContent"


def test_many_dossiers_are_folded_until_somebody_opens_them_in_either_language(many: Page) -> None:
    assert many.run("document.querySelectorAll('#lignes noscript').length") == 33
    many.run("document.getElementById('langue').click()")
    many.run("document.querySelector('#C2026-000005 summary').click()")
    many.until(f"!({FOLDED})")
    assert "To be corrected In English." in many.run(OPENED)
    many.run("document.getElementById('langue').click()")
    assert "À corriger La durée effective indiquée" in many.run(OPENED)
    assert many.run("document.querySelectorAll('#lignes noscript').length") == 32
    assert many.run("window.hurt") is None


def test_what_is_folded_is_found_by_the_search_and_stays_folded(many: Page) -> None:
    search(many, "duree effective")
    many.until("document.getElementById('compte').textContent.includes(' 1 sur')")
    assert shown(many) == ["C2026-000005"]
    many.run("document.getElementById('langue').click()")
    search(many, "to be corrected in english")
    many.until("!document.getElementById('C2026-000006').hidden")
    assert "C2026-000005" in shown(many)
    search(many, "span")  # the markup is no text
    many.until("document.getElementById('compte').textContent.startsWith('Dossiers shown: 0')")
    assert many.run(FOLDED)


def test_what_is_folded_is_printed(many: Page) -> None:
    choose(many, "statut", "refusé")
    text = " ".join(" ".join(leaf.extract_text() for leaf in PdfReader(io.BytesIO(many.pdf())).pages).split())
    assert "Le stage devait commencer le 02/11/2026" in text


@pytest.mark.parametrize("width", [1440, 380])
def test_nobody_is_shut_out(page: Page, width: int) -> None:
    """axe-core finds nothing, in both languages, all dossiers open; nothing is too small to touch or off the side."""
    spec = importlib.util.find_spec("axe_core_python")
    assert spec is not None
    assert spec.origin is not None
    page.resize(width)
    page.run("document.querySelectorAll('details').forEach(d => { d.open = true })")
    page.run(Path(spec.origin).with_name("axe.min.js").read_text("utf-8") + "; 0")
    # The colours, slow to measure, are the same in both languages.
    for contrast in ("true", "false"):
        options = f"{{resultTypes: ['violations'], rules: {{'color-contrast': {{enabled: {contrast}}}}}}}"
        found: list[dict[str, Any]] = page.run(f"axe.run({options}).then(r => r.violations)")
        assert [(f["id"], [n["html"] for n in f["nodes"]][:3]) for f in found] == []
        page.run("document.getElementById('langue').click()")
    assert page.run("document.documentElement.scrollWidth") <= width
    small = page.run(
        "[...document.querySelectorAll('button, select, input, summary, nav a, .lists a, .docs a')]"
        ".filter(e => e.offsetParent && e.getBoundingClientRect().height < 24).map(e => e.outerHTML)"
    )
    assert small == []


def test_it_holds_at_twice_the_size(page: Page) -> None:
    page.resize(720)
    assert page.run("document.documentElement.scrollWidth") <= 720
    page.resize(320)
    assert page.run("document.documentElement.scrollWidth") <= 320


def test_today_goes_by_group_then_by_start(page: Page) -> None:
    found = page.run("[...document.querySelectorAll('#aujourdhui tbody .c-student .soft')].map(e => e.textContent)")
    assert found[-1] == "C2026-000030"  # group 5, whatever its start
    starts = [one.verdict.entry.deposit.values["stage.date_debut"] for ref in found[:-1]
              for one in OUTCOME.follow_ups if one.reference == ref]  # fmt: skip
    assert all(isinstance(start, date) for start in starts)
    assert starts == sorted(starts, key=str)


def test_coming_starts_are_sorted_by_start_or_by_deadline_and_shown_in_full_on_demand(page: Page) -> None:
    visible = "[...document.querySelectorAll('#echeances tbody tr')].filter(r => r.offsetParent).map(r => r.innerText)"
    by_start = page.run(visible)
    assert len(by_start) == 15
    assert "C2026-000070" in by_start[0]
    page.run("document.querySelector('#echeances th[data-sort=echeance] button').click()")
    assert "C2026-000089" in page.run(visible)[0]
    page.run("document.querySelector('#echeances .tout').click()")
    assert len(page.run(visible)) == 20
    assert page.run("document.activeElement.tagName") == "A"
