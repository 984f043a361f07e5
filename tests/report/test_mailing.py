"""The messages to send: one for each student, the reminders beside them, and their index."""

from __future__ import annotations

import dataclasses
import email
import email.policy
from collections.abc import Mapping
from datetime import date, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from pipeline.desk.reminder_texts import load_reminder_texts
from pipeline.desk.reminders import reminders
from pipeline.documents.checklist import checklist_values, load_checklist
from pipeline.documents.message import Enclosed, Letter, compose, load_letters, sealed, written
from pipeline.outbox import Outbox
from pipeline.report.mailing import Earlier, earlier, write_mailing
from pipeline.report.sendings import Sending, send_letters, send_notices, send_reminders
from tests.desk.reminded import followed, told_on
from tests.rules.forms import ROOT, entry, judge

DAY = date(2026, 11, 21)
RUN = "20261121T020000Z"
LETTERS = load_letters(ROOT / "schemas")
CHECKLIST = load_checklist(ROOT / "schemas", judge().tables.fields)
TEXTS = load_reminder_texts(ROOT / "schemas")
PDF = b"%PDF-1.7 essai"


def _letter(outbox: Outbox, reference: str, changes: Mapping[str, Any]) -> Letter:
    """Write the message of a dossier where it stands, with one PDF, and return its letter."""
    found = dataclasses.replace(entry(changes), reference=reference)
    verdict, seen = judge().judge(found), judge().facts(found)
    name = f"convention_{reference}.pdf"
    enclosed = Enclosed(name, "votre convention", "your agreement", standing=True, data=PDF)
    letter = compose(seen, verdict, checklist_values(seen, verdict, CHECKLIST), LETTERS, [enclosed])
    path = f"dossiers/2026-2027/{reference}/message_{reference}.eml"
    outbox.write(path, written(letter.draft))
    outbox.write(f"dossiers/2026-2027/{reference}/{name}", PDF)
    return letter.light(path)


