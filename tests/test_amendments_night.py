"""Nights after the signature: the amendment that a changed form makes, what is never touched, the certificate at the end."""

from __future__ import annotations

import dataclasses
import email
import email.policy
from collections.abc import Mapping
from contextlib import closing
from datetime import date, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import docx
import pytest
from openpyxl import Workbook
from rich.console import Console

from pipeline.desk.model import Event
from pipeline.model import Amended, Entry, Finding, Outcome
from pipeline.outbox import Outbox
from pipeline.register import open_register
from pipeline.report.progress import Progress
from pipeline.run import Options, run
from pipeline.setup import ROOT, load_setup
from pipeline.signed.after_signing import Desk
from pipeline.signed.agreements import agreements
from pipeline.signed.amend import AmendmentRefusedError, Request, amend
from tests.rules.forms import judge
from tools.examples.contact import perfect

FIRST, SECOND, THIRD = date(2026, 11, 21), date(2027, 3, 1), date(2027, 3, 15)
REFERENCE = "C2026-000001"
LONGER: dict[str, Any] = {"stage.date_fin": date(2027, 6, 25), "stage.duree_heures": 700}
AGREEMENT, AMENDMENT = f"convention_{REFERENCE}.docx", f"avenant_1_{REFERENCE}.docx"


def _night(folder: Path, day: date, given: Mapping[str, Any] | None = None, config: str = "") -> Outcome:
    """Let a night pass over one form; ``given`` deposits it anew with these changes."""
    inbox = folder / "inbox"
    inbox.mkdir(exist_ok=True)
    if given is not None:
        at = datetime(day.year, day.month, day.day, 8)  # noqa: DTZ001 (a spreadsheet's clock)
        row = {**perfect(0), "formulaire.depose_le": at, **given}
        book = Workbook()
        sheet = book.active
        assert sheet is not None
        fields = judge().tables.fields
        sheet.append([field.label for field in fields.values()])
        sheet.append([row.get(key) for key in fields])
        book.save(inbox / "fiche.xlsx")
    path = ROOT / "conventions.toml"
    if config:
        text = path.read_text(encoding="utf-8").replace('a_partir_de = "signature"', config)
        path = folder / "conventions.toml"
        path.write_text(text, encoding="utf-8")
    return run(Options(inbox, folder / "outbox", path, day, 1, pdf=False), Progress(Console(quiet=True)))


def _tell(folder: Path, what: str, value: Any, version: int = 1) -> None:
    """Tell as the returned follow-up workbook does."""
    with closing(open_register(folder / "outbox.sqlite3")) as register:
        register.tell([Event(REFERENCE, what, value, datetime(2027, 1, 20, 9), "Mme Roux", version)])  # noqa: DTZ001


def _signed(folder: Path, given: Mapping[str, Any] | None = None) -> dict[str, bytes]:
    """Let the first night pass and the agreement be signed; return the documents."""
    _night(folder, FIRST, given or {})
    _tell(folder, "signature_universite", date(2027, 1, 20))
    return _documents(folder)


def _documents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (folder / "outbox" / "dossiers").rglob("*") if path.is_file()}


def _times(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mtime_ns for path in (folder / "outbox" / "dossiers").rglob("*")}


