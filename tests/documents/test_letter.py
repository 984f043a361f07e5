"""The message to the student: what it holds by status, and that no cell writes a header."""

from __future__ import annotations

import dataclasses
import email
import email.policy
import io
from collections.abc import Sequence
from email.message import EmailMessage
from typing import Any

import pypdf
import pytest

from pipeline.documents.checklist import checklist_values, load_checklist
from pipeline.documents.kinds import Kind
from pipeline.documents.message import (
    Enclosed,
    Letter,
    compose,
    enclose,
    is_news,
    letter,
    load_letters,
    together,
    written,
)
from pipeline.documents.message.news import told_by
from pipeline.errors import SetupError
from pipeline.model import Enclosure
from tests.rules.forms import ROOT, entry, judge

LETTERS = load_letters(ROOT / "schemas")
CHECKLIST = load_checklist(ROOT / "schemas", judge().tables.fields)


def _pdf() -> bytes:
    writer, buffer = pypdf.PdfWriter(), io.BytesIO()
    writer.add_blank_page(595, 842)
    writer.write(buffer)
    return buffer.getvalue()


PDF = _pdf()
ENCLOSED = (
    Enclosed("convention_C2026-000001.pdf", "votre convention", "your agreement", standing=True, data=PDF),
    Enclosed("pieces_C2026-000001.pdf", "la liste des pièces", "the list", standing=True, data=PDF),
)


def _letter(changes: dict[str, Any], enclosed: Sequence[Enclosed] = ()) -> tuple[str, EmailMessage, bytes]:
    verdict = judge().judge(entry(changes))
    seen = judge().facts(verdict.entry)
    data = letter(seen, verdict, checklist_values(seen, verdict, CHECKLIST), LETTERS, enclosed)
    message = email.message_from_bytes(data, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return verdict.status, message, data


def _text(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def test_what_the_student_and_the_host_have_to_do_stand_in_two_lists() -> None:
    status, message, _ = _letter({"stage.duree_heures": 1000, "gratification.montant": 1, "organisme.siret": "12"})
    text = _text(message)
    assert status == "à corriger"
    mine, hosts = text.index("À faire par vous"), text.index("À demander à l’organisme d’accueil")
    assert mine < text.index("1\u202f000") < hosts < text.index("SIRET")


def test_a_refusal_says_why_and_whom_to_contact_and_nothing_else() -> None:
    status, message, _ = _letter({"etranger": "Ukraine", "stage.sujet": None, "assurance.accidents": None})
    text = _text(message)
    assert status == "refusé"
    assert "zone rouge" in text
    assert "Sujet" not in text
    assert "assurance individuelle" not in text


def test_english_follows_french_in_the_bilingual_model_only() -> None:
    assert "Kind regards" in _text(_letter({"etranger": "Italie"})[1])
    assert "Kind regards" not in _text(_letter({})[1])


@pytest.mark.parametrize("name", ["Léa\r\nBcc: a@example.org", "=?utf-8?q?x?=", "a,b;<c@d.fr>", "😀" * 100])
def test_no_cell_writes_a_header(name: str) -> None:
    _, message, _ = _letter(
        {"etudiant.prenom": name, "organisme.raison_sociale": name, "etudiant.email": f"x@y.fr\r\nBcc: {name}"}
    )
    assert message["Bcc"] is None
    assert set(message.keys()) <= {"Subject", "From", "To", "Date", "X-Unsent", "MIME-Version", "Content-Type"}


def test_a_malformed_address_gives_way_to_the_personal_one() -> None:
    assert _letter({"etudiant.email": "x@"})[1]["To"] is None
    assert _letter({"etudiant.email": "x@", "etudiant.email_personnel": "a@example.org"})[1]["To"] == "a@example.org"


def test_the_same_dossier_gives_the_same_bytes() -> None:
    assert _letter({"etranger": "Italie"})[2] == _letter({"etranger": "Italie"})[2]


# ── what is enclosed ──────────────────────────────────────────────────────────────────────────────


def test_the_attached_files_are_named_typed_and_whole() -> None:
    _, message, _ = _letter({"etranger": "Italie"}, ENCLOSED)
    attached = list(message.iter_attachments())
    assert [part.get_filename() for part in attached] == [file.name for file in ENCLOSED]
    for part in attached:
        assert (part.get_content_type(), part.get_content_disposition()) == ("application/pdf", "attachment")
        assert len(pypdf.PdfReader(io.BytesIO(part.get_content())).pages) == 1
    text, html = _text(message), message.get_body(("html",))
    assert html is not None
    for words in ("Vous trouverez ci-joint", "votre convention", "Please find attached:", "your agreement"):
        assert words in text
        assert words in html.get_content()
    assert not message.defects


def test_what_has_no_pdf_is_said_to_follow_and_what_is_only_named_is_not_attached() -> None:
    named = Enclosed("convention_C2026-000001.pdf", "votre convention", "your agreement", standing=True)
    later = Enclosed("pieces_C2026-000001.pdf", "la liste des pièces", "the list", standing=False)
    _, message, _ = _letter({}, (named, later))
    text = _text(message)
    assert list(message.iter_attachments()) == []
    assert "ci-joint" not in text
    assert text.index("transmis avec ce message") < text.index(named.name) < text.index("Vous recevrez ensuite")
    assert later.label in text
    assert later.name not in text


def test_no_part_of_the_message_can_be_forged_by_a_cell() -> None:
    _, message, data = _letter({}, ENCLOSED)
    boundary = message.get_boundary()
    assert boundary is not None
    forged = f"Léa\r\n--{boundary}\r\nContent-Type: text/html\r\n\r\n<b>x</b>"
    _, other, _ = _letter({"etudiant.prenom": forged, "organisme.raison_sociale": forged}, ENCLOSED)
    assert [part.get_content_type() for part in other.walk()] == [part.get_content_type() for part in message.walk()]
    assert data.count(f"--{boundary}\r\n".encode()) == 3


def test_the_subject_is_in_both_languages_for_the_bilingual_model() -> None:
    assert _letter({"etranger": "Italie"})[1]["Subject"].count(" / ") == 1
    assert "/" not in _letter({})[1]["Subject"]


def test_the_same_pdfs_give_the_same_bytes_and_another_pdf_another_message() -> None:
    assert _letter({}, ENCLOSED)[2] == _letter({}, ENCLOSED)[2]
    assert _letter({}, ENCLOSED)[2] != _letter({}, ENCLOSED[:1])[2]


_ENCLOSURES = (Enclosure("d/convention_C1.pdf", "la convention", "the agreement"), Enclosure("d/b.pdf", "b", "b"))


@pytest.mark.parametrize(
    ("standing", "attach", "most", "attached", "named"),
    [
        ({"d/convention_C1.pdf", "d/b.pdf"}, True, 8, ["convention_C1.pdf", "b.pdf"], []),
        ({"d/convention_C1.pdf", "d/b.pdf"}, True, 7, [], ["convention_C1.pdf", "b.pdf"]),
        ({"d/convention_C1.pdf", "d/b.pdf"}, False, 8, [], ["convention_C1.pdf", "b.pdf"]),
        ({"d/b.pdf", "d/other.pdf"}, True, 8, ["b.pdf"], []),
        (set(), True, 8, [], []),
    ],
)
def test_only_what_stands_is_attached_and_only_as_much_as_a_mail_may_weigh(
    standing: set[str], attach: bool, most: int, attached: list[str], named: list[str]
) -> None:
    found = enclose(_ENCLOSURES, standing, lambda _: b"%PDF", attach=attach, most=most)
    assert [file.name for file in found if file.data is not None] == attached
    assert [file.name for file in found if file.standing and file.data is None] == named


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (Kind("autre", "autre", "word", {}, frozenset(), frozenset(), pdf=True, label="x"), "document inconnu"),
        (Kind("convention", "c", "word", {}, frozenset(), frozenset(), pdf=False, label="x"), "ne peut pas être joint"),
        (Kind("convention", "c", "word", {}, frozenset(), frozenset(), pdf=True), "ne peut pas être joint"),
    ],
)
def test_a_letter_that_encloses_what_cannot_be_stops_the_run(kind: Kind, said: str) -> None:
    with pytest.raises(SetupError, match=said) as refusal:
        load_letters(ROOT / "schemas", [kind])
    assert refusal.value.key == "prêt.joints"