def _read(outbox: Outbox, path: str) -> EmailMessage:
    message = email.message_from_bytes(outbox.path(path).read_bytes(), policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def _text(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def test_a_student_with_two_dossiers_gets_one_message_and_another_student_their_own(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path)
    first = _letter(outbox, "C2026-000001", {})
    other = _letter(outbox, "C2026-000002", {"etudiant.numero": "29999999", "etudiant.email": "z@etu.univ-amu.fr"})
    second = _letter(outbox, "C2026-000003", {"organisme.raison_sociale": "Musée du Vent", "stage.duree_heures": 1000})
    found = send_letters([second, first, other], LETTERS, outbox, RUN, 7_000_000)
    assert {s.references: s.path for s in found} == {
        ("C2026-000001", "C2026-000003"): f"rapports/{RUN}/envois/envoi_C2026-000001.eml",
        ("C2026-000002",): other.path,
    }
    message = _read(outbox, f"rapports/{RUN}/envois/envoi_C2026-000001.eml")
    assert [part.get_filename() for part in message.iter_attachments()] == [
        "convention_C2026-000001.pdf",
        "convention_C2026-000003.pdf",
    ]
    text = _text(message)
    assert text.index("C2026-000001") < text.index("Musée du Vent") < text.index("dépasse le maximum")
    assert all(outbox.path(letter.path).is_file() for letter in (first, second, other))


def test_messages_too_heavy_to_go_together_stay_apart(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path)
    letters = [_letter(outbox, f"C2026-00000{n}", {}) for n in (1, 2)]
    found = send_letters(letters, LETTERS, outbox, RUN, 1000)
    assert [s.path for s in found] == [letter.path for letter in letters]


def test_a_reminder_says_in_the_languages_of_its_reader_what_is_awaited(tmp_path: Path) -> None:
    outbox, asked = Outbox(tmp_path), DAY - timedelta(10)
    ones = [
        followed("prêt", asked, missing=["RC", "CEAM"], reference="C2026-000001"),
        followed("prêt", asked, missing=["CPAM"], reference="C2026-000002", changes={"etranger": "Italie"}),
    ]
    due = [r for r in reminders(ones, DAY, judge().settings) if r.kind == "pieces"]
    found = send_reminders(due, TEXTS, judge().settings, judge().tables, outbox, RUN, DAY)
    messages = {s.references: _read(outbox, s.path) for s in found}
    texts = "".join(map(_text, messages.values()))
    assert all(path.startswith(f"rapports/{RUN}/relances/relance_pieces_") for path in (s.path for s in found))
    assert "il manque RC\u202f; CEAM" in texts
    assert "still missing: CPAM" in texts
    assert all(message["X-Unsent"] == "1" for message in messages.values())
    assert [s.why.partition(",")[0] for s in found] == ["1re relance"] * len(found)


def test_the_security_officer_s_message_names_no_student(tmp_path: Path) -> None:
    outbox, asked = Outbox(tmp_path), DAY - timedelta(10)
    one = followed(
        "prêt",
        asked,
        changes={"etranger": "Maroc", "etranger.accord_fsd": None},
        told=[told_on("fsd_demande_le", asked, asked)],
    )
    due = [r for r in reminders([one], DAY, judge().settings) if r.kind == "fsd"]
    (sending,) = send_reminders(due, TEXTS, judge().settings, judge().tables, outbox, RUN, DAY)
    text = _text(_read(outbox, sending.path))
    assert "C2026-000001, Maroc, début le 01/02/2027" in text
    family = str(one.verdict.entry.deposit.values["etudiant.nom"])
    assert family.casefold() not in text.casefold()


@pytest.mark.parametrize("kind", sorted(TEXTS))
def test_every_kind_of_reminder_is_written_without_a_hole_whatever_the_cells_hold(tmp_path: Path, kind: str) -> None:
    outbox = Outbox(tmp_path)
    hostile = {
        "etudiant.nom": "=cmd|' /C calc'!A1\r\nBcc: a@example.org",
        "organisme.raison_sociale": "<script>alert(1)</script>\r\nSubject: x",
        "stage.date_debut": None,
        "stage.pays": None,
    }
    one = followed("prêt", DAY, changes=hostile, missing=["RC"])
    (base,) = reminders([followed("prêt", DAY - timedelta(10), missing=["RC"])], DAY, judge().settings)
    due = dataclasses.replace(base.dues[0], follow_up=one, kind=kind)  # type: ignore[arg-type]  # one of the kinds
    (sending,) = send_reminders(
        [dataclasses.replace(base, dues=(due,))], TEXTS, judge().settings, judge().tables, outbox, RUN, DAY
    )
    message = _read(outbox, sending.path)
    html = message.get_body(("html",))
    assert html is not None
    assert message["Bcc"] is None
    assert "<script>" not in html.get_content()
    assert "None" not in _text(message)
    assert "{" not in _text(message)


def test_the_messages_to_tutors_are_found_by_their_names_and_the_others_left_to_their_students(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path)
    paths = [f"d/{name}_C2026-000001.eml" for name in ("message", "message_attestation", "message_avenant")]
    for path in paths:
        outbox.write(path, sealed("Objet à dire", ("Service", "s@b.fr"), "tuteur@b.fr", DAY, "x", "<p>x</p>"))
    found = send_notices([*paths, "d/convention_C2026-000001.pdf", "d/message_attestation_C2026-000009.eml"], outbox)
    assert [(s.kind, s.address, s.subject, s.references) for s in found] == [
        ("Attestation", "tuteur@b.fr", "Objet à dire", ("C2026-000001",)),
        ("Avenant", "tuteur@b.fr", "Objet à dire", ("C2026-000001",)),
    ]


# ── a header is one line ──────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "text",
    ["a\r\nBcc: x@y.fr", "a\nSubject: z", "NOM, Prénom; <x@y.fr>", "=?utf-8?q?x?=", "é" * 300, "😀\u2028\u0085x"],
)
def test_no_text_writes_a_header(text: str) -> None:
    data = sealed(text, (text, "service@example.org"), text, DAY, text, text, [(text, PDF)])
    message = email.message_from_bytes(data, policy=email.policy.default)
    assert set(message.keys()) <= {"Subject", "From", "To", "Date", "X-Unsent", "MIME-Version", "Content-Type"}
    assert (message["Bcc"], message["To"]) == (None, None)
    assert len([part for part in message.walk() if part.get_content_type() == "application/pdf"]) == 1


@pytest.mark.parametrize(
    "address", ["a@b.fr\r\nBcc: c@d.fr", "a@b.fr, c@d.fr", "a b@c.fr", "é@c.fr", "x", "", "a@b.fr\u2028"]
)
def test_an_address_that_is_not_sound_is_left_out(address: str) -> None:
    message = email.message_from_bytes(sealed("s", ("", ""), address, DAY, "x", "x"), policy=email.policy.default)
    assert message["To"] is None


# ── the index ─────────────────────────────────────────────────────────────────────────────────────


def _sending(**changes: Any) -> Sending:
    whole = Sending(
        "Lettre", "Élodie EXEMPLE", "e@etu.univ-amu.fr", "Votre convention", "Convention à faire signer",
        ("C2026-000001",), "dossiers/2026-2027/C2026-000001/message_C2026-000001.eml",
    )  # fmt: skip
    return dataclasses.replace(whole, **changes)


def test_the_index_links_every_message_and_takes_no_cell_for_a_formula(tmp_path: Path) -> None:
    path = tmp_path / "messages.xlsx"
    rows = [_sending(), _sending(who='=HYPERLINK("http://x")', subject="@SUM(1)", address="", next=DAY)]
    before = Earlier(DAY - timedelta(1), "+33 1", "C2026-000002", "à corriger", "dossiers/x/message_C2026-000002.eml")
    assert write_mailing(rows, [before], path, DAY)
    book = openpyxl.load_workbook(path)
    sheet = book["À envoyer"]
    assert {sheet[f"{column}3"].data_type for column in "ABCDEF"} == {"s"}
    assert sheet["B3"].value == '=HYPERLINK("http://x")'
    assert sheet["C3"].value == "(aucune adresse : à joindre par téléphone)".replace(" :", "\u00a0:")
    assert sheet["H2"].hyperlink.target == f"../../{rows[0].path}"
    assert sheet.freeze_panes == "A2"
    assert book["Nuits précédentes"]["B2"].data_type == "s"


def test_the_same_messages_give_the_same_bytes_and_none_gives_no_file(tmp_path: Path) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        assert write_mailing([_sending()], [], tmp_path / name, DAY)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    assert not write_mailing([], [], tmp_path / "c.xlsx", DAY)
    assert not (tmp_path / "c.xlsx").exists()


def test_a_letter_of_a_night_before_stays_on_the_list_until_its_dossier_moves_or_two_weeks_pass() -> None:
    def of(etape: Any, days: int) -> bool:
        one = followed(etape, DAY, told=[told_on("lettre", "x", DAY - timedelta(days))])
        return bool(earlier([one], DAY, []))

    assert (of("prêt", 1), of("prêt", 14), of("prêt", 15), of("prêt", 0)) == (True, True, False, False)
    assert (of("à corriger", 3), of("envoyé", 3), of("signé", 3), of("abandonné", 3)) == (True, False, False, False)
    one = followed("prêt", DAY, told=[told_on("lettre", "x", DAY - timedelta(1))])
    assert earlier([one], DAY, [_sending()]) == ()
    assert earlier([followed("prêt", DAY)], DAY, []) == ()