def _mail(data: bytes) -> tuple[EmailMessage, str]:
    message = email.message_from_bytes(data, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    body = message.get_body(("plain",))
    assert body is not None
    return message, " ".join(str(body.get_content()).split())


def test_a_changed_form_makes_one_amendment_and_the_next_night_nothing(tmp_path: Path) -> None:
    before = _signed(tmp_path)
    told = _night(tmp_path, SECOND, LONGER).amended
    after = _documents(tmp_path)
    assert [(one.number, one.fresh, [Path(p).name for p in one.paths]) for one in told] == [(1, True, [AMENDMENT])]
    assert after[AGREEMENT] == before[AGREEMENT], "la convention signée reste telle quelle"
    table = [
        cell.text for t in docx.Document(str(_path(tmp_path, AMENDMENT))).tables for row in t.rows for cell in row.cells
    ]
    assert any("28 mai 2027" in text for text in table)
    assert any("25 juin 2027" in text for text in table)
    message, text = _mail(after[f"message_avenant_1_{REFERENCE}.eml"])
    assert [part.get_filename() for part in message.iter_attachments()] == [AMENDMENT]
    assert str(message["Subject"]).startswith("Avenant n° 1 ")
    assert "avant que la modification ne s’applique" in text
    times = _times(tmp_path)
    (again,) = _night(tmp_path, THIRD).amended
    assert (again.number, again.fresh) == (1, False)
    assert _times(tmp_path) == times, "rien n’est refait"


def _path(folder: Path, name: str) -> Path:
    (found,) = (folder / "outbox" / "dossiers").rglob(name)
    return found


def test_a_second_amendment_starts_from_the_first_once_that_is_signed(tmp_path: Path) -> None:
    _signed(tmp_path)
    _night(tmp_path, SECOND, LONGER)
    first = _documents(tmp_path)[AMENDMENT]
    (remade,) = _night(tmp_path, THIRD, {**LONGER, "stage.duree_heures": 693}).amended
    assert (remade.number, remade.fresh) == (1, True), "il n’est pas signé : le même numéro"
    second = _documents(tmp_path)
    assert second[AMENDMENT] != first
    _tell(tmp_path, "avenant_signe", date(2027, 3, 20), version=3)
    (last,) = _night(tmp_path, date(2027, 4, 2), {**LONGER, "stage.duree_heures": 693, "stage.conges": "aucun"}).amended
    assert (last.number, last.fresh) == (2, True)
    after = _documents(tmp_path)
    assert after[AMENDMENT] == second[AMENDMENT]
    text = "\n".join(
        cell.text
        for t in docx.Document(str(_path(tmp_path, f"avenant_2_{REFERENCE}.docx"))).tables
        for row in t.rows
        for cell in row.cells
    )
    assert "aucun" in text
    assert "25 juin 2027" not in text, "déjà dit par le premier"


@pytest.mark.parametrize(
    ("given", "day", "words"),
    [
        ({"signataire.nom": "Autre"}, SECOND, "La personne qui signe pour l’organisme d’accueil n’est plus la même"),
        ({"stage.pays": "Belgique", "organisme.pays": "Belgique"}, SECOND, "nouvelle convention"),
        ({**LONGER, "stage.duree_heures": 990}, SECOND, "924\u00a0h"),
        ({"stage.date_fin": date(2027, 11, 26)}, SECOND, "année universitaire"),
        ({"stage.date_fin": date(2027, 3, 26), "stage.duree_heures": 270}, date(2027, 4, 9), "rétroactif"),
        ({"stage.conges": "aucun"}, date(2027, 6, 9), "Le stage a pris fin"),
        ({"stage.date_fin": date(2026, 1, 2)}, SECOND, "précède la date de début"),
    ],
    ids=["signataire", "pays", "924 h", "année", "rétroactif", "finie", "bloquée"],
)
def test_what_the_law_does_not_allow_is_told_and_touches_nothing_signed(
    tmp_path: Path, given: dict[str, Any], day: date, words: str
) -> None:
    before = _signed(tmp_path)
    (told,) = _night(tmp_path, day, given).amended
    after = _documents(tmp_path)
    assert (told.number, told.paths) == (None, ())
    assert words in told.reason
    assert after[AGREEMENT] == before[AGREEMENT]
    assert not any(name.startswith(("avenant_", "message_avenant_")) for name in after)
    assert before.keys() <= after.keys(), "rien n’est retiré"


def test_a_refused_form_leaves_everything_signed_as_it_was(tmp_path: Path) -> None:
    before = _signed(tmp_path)
    _path(tmp_path, AGREEMENT).with_suffix(".pdf").write_bytes(b"%PDF signed")
    refused = _night(tmp_path, SECOND, {"formation.regime": "Formation continue"})
    assert [v.status for v in refused.verdicts] == ["réorienté"]
    after = _documents(tmp_path)
    assert after[AGREEMENT] == before[AGREEMENT]
    assert after[f"convention_{REFERENCE}.pdf"] == b"%PDF signed"
    assert any(path.endswith(f"convention_{REFERENCE}.pdf") for paths in refused.documents.values() for path in paths)


def test_what_does_not_stand_in_the_agreement_needs_no_amendment(tmp_path: Path) -> None:
    before = _signed(tmp_path)
    outcome = _night(tmp_path, SECOND, {"etudiant.telephone": "06 39 98 11 22"})
    assert outcome.amended == ()
    assert _documents(tmp_path)[AGREEMENT] == before[AGREEMENT]


def test_a_change_taken_back_makes_its_unsigned_amendment_pointless(tmp_path: Path) -> None:
    _signed(tmp_path)
    _night(tmp_path, SECOND, LONGER)
    (told,) = _night(tmp_path, THIRD, {}).amended
    assert told == Amended(REFERENCE, None, reason=told.reason)
    assert "l’avenant n°\u00a01, s’il n’est pas signé, est sans objet" in told.reason


def test_an_amendment_that_was_lost_is_made_again_under_its_number(tmp_path: Path) -> None:
    _signed(tmp_path)
    _night(tmp_path, SECOND, LONGER)
    _path(tmp_path, AMENDMENT).unlink()
    (told,) = _night(tmp_path, SECOND).amended
    assert (told.number, told.fresh) == (1, True)
    assert AMENDMENT in _documents(tmp_path)


def test_an_agreement_that_was_sent_is_kept_while_its_form_is_the_same_and_made_anew_when_it_changes(
    tmp_path: Path,
) -> None:
    _night(tmp_path, FIRST, {})
    _tell(tmp_path, "envoyee_le", date(2026, 11, 25))
    path = _path(tmp_path, AGREEMENT)
    path.write_bytes(b"what people hold")
    _night(tmp_path, SECOND)
    assert path.read_bytes() == b"what people hold"
    outcome = _night(tmp_path, THIRD, LONGER)
    assert outcome.amended == ()
    assert path.read_bytes() != b"what people hold", "une nouvelle version, à faire signer de nouveau"
    assert AMENDMENT not in _documents(tmp_path)


def test_a_university_may_amend_from_the_sending_on(tmp_path: Path) -> None:
    _night(tmp_path, FIRST, {}, config='a_partir_de = "envoi"')
    _tell(tmp_path, "envoyee_le", date(2026, 11, 25))
    before = _documents(tmp_path)
    (told,) = _night(tmp_path, THIRD, LONGER, config='a_partir_de = "envoi"').amended
    assert told.number == 1
    assert _documents(tmp_path)[AGREEMENT] == before[AGREEMENT]


def test_an_abandoned_dossier_has_no_amendment(tmp_path: Path) -> None:
    _signed(tmp_path)
    _tell(tmp_path, "abandon_le", date(2027, 2, 20))
    assert _night(tmp_path, SECOND, LONGER).amended == ()
    assert AMENDMENT not in _documents(tmp_path)


def test_the_command_knows_which_version_was_signed_and_the_night_then_makes_nothing(tmp_path: Path) -> None:
    _signed(tmp_path)
    _night(tmp_path, FIRST, LONGER | {"stage.duree_heures": 990})
    _night(tmp_path, SECOND)  # refused by the rules: nothing is made
    _night(tmp_path, SECOND, {"signataire.nom": "Autre"})
    request = Request(REFERENCE, None, tmp_path / "outbox", ROOT / "conventions.toml", SECOND, pdf=False)
    with pytest.raises(AmendmentRefusedError, match="SIG-05"):
        amend(request)
    (again,) = _night(tmp_path, SECOND, LONGER).amended
    assert again.number == 1
    with pytest.raises(AmendmentRefusedError, match="--again"):
        amend(request)
    done = amend(dataclasses.replace(request, why="À la demande de l’organisme", again=True))
    assert done.number == 1
    made = _documents(tmp_path)[AMENDMENT]
    (told,) = _night(tmp_path, THIRD).amended
    assert (told.number, told.fresh) == (1, False)
    assert _documents(tmp_path)[AMENDMENT] == made


def test_hours_count_as_signed_until_an_amendment_brings_others_and_as_done_when_given_up(tmp_path: Path) -> None:
    _signed(tmp_path)
    outcome = _night(tmp_path, SECOND, {"signataire.nom": "Autre", **LONGER})
    (entry,) = [verdict.entry for verdict in outcome.verdicts]
    assert _counted(tmp_path, entry) == (574, date(2027, 5, 28))
    made = _night(tmp_path, THIRD, LONGER)
    assert _counted(tmp_path, made.verdicts[0].entry) is None, "l’avenant est fait"
    _tell(tmp_path, "abandon_le", date(2027, 3, 26), version=3)
    hours, last = _counted(tmp_path, entry) or (0, None)
    assert last == date(2027, 3, 26)
    assert 230 < hours < 290, "environ huit semaines de 35 h"
    _tell(tmp_path, "abandon_le", date(2027, 1, 5), version=3)
    assert _counted(tmp_path, entry) == (0, None), "jamais commencé"


def _counted(folder: Path, entry: Entry) -> tuple[int, date | None] | None:
    """Return the hours and the last day that count for the dossier; None: those of its current version."""
    setup = load_setup(ROOT / "conventions.toml")
    with closing(open_register(folder / "outbox.sqlite3")) as register:
        desk = Desk(setup, register, register.snapshot(), Outbox(folder / "outbox"), THIRD)
        one = agreements([entry], [], register.current(), desk).in_force.get(REFERENCE)
    if one is None:
        return None
    values: Mapping[str, Any] = one.deposit.values if one.deposit else {}
    return int(values.get("stage.duree_heures", 0)), values.get("stage.date_fin")


def test_a_draft_amendment_is_made_anew_when_everything_is_decided(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _signed(tmp_path)
    doubtful: list[tuple[list[Finding], bool]] = [([], True)]
    monkeypatch.setattr("pipeline.signed.after_signing.findings_that_hold", lambda *_: doubtful[-1])
    _night(tmp_path, SECOND, LONGER)
    draft = _documents(tmp_path)
    assert f"message_avenant_1_{REFERENCE}.eml" not in draft, "un projet ne s’envoie pas"
    _night(tmp_path, SECOND)
    assert _documents(tmp_path)[AMENDMENT] == draft[AMENDMENT]
    doubtful.append(([], False))
    (told,) = _night(tmp_path, THIRD).amended
    assert (told.number, told.fresh) == (1, True)
    after = _documents(tmp_path)
    assert after[AMENDMENT] != draft[AMENDMENT]
    assert f"message_avenant_1_{REFERENCE}.eml" in after
    times = _times(tmp_path)
    _night(tmp_path, THIRD)
    assert _times(tmp_path) == times


# ── the certificate ───────────────────────────────────────────────────────────────────────────────

CERTIFICATE = f"message_attestation_{REFERENCE}.eml"


def test_the_certificate_form_goes_to_the_host_once_a_week_before_the_end(tmp_path: Path) -> None:
    _signed(tmp_path)
    _night(tmp_path, date(2027, 5, 20))
    assert CERTIFICATE not in _documents(tmp_path)
    _night(tmp_path, date(2027, 5, 21))
    message, text = _mail(_documents(tmp_path)[CERTIFICATE])
    assert str(message["To"]) == perfect(0)["tuteur.email"]
    assert [part.get_filename() for part in message.iter_attachments()] == [f"attestation_{REFERENCE}.docx"]
    assert "28 mai 2027" in text
    times = _times(tmp_path)
    _night(tmp_path, date(2027, 6, 21))
    assert _times(tmp_path) == times


def test_an_end_moved_by_an_amendment_moves_the_certificate(tmp_path: Path) -> None:
    _signed(tmp_path)
    _night(tmp_path, SECOND, LONGER)
    _night(tmp_path, date(2027, 5, 28))
    assert CERTIFICATE not in _documents(tmp_path)
    _night(tmp_path, date(2027, 6, 18))
    files = _documents(tmp_path)
    assert "25 juin 2027" in _mail(files[CERTIFICATE])[1]
    words = " ".join(
        cell.text
        for t in docx.Document(str(_path(tmp_path, f"attestation_{REFERENCE}.docx"))).tables
        for row in t.rows
        for cell in row.cells
    ) + " ".join(p.text for p in docx.Document(str(_path(tmp_path, f"attestation_{REFERENCE}.docx"))).paragraphs)
    assert "25 juin 2027" in words


@pytest.mark.parametrize(
    ("what", "value"), [("abandon_le", date(2027, 3, 3)), ("attestation_recue", True), ("signature_universite", None)]
)
def test_no_certificate_is_asked_of_who_has_given_it_or_owes_none(tmp_path: Path, what: str, value: Any) -> None:
    _signed(tmp_path)
    _tell(tmp_path, what, value)
    _night(tmp_path, date(2027, 5, 28))
    assert CERTIFICATE not in _documents(tmp_path)
