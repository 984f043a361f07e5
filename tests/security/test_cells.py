"""Cells are data everywhere: whatever a form says, no output evaluates, runs, fetches or addresses anything of it."""

from __future__ import annotations

import email
import email.policy
import io
import json
import re
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing
from email.message import EmailMessage
from pathlib import Path

import pytest
from click.testing import CliRunner
from lxml import etree, html

from pipeline.cli import cli
from pipeline.setup import ROOT
from tests.security.hostile import AS_NAMES, PAYLOADS, hostile_night
from tools.shows.stage import Stage

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_S = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """A night over every payload in every text of a form, names included and names left out."""
    return hostile_night(tmp_path_factory.mktemp("hostile"))


def _files(stage: Stage, suffix: str) -> list[Path]:
    found = sorted(p for p in stage.outbox.rglob(f"*{suffix}") if p.is_file())
    assert found
    return found


def _said(text: str) -> str:
    """Return ``text`` without its spaces and with straight marks: typography is no matter of security."""
    return re.sub(r"\s|[\u00a0\u202f]", "", text).replace("’", "'").replace("«", '"').replace("»", '"')


def test_every_row_is_judged_and_the_agreements_are_made(nights: Stage) -> None:
    assert nights.report["totals"]["rows"] == len(PAYLOADS) + len(AS_NAMES)
    assert len(_files(nights, ".docx")) >= len(PAYLOADS)


def test_template_language_in_a_cell_stays_text_in_the_agreement(nights: Stage) -> None:
    texts = []
    for path in _files(nights, ".docx"):
        with zipfile.ZipFile(path) as archive:
            root = etree.fromstring(archive.read("word/document.xml"))
            assert not [n for n in archive.namelist() if "canary" in n]
            assert all(b"canary" not in archive.read(n) for n in archive.namelist() if n.endswith(".rels"))
        texts.append("".join(str(node.text or "") for node in root.iter(f"{_W}t")))
        assert not [n for n in root.iter(f"{_W}instrText") if "canary" in str(n.text)]
    whole = _said(" ".join(texts))
    for name in ("jinja", "format", "formula", "html", "markup", "shell", "path", "rich"):
        assert _said(PAYLOADS[name]) in whole, name
    assert not re.search(r"\b49et la|49oui", " ".join(texts))


def test_no_cell_of_a_workbook_is_a_formula_or_becomes_one(nights: Stage) -> None:
    marked = 0
    for path in _files(nights, ".xlsx"):
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            assert not [n for n in names if re.search(r"externalLink|connections|vba|ddeLink|embeddings", n)]
            styles = etree.fromstring(archive.read("xl/styles.xml"))
            quoted = [xf.get("quotePrefix") == "1" for xf in styles.find(f"{_S}cellXfs")]
            for name in (n for n in names if n.startswith("xl/worksheets/") and n.endswith(".xml")):
                marked += _no_formula(archive.read(name), quoted)
            for name in (n for n in names if n.endswith(".rels")):
                targets = etree.fromstring(archive.read(name)).xpath("//@Target")
                assert not [t for t in targets if re.match(r"\w+:|//|\\\\", str(t))]
    assert marked > 10


def _no_formula(xml: bytes, quoted: list[bool]) -> int:
    """Check one sheet; return how many texts begin like a formula."""
    marked = 0
    for cell in etree.fromstring(xml).iter(f"{_S}c"):
        assert cell.find(f"{_S}f") is None
        text = "".join(str(node.text or "") for node in cell.iter(f"{_S}t"))
        assert cell.get("t") in (("inlineStr",) if text else ("inlineStr", "n", "b"))
        assert not re.search(r"(?<!_x005F)_x[0-9A-Fa-f]{4}_(?<!_x005F_)", text)
        if text.startswith(_FORMULA):
            assert quoted[int(cell.get("s"))]
            marked += 1
    return marked


def test_no_cell_of_the_register_s_csv_begins_a_formula(nights: Stage) -> None:
    words = ["register", "export", "--noms", "--outbox", str(nights.outbox), "--config", str(nights.config)]
    done = CliRunner().invoke(cli, [*words, "--date", "2026-11-21"])
    assert done.exit_code == 0, done.output
    assert "'=HYPERLINK" in done.output
    assert not re.search(r'(^|[;,\n])"?[=+@\t\r-](?!\d+([;,]|$))', done.output.removeprefix("\ufeff"))
    assert "\x1b" not in done.output