# ── who has to act ────────────────────────────────────────────────────────────────────────────────

FORWARD = "Texte à transmettre à l’organisme"


def _drafted(changes: dict[str, Any], enclosed: Sequence[Enclosed] = (), version: int = 1) -> Letter:
    found = dataclasses.replace(entry(changes), version=version)
    verdict = judge().judge(found)
    seen = judge().facts(found)
    return compose(seen, verdict, checklist_values(seen, verdict, CHECKLIST), LETTERS, enclosed)


def test_the_text_for_the_host_tells_what_it_has_to_do_and_nothing_else() -> None:
    _, message, _ = _letter({"gratification.montant": 1, "etudiant.numero": "x1"})
    letter_text, _, forwarded = _text(message).partition(FORWARD)
    assert "numéro étudiant" in letter_text
    assert "Un texte à lui transmettre" in letter_text
    assert "numéro étudiant" not in forwarded
    assert "Madame, Monsieur," in forwarded
    assert "Merci de la porter à" in forwarded
    html = message.get_body(("html",))
    assert html is not None
    assert "Merci de la porter à" in html.get_content()


def test_there_is_no_text_for_a_host_that_has_nothing_to_do() -> None:
    assert FORWARD not in _text(_letter({"etudiant.numero": "x1"})[1])
    assert FORWARD not in _text(_letter({})[1])


def test_the_host_of_the_bilingual_model_reads_both_languages() -> None:
    text = _text(
        _letter({"etranger": "Italie", "signataire.email": None, "signataire.refus_signature_electronique": None})[1]
    )
    forwarded = text.partition(f"----- {FORWARD}")[2]
    assert forwarded.index("Madame, Monsieur,") < forwarded.index("Dear Sir or Madam,")
    assert "e-mail address of the person who signs" in forwarded


