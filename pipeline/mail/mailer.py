"""The one that speaks SMTP: hands messages to a server within a time limit, and says in a word what went wrong."""

from __future__ import annotations

import os
import smtplib
import ssl
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Literal, TypeAlias

from pipeline.settings.mail import DigestSettings

Fault: TypeAlias = Literal["password", "unreachable", "timeout", "tls", "login", "sender", "recipients", "server"]
FAULTS: Mapping[Fault, str] = {
    "password": "le mot de passe est introuvable, ou son fichier est lisible par d’autres que son propriétaire (chmod 600)",
    "unreachable": "le serveur de messagerie ne répond pas à cette adresse et à ce port",
    "timeout": "le serveur de messagerie n’a pas répondu dans le délai",
    "tls": "la connexion chiffrée n’a pas pu être établie avec le serveur de messagerie",
    "login": "le serveur de messagerie refuse l’identifiant ou le mot de passe",
    "sender": "le serveur de messagerie refuse l’adresse de l’expéditeur",
    "recipients": "le serveur de messagerie refuse une adresse au moins",
    "server": "le serveur de messagerie a interrompu l’échange",
}
"""What each fault is, as the end of a French sentence; neither an address nor what the server said."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What came of a sending: how many messages the server took, and the first fault met."""

    messages: int
    fault: Fault | None = None


class _MailError(Exception):
    """A sending that ends here."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault = fault


def send(messages: Sequence[EmailMessage], settings: DigestSettings) -> Sent:
    """Hand every message to the server, one connection for all; never raises for what the server or network does.

    A refused address does not keep the other messages back. ``settings.seconds`` bounds each answer of the server,
    and no message is begun after it.
    """
    if not messages:
        return Sent(0)
    end = time.monotonic() + settings.seconds
    taken, refused = 0, False
    try:
        with _connect(settings) as server:
            for message in messages:
                if time.monotonic() > end:
                    return Sent(taken, "timeout")
                if server.sock is not None:
                    server.sock.settimeout(max(1.0, end - time.monotonic()))
                try:
                    refused |= bool(server.send_message(message))
                    taken += 1
                except smtplib.SMTPRecipientsRefused:
                    refused = True
    except _MailError as error:
        return Sent(taken, error.fault)
    except (smtplib.SMTPException, OSError) as error:
        return Sent(taken, _fault(error))
    return Sent(taken, "recipients" if refused else None)


def greet(settings: DigestSettings) -> Fault | None:
    """Connect to the server as :func:`send` does and leave again; return what went wrong, None when nothing did."""
    try:
        with _connect(settings):
            return None
    except _MailError as error:
        return error.fault
    except (smtplib.SMTPException, OSError) as error:
        return _fault(error)


def _connect(settings: DigestSettings) -> smtplib.SMTP:
    """Return an open connection, encrypted and logged in as configured."""
    password = _password(settings) if settings.user else ""
    if settings.encryption == "implicite":
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            settings.server, settings.port, timeout=settings.seconds, context=_context(settings)
        )
    else:
        server = smtplib.SMTP(settings.server, settings.port, timeout=settings.seconds)
    try:
        if settings.encryption == "starttls":
            server.starttls(context=_context(settings))
        if settings.user:
            _login(server, settings.user, password)
    except smtplib.SMTPNotSupportedError as error:
        server.close()
        raise _MailError("login" if settings.encryption != "starttls" else "tls") from error
    except BaseException:
        server.close()
        raise
    return server


def _login(server: smtplib.SMTP, user: str, password: str) -> None:
    try:
        server.login(user, password)
    except smtplib.SMTPServerDisconnected as error:
        # Some servers hang up after a wrong password instead of saying so.
        raise _MailError("timeout" if isinstance(error.__context__, TimeoutError) else "login") from error


def _context(settings: DigestSettings) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if settings.authority is not None:
        context.load_verify_locations(settings.authority)
    return context


def _password(settings: DigestSettings) -> str:
    """Return the password; a file that others may read is refused, as ssh does with its keys."""
    if settings.password_file is None:
        password = os.environ.get(settings.password_variable, "")
    else:
        try:
            if settings.password_file.stat().st_mode & 0o077:
                raise _MailError("password")
            password = settings.password_file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise _MailError("password") from error
    if not password:
        raise _MailError("password")
    return password


def _fault(error: Exception) -> Fault:
    """Return what ``error`` means; smtplib calls a silent server a disconnected one."""
    if isinstance(error.__context__, TimeoutError):
        return "timeout"
    kinds: Sequence[tuple[type[Exception], Fault]] = (
        (smtplib.SMTPAuthenticationError, "login"),
        (smtplib.SMTPSenderRefused, "sender"),
        (TimeoutError, "timeout"),
        (ssl.SSLError, "tls"),
        (smtplib.SMTPException, "server"),
    )
    for kind, fault in kinds:
        if isinstance(error, kind):
            return fault
    return "unreachable"