def test_no_page_has_markup_of_a_cell(nights: Stage) -> None:
    for path in _files(nights, ".html"):
        text = path.read_text("utf-8")
        root = html.fromstring(text)
        assert all(str(src).startswith("data:image/png;base64,") for src in root.xpath("//img/@src")), path.name
        assert not root.xpath("//iframe | //object | //embed | //base | //link"), path.name
        assert not root.xpath("//@*[starts-with(name(), 'on')]"), path.name
        assert all(re.match(r"(#|[\w./-]|%)", str(href)) for href in root.xpath("//@href")), path.name
        assert not [
            h for h in root.xpath("//@href | //@src") if re.match(r"\s*(javascript|https?|//)", str(h), re.IGNORECASE)
        ]
        assert all("alert(1)" not in str(s) for s in root.xpath("//style/text() | //*/@style | //@class"))
        scripts = root.xpath("//script")
        assert len([s for s in scripts if s.get("type") != "application/json"]) <= 1
        assert all("</script" not in (s.text or "") and "<!--" not in (s.text or "") for s in scripts)


def test_the_morning_page_allows_its_own_style_and_script_and_no_other(nights: Stage) -> None:
    root = html.fromstring(nights.page)
    (policy,) = root.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert len(re.findall("'sha256-", policy)) == 2


def test_no_message_has_a_header_or_a_recipient_of_a_cell(nights: Stage) -> None:
    for path in _files(nights, ".eml"):
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        assert set(message.keys()) <= {"Subject", "From", "To", "Date", "X-Unsent", "MIME-Version", "Content-Type"}
        assert len(message.keys()) == len(set(message.keys()))
        assert [a.addr_spec.partition("@")[2] for a in message["To"].addresses] == ["etu.univ-amu.fr"]
        assert not re.search(r"[\r\n]", message["Subject"])
        for part in _parts(message):
            assert re.fullmatch(r"[\w.-]+", part.get_filename() or "texte")
            if part.get_content_type() == "text/html":
                _no_markup(part.get_content())


def _parts(message: EmailMessage) -> Iterator[EmailMessage]:
    for part in message.walk():
        assert isinstance(part, EmailMessage)
        yield part


def _no_markup(text: str) -> None:
    root = html.fromstring(text)
    assert not root.xpath("//script | //img | //iframe | //a[starts-with(@href, 'javascript')]")
    assert not root.xpath("//@*[starts-with(name(), 'on')]")


def test_no_name_of_a_file_is_a_cell_s(nights: Stage) -> None:
    devices = re.compile(r"(CON|PRN|AUX|NUL|COM\d|LPT\d)(\.|$)", re.IGNORECASE)
    names = [path.relative_to(nights.outbox) for path in nights.outbox.rglob("*")]
    assert len({str(name).casefold() for name in names}) == len(names)
    for part in {part for name in names for part in name.parts}:
        assert re.fullmatch(r"\.?[A-Za-z0-9][A-Za-z0-9_.-]*[A-Za-z0-9]", part), part
        assert not devices.match(part)
        assert len(part.encode()) <= 140
    assert not [p for p in (ROOT / "canary", Path("canary"), Path("/tmp/canary")) if p.exists()]  # noqa: S108 (the payload's)


def test_the_register_holds_quotes_as_text(nights: Stage) -> None:
    with closing(sqlite3.connect(nights.folder / "outbox.sqlite3")) as connection:
        (tables,) = connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'dossier'").fetchone()
    assert tables == 1
    assert len(nights.current()) == len(PAYLOADS) + len(AS_NAMES)


def test_run_json_is_json_and_the_journal_names_nobody(nights: Stage) -> None:
    lines = (nights.outbox / "rapports/dernier/journal.jsonl").read_text("utf-8").splitlines()
    assert all(isinstance(json.loads(line), dict) for line in lines)
    whole = "\n".join(lines)
    for word in ("alert", "canary", "7*7", "HYPERLINK", "DROP", "MARCHETTI", "Élodie", "@etu."):
        assert word not in whole


def test_no_screen_obeys_a_cell(nights: Stage) -> None:
    where = ["--outbox", str(nights.outbox), "--config", str(nights.config), "--date", "2026-11-21"]
    said = io.StringIO()
    shown = [one["reference"] for one in nights.report["dossiers"] if one["source"] == "noms.csv"]
    chosen = [shown[AS_NAMES.index(name)] for name in ("controls", "rich")]
    for words in (["list"], *(["show", reference] for reference in chosen)):
        done = CliRunner().invoke(cli, ["register", *words, *where])
        assert done.exit_code == 0, done.output
        said.write(done.output)
    text = said.getvalue()
    assert "[red]x[/red]" in text.replace("\n", "")
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)
