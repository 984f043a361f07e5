"""The digest of the night: what it tells, whom it never names, and what a real SMTP server makes of it."""

from __future__ import annotations

import dataclasses
import json
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from pipeline.config import load_settings
from pipeline.errors import SetupError
from pipeline.mail.digest import body, deliver, digests, send_digests
from pipeline.mail.mailer import FAULTS, greet
from pipeline.model import Outcome
from pipeline.outbox import Outbox
from pipeline.settings.mail import DigestSettings, is_address, load_digest
from tests.report.follow_ups import MANAGERS, action, desk_outcome, follow_up
from tests.report.outcomes import ROOT, empty_outcome, verdict

NOW = datetime(2026, 11, 21, 4, 30, tzinfo=UTC)
SENDER = "conventions@exemple.fr"
TABLE: Mapping[str, Any] = {
    "serveur": "127.0.0.1",
    "tls": "aucun",
    "expediteur": SENDER,
    "destinataires": ["b@exemple.fr"],
}
NAMES = ("lambertin", "élodie", "ozanne", "théâtre", "ferrand", "2100")


def _settings(**changes: Any) -> DigestSettings:
    found = load_digest(Path("conventions.toml"), {**TABLE, **changes})
    assert found is not None
    return found


def _text(message: EmailMessage) -> str:
    return str(message_from_bytes(message.as_bytes(), policy=default).get_content())


# ── what it says ──────────────────────────────────────────────────────────────────────────────────


def test_it_tells_the_night_the_counts_and_what_to_do_without_naming_anybody() -> None:
    outcome = desk_outcome()
    (message,) = digests(outcome, _settings(rapport="https://partage.exemple.fr/rapport.html"), {}, NOW)
    text = _text(message)
    due = [one for one in outcome.follow_ups if one.action.today]
    read = message_from_bytes(message.as_bytes(), policy=default)
    assert f"{len(due)} dossiers à traiter" in read["Subject"]
    assert text.startswith("Traitement du 21 novembre 2026")
    assert all(one.reference in text for one in due)
    assert "Relancer l’enseignante ou l’enseignant référent" in text
    assert "avant le 25/11/2026" in text
    assert "https://partage.exemple.fr/rapport.html" in text
    assert not [name for name in NAMES if name in text.casefold()]


def test_a_verb_that_names_somebody_or_the_host_is_not_repeated() -> None:
    for verb in ("Relancer M. Paul Ozanne.", "Écrire à ÉLODIE.", "Appeler le Théâtre des Trois Ponts."):
        one = follow_up(verdict(4, "prêt"), action=action(verb=verb))
        outcome = dataclasses.replace(empty_outcome(), follow_ups=(one,))
        told = body(outcome, outcome.follow_ups, "")
        assert "C2026-000004\u00a0: Voir ce dossier dans le rapport" in told.replace(" :", "\u00a0:")
        assert verb[:-1] not in told


def test_what_a_finding_says_is_not_repeated() -> None:
    asked = action(verb="Décider\u00a0: Les commentaires parlent d’une hospitalisation (et 2 autres).")
    one = follow_up(verdict(4, "à vérifier"), action=asked)
    told = body(dataclasses.replace(empty_outcome(), follow_ups=(one,)), (one,), "")
    assert "C2026-000004 : Décider\n" in told
    assert "hospitalisation" not in told


def test_no_path_of_this_machine_is_told_when_no_place_is_configured() -> None:
    text = body(desk_outcome(), (), "")
    assert "rapports/dernier" in text
    assert str(ROOT) not in text
    assert "rien à traiter aujourd’hui" in text


def test_a_long_list_is_cut_and_says_so() -> None:
    many = tuple(follow_up(verdict(number, "à vérifier")) for number in range(100, 150))
    text = body(dataclasses.replace(empty_outcome(), follow_ups=many), many, "")
    assert "et 20\u00a0autres dossiers" in text


def test_each_manager_receives_her_own_dossiers_and_nobody_else_s() -> None:
    outcome = desk_outcome()
    first, second = MANAGERS
    addresses = {first: "a@exemple.fr", second: "pas une adresse\nBcc: x@y.fr", "Vide": "vide@exemple.fr"}
    common, hers = digests(outcome, _settings(portefeuilles=True), addresses, NOW)
    assert (common["To"], hers["To"]) == ("b@exemple.fr", "a@exemple.fr")
    text = _text(hers)
    for one in outcome.follow_ups:
        if one.action.today:
            assert (one.reference in text) == (one.manager == first)


@pytest.mark.parametrize("name", ["A\r\nBcc: x@y.fr", "=1+1", "<b>", "é" * 300])
def test_no_text_makes_another_header(name: str) -> None:
    judged = verdict(4, "prêt", values={"etudiant.nom": name})
    hostile = follow_up(judged, manager=name, action=action(verb=f"Écrire à {name}."))
    outcome = dataclasses.replace(empty_outcome(), follow_ups=(hostile,))
    for message in digests(outcome, _settings(portefeuilles=True), {name: "a@exemple.fr"}, NOW):
        parsed = message_from_bytes(message.as_bytes(), policy=default)
        assert parsed["Bcc"] is None
        assert len(parsed.get_all("To", [])) == 1