def test_what_another_service_does_is_told_to_reassure_under_its_own_heading() -> None:
    text = _text(_letter({"etranger": "Italie", "etranger.accord_fsd": None})[1])
    assert text.index("Nous nous en occupons") < text.index("Vous n’avez rien à faire")
    assert "sécurité et de défense" not in text.partition("Nous nous en occupons")[0]


def test_what_only_the_office_checks_is_not_told_in_detail() -> None:
    status, message, _ = _letter({"stage.activites": "Relire des épreuves. " * 90})
    text = _text(message)
    assert status == "à vérifier"
    assert "mise en page" not in text
    assert text.index("Nous nous en occupons") < text.index("Le service termine une vérification")


def test_a_field_that_the_host_gives_is_asked_of_it_and_another_of_the_student() -> None:
    text = _text(_letter({"tuteur.nom": None, "tuteur.prenom": None, "etudiant.adresse": None})[1])
    mine, _, rest = text.partition("À demander à l’organisme")
    assert "Adresse" in mine
    assert "tuteur" in rest.partition(FORWARD)[0].casefold()


# ── what is new ───────────────────────────────────────────────────────────────────────────────────

FAULT = {"stage.duree_heures": 1000}
STANDING = (
    Enclosed("convention_C2026-000001.pdf", "votre convention", "your agreement", standing=True, data=b"%PDF-1"),
)


def test_the_same_letter_is_not_news_whatever_its_pdfs_weigh() -> None:
    again = (dataclasses.replace(STANDING[0], data=b"%PDF-2"),)
    assert not is_news(_drafted({}, again).told, _drafted({}, STANDING).told)
    assert not is_news(_drafted(FAULT, version=2).told, _drafted(FAULT).told)
    assert is_news(_drafted({}).told, None)


@pytest.mark.parametrize(
    ("before", "now"),
    [
        (_drafted(FAULT), _drafted({})),
        (_drafted(FAULT), _drafted({"stage.duree_heures": 1100})),
        (_drafted(FAULT), _drafted(FAULT | {"etudiant.numero": "x1"})),
        (_drafted(FAULT | {"etudiant.numero": "x1"}), _drafted(FAULT)),
        (_drafted({}, STANDING), _drafted({}, STANDING, version=2)),
        (_drafted({}, [dataclasses.replace(STANDING[0], standing=False)]), _drafted({}, STANDING)),
        (_drafted({"etranger": "Italie"}), _drafted({"etranger": "Italie", "assurance.accidents": None})),
    ],
    ids=[
        "status",
        "value",
        "another fault",
        "a fault less",
        "a new agreement",
        "a PDF that stands now",
        "a document more",
    ],
)
def test_what_changes_for_the_student_is_news(before: Letter, now: Letter) -> None:
    assert is_news(now.told, before.told)


def test_a_document_that_has_come_needs_no_letter() -> None:
    lacking = _drafted({"etranger": "Italie", "assurance.accidents": None, "assurance.rapatriement": None})
    fewer = _drafted({"etranger": "Italie", "assurance.accidents": None})
    assert not is_news(fewer.told, lacking.told)
    assert not is_news(_drafted({"etranger": "Italie"}).told, fewer.told)


def test_a_rule_that_is_worded_otherwise_is_not_news() -> None:
    verdict = judge().judge(entry(FAULT))
    kind = LETTERS.by_status[verdict.status]
    reworded = dataclasses.replace(
        verdict, findings=tuple(dataclasses.replace(f, message=f"Attention : {f.message}") for f in verdict.findings)
    )
    assert told_by(reworded, kind, ()) == told_by(verdict, kind, ())


# ── two dossiers of one student ───────────────────────────────────────────────────────────────────


def _two() -> EmailMessage:
    ready = _drafted({}, ENCLOSED).light("d/one/message_C2026-000001.eml")
    wrong = _drafted({"stage.duree_heures": 1000, "organisme.raison_sociale": "Musée <b>du</b>\r\nBcc: a@b.fr"})
    asked: list[str] = []

    def read(path: str) -> bytes:
        asked.append(path)
        return PDF

    data = written(together([ready, wrong.light("d/two/message_C2026-000002.eml")], LETTERS, read))
    assert asked == [f"d/one/{file.name}" for file in ENCLOSED]
    message = email.message_from_bytes(data, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def test_one_message_treats_two_dossiers_greeted_and_signed_once_with_their_pdfs() -> None:
    message = _two()
    text = _text(message)
    assert [part.get_filename() for part in message.iter_attachments()] == [file.name for file in ENCLOSED]
    assert text.count("Bonjour") == text.count("Bien cordialement") == 1
    assert text.index("est établie") < text.index("dépasse le maximum")
    assert message["Bcc"] is None
    assert message["Subject"].count("C2026-000001") == 2
    html = message.get_body(("html",))
    assert html is not None
    assert "<b>du</b>" not in html.get_content()


def test_a_letter_that_is_kept_for_the_index_holds_no_pdf() -> None:
    kept = _drafted({}, ENCLOSED).light("d/message.eml")
    assert [file.data for file in kept.draft.enclosed] == [b"", b""]
