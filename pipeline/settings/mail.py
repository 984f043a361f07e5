"""``[courriel.recapitulatif]`` of conventions.toml: which server sends the digest of the night, and to whom."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args

from pipeline.errors import SetupError

Encryption: TypeAlias = Literal["starttls", "implicite", "aucun"]
_PORTS: Mapping[Encryption, int] = {"starttls": 587, "implicite": 465, "aucun": 25}
_LOCAL = ("localhost", "127.0.0.1", "::1")
_ADDRESS = r"[^@\s<>(),;:\"\\\[\]\x00-\x20\x7f]+@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?"
_KEY = "courriel.recapitulatif"


@dataclass(frozen=True, slots=True)
class DigestSettings:
    """Where the digest leaves from and who receives it."""

    server: str
    port: int
    encryption: Encryption
    user: str
    """"" sends without a login."""
    password_variable: str
    """Name of the environment variable that holds the password."""
    password_file: Path | None
    """File that holds it, readable by its owner alone."""
    authority: Path | None
    """Certificates (PEM) by which the server is known, besides those of the machine."""
    sender: str
    recipients: tuple[str, ...]
    portfolios: bool
    """Whether each portfolio’s manager receives her own view as well."""
    report: str
    """Where the recipients open the report: an address or a path of theirs; "" names the folder of the outbox."""
    seconds: int
    """How long the server may take, all messages together."""


_TEXT = {"type": "string"}
_ONE = {"type": "string", "regex": _ADDRESS}
DIGEST_SHAPE: dict[str, Any] = {
    "type": "dict",
    "schema": {
        "serveur": {**_TEXT, "regex": r"[A-Za-z0-9.:_-]*"},
        "port": {"type": "integer", "min": 1, "max": 65535},
        "tls": {"type": "string", "allowed": list(get_args(Encryption))},
        "utilisateur": _TEXT,
        "mot_de_passe_env": {**_TEXT, "regex": r"[A-Za-z_][A-Za-z0-9_]*|"},
        "mot_de_passe_fichier": _TEXT,
        "autorite": _TEXT,
        "expediteur": {**_TEXT, "regex": f"{_ADDRESS}|"},
        "destinataires": {"type": "list", "schema": _ONE},
        "portefeuilles": {"type": "boolean"},
        "rapport": {**_TEXT, "regex": r"[^\x00-\x1f\x7f]*"},
        "delai": {"type": "integer", "min": 1, "max": 120},
    },
}


def load_digest(path: Path, table: Mapping[str, Any]) -> DigestSettings | None:
    """Return what ``table`` says; None when it names no server: nothing is sent then.

    Raises SetupError (status 2) when there is nobody to send to or from, or when a password would travel in clear.
    """
    server = table.get("serveur", "")
    if not server:
        return None
    encryption: Encryption = table.get("tls", "starttls")
    user, variable, file = (table.get(key, "") for key in ("utilisateur", "mot_de_passe_env", "mot_de_passe_fichier"))
    recipients = tuple(dict.fromkeys(table.get("destinataires", ())))
    if not table.get("expediteur"):
        raise _fault(path, "expediteur", "adresse absente", "Indiquez l’adresse qui envoie le récapitulatif.")
    if not recipients and not table.get("portefeuilles"):
        raise _fault(path, "destinataires", "aucune adresse", "Indiquez-en une, ou portefeuilles = true.")
    if user and bool(variable) == bool(file):
        mend = "Donnez mot_de_passe_env ou mot_de_passe_fichier, l’un des deux."
        raise _fault(path, "utilisateur", "on ne sait pas où lire le mot de passe", mend)
    if user and encryption == "aucun" and server not in _LOCAL:
        mend = 'Écrivez tls = "starttls" ou "implicite".'
        raise _fault(path, "tls", "le mot de passe traverserait le réseau en clair", mend)
    return DigestSettings(
        server=server,
        port=table.get("port", _PORTS[encryption]),
        encryption=encryption,
        user=user,
        password_variable=variable,
        password_file=path.parent / file if file else None,
        authority=path.parent / table["autorite"] if table.get("autorite") else None,
        sender=table["expediteur"],
        recipients=recipients,
        portfolios=table.get("portefeuilles", False),
        report=table.get("rapport", ""),
        seconds=table.get("delai", 10),
    )


def is_address(text: str) -> bool:
    """Tell whether ``text`` is one bare address, which cannot carry a second header or recipient."""
    return re.fullmatch(_ADDRESS, text) is not None


def _fault(path: Path, key: str, problem: str, mend: str) -> SetupError:
    return SetupError(str(path), f"{_KEY}.{key}", problem, mend)