@pytest.mark.parametrize(
    "text", ["", "a", "a@", "@b.fr", "a@b.fr\n", "a@b.fr,c@d.fr", "A <a@b.fr>", "a b@c.fr", "a@b.fr\0"]
)
def test_only_one_bare_address_is_an_address(text: str) -> None:
    assert not is_address(text)
    assert is_address("prenom.nom+stages@univ-exemple.fr")


# ── the configuration ─────────────────────────────────────────────────────────────────────────────


def test_the_shipped_configuration_sends_nothing() -> None:
    assert load_settings(ROOT / "conventions.toml").digest is None
    assert send_digests(desk_outcome(), None, {}, NOW) == (None, "")


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"expediteur": ""}, "expediteur"),
        ({"destinataires": []}, "destinataires"),
        ({"utilisateur": "u"}, "utilisateur"),
        ({"utilisateur": "u", "mot_de_passe_env": "X", "mot_de_passe_fichier": "y"}, "utilisateur"),
        ({"utilisateur": "u", "mot_de_passe_env": "X", "serveur": "smtp.exemple.fr"}, "tls"),
    ],
)
def test_a_configuration_that_cannot_work_stops_the_run(changes: Mapping[str, Any], key: str) -> None:
    with pytest.raises(SetupError) as refusal:
        _settings(**changes)
    assert refusal.value.key == f"courriel.recapitulatif.{key}"


@pytest.mark.parametrize(
    "line",
    [
        'destinataires = ["a@exemple.fr\\nBcc: x@y.fr"]',
        'expediteur = "Nom <a@exemple.fr>"',
        'mot_de_passe = "secret"',
        'tls = "ssl"',
        "delai = 0",
        'serveur = "smtp exemple"',
    ],
)
def test_a_faulty_key_stops_the_run(tmp_path: Path, line: str) -> None:
    text = (ROOT / "conventions.toml").read_text(encoding="utf-8")
    head, title, tail = text.partition("[courriel.recapitulatif]\n")
    key = line.partition(" ")[0]
    tail = "\n".join(row for row in tail.split("\n") if not row.startswith(f"{key} ="))
    (tmp_path / "c.toml").write_text(f"{head}{title}{line}\n{tail}", encoding="utf-8")
    with pytest.raises(SetupError) as refusal:
        load_settings(tmp_path / "c.toml")
    assert f"courriel.recapitulatif.{key}" in refusal.value.key


# ── a real server ─────────────────────────────────────────────────────────────────────────────────


class _Box:
    """Keeps what the server takes; an address at « refuse.fr » is refused."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802 (aiosmtpd's name)
        del server, session, options
        if address.endswith("refuse.fr"):
            return "550 unknown"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 (aiosmtpd's name)
        del server, session
        self.taken.append(envelope.content)
        return "250 OK"


def _is_known(server: Any, session: Any, envelope: Any, mechanism: str, data: LoginPassword) -> AuthResult:
    del server, session, envelope, mechanism
    return AuthResult(success=(data.login, data.password) == (b"nuit", b"juste"), handled=False)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def box() -> Iterator[tuple[_Box, int]]:
    handler, port = _Box(), _free_port()
    controller = Controller(
        handler, "127.0.0.1", port, authenticator=_is_known, auth_require_tls=False, auth_required=False
    )
    controller.start()
    yield handler, port
    controller.stop()


def test_a_server_is_greeted_and_left_without_a_message(box: tuple[_Box, int], monkeypatch: pytest.MonkeyPatch) -> None:
    handler, port = box
    assert greet(_settings(port=port)) is None
    monkeypatch.setenv("MOT_DE_PASSE", "faux")
    assert greet(_settings(port=port, utilisateur="nuit", mot_de_passe_env="MOT_DE_PASSE")) == "login"
    assert greet(_settings(port=_free_port())) == "unreachable"
    assert handler.taken == []


def test_a_server_receives_the_digest(box: tuple[_Box, int]) -> None:
    handler, port = box
    sent, notice = send_digests(desk_outcome(), _settings(port=port), {}, NOW)
    assert notice == ""
    assert sent is not None
    assert (sent.messages, sent.fault) == (1, None)
    parsed = message_from_bytes(handler.taken[0], policy=default)
    assert parsed["From"] == f"Conventions de stage <{SENDER}>"
    assert "À FAIRE AUJOURD’HUI" in parsed.get_content()
    assert parsed["Date"].datetime == NOW


def test_a_refused_address_does_not_keep_the_others_back(box: tuple[_Box, int]) -> None:
    handler, port = box
    settings = _settings(port=port, destinataires=["x@refuse.fr"], portefeuilles=True)
    sent, notice = send_digests(desk_outcome(), settings, {MANAGERS[0]: "a@exemple.fr"}, NOW)
    assert sent is not None
    assert (sent.messages, sent.fault, len(handler.taken)) == (1, "recipients", 1)
    assert "refuse une adresse" in notice
    assert "x@refuse.fr" not in notice


@pytest.mark.parametrize(("password", "fault"), [("juste", None), ("faux", "login"), ("", "password")])
def test_the_password_comes_from_the_environment(
    box: tuple[_Box, int], monkeypatch: pytest.MonkeyPatch, password: str, fault: str | None
) -> None:
    handler, port = box
    monkeypatch.setenv("COURRIEL_SECRET", password)
    settings = _settings(port=port, utilisateur="nuit", mot_de_passe_env="COURRIEL_SECRET")
    sent, notice = send_digests(desk_outcome(), settings, {}, NOW)
    assert sent is not None
    assert sent.fault == fault
    assert len(handler.taken) == (fault is None)
    assert "faux" not in notice


@pytest.mark.parametrize(("mode", "fault"), [(0o600, None), (0o640, "password")])
def test_a_password_file_that_others_may_read_is_refused(
    box: tuple[_Box, int], tmp_path: Path, mode: int, fault: str | None
) -> None:
    secret = tmp_path / "secret"
    secret.write_text("juste\n", encoding="utf-8")
    secret.chmod(mode)
    settings = dataclasses.replace(_settings(port=box[1]), user="nuit", password_file=secret)
    sent, _ = send_digests(desk_outcome(), settings, {}, NOW)
    assert sent is not None
    assert sent.fault == fault


def test_a_dead_port_is_told_and_nothing_is_raised() -> None:
    sent, notice = send_digests(desk_outcome(), _settings(port=_free_port()), {}, NOW)
    assert sent is not None
    assert (sent.messages, sent.fault) == (0, "unreachable")
    assert notice.startswith("Le récapitulatif de la nuit n’a pas pu être envoyé\u00a0:")
    assert "127.0.0.1" not in notice


def test_a_server_that_says_nothing_is_left_in_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        sent, _ = send_digests(desk_outcome(), _settings(port=mute.getsockname()[1], delai=1), {}, NOW)
    assert sent is not None
    assert sent.fault == "timeout"


def test_a_server_that_hangs_up_is_told() -> None:
    def answer(listener: socket.socket) -> None:
        peer, _ = listener.accept()
        peer.close()

    with socket.create_server(("127.0.0.1", 0)) as rude:
        thread = threading.Thread(target=answer, args=(rude,))
        thread.start()
        sent, _ = send_digests(desk_outcome(), _settings(port=rude.getsockname()[1]), {}, NOW)
        thread.join()
    assert sent is not None
    assert sent.fault == "server"


def test_starttls_is_asked_for_and_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl makes the certificate of this test")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    made = ("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "30000")
    told = ("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1")
    files = ("-keyout", str(key), "-out", str(certificate))
    subprocess.run([openssl, *made, *told, *files], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    handler, port = _Box(), _free_port()
    controller = Controller(handler, "127.0.0.1", port, tls_context=context, require_starttls=True)
    controller.start()
    try:
        settings = _settings(port=port, tls="starttls")
        trusted = dataclasses.replace(settings, authority=certificate)
        found = [send_digests(desk_outcome(), one, {}, NOW)[0] for one in (trusted, settings)]
    finally:
        controller.stop()
    assert [sent.fault for sent in found if sent is not None] == [None, "tls"]
    assert len(handler.taken) == 1


def test_a_server_without_encryption_gets_nothing_when_encryption_is_asked_for(box: tuple[_Box, int]) -> None:
    handler, port = box
    sent, _ = send_digests(desk_outcome(), _settings(port=port, tls="starttls"), {}, NOW)
    assert sent is not None
    assert (sent.fault, handler.taken) == ("tls", [])


def test_the_journal_and_the_notices_tell_of_the_sending_and_the_run_goes_on(
    box: tuple[_Box, int], tmp_path: Path
) -> None:
    outbox = Outbox(tmp_path / "outbox")
    for place in ("rapports/20261121T020000Z", "rapports/dernier"):
        outbox.write(f"{place}/journal.jsonl", b'{"event": "done"}\n')
    outcome = desk_outcome()
    sound = deliver(outcome, _settings(port=box[1]), {}, outbox, NOW)
    assert sound is outcome
    failed = deliver(outcome, _settings(port=_free_port()), {}, outbox, NOW)
    assert failed.notices[:-1] == outcome.notices
    for place in ("rapports/20261121T020000Z", "rapports/dernier"):
        text = outbox.path(f"{place}/journal.jsonl").read_text(encoding="utf-8")
        events = [(line["event"], line.get("messages")) for line in map(json.loads, text.splitlines())]
        assert events == [("done", None), ("digest_sent", 1), ("digest_unreachable", 0)]
        assert "@" not in text


def test_every_fault_has_its_sentence() -> None:
    assert all(text and text[0].islower() and not text.endswith(".") for text in FAULTS.values())


def test_an_outcome_without_anything_is_told_too() -> None:
    outcome: Outcome = dataclasses.replace(empty_outcome(), day=date(2026, 11, 21))
    assert "aucun document en échec" in body(outcome, (), "")
