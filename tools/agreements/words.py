"""The words of the agreements as data: clauses, fixed labels and annexes, read from YAML and checked once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent

MODELS = ("français", "francophone", "bilingue")


@dataclass(frozen=True, slots=True)
class Words:
    """One wording in both languages; ``en`` is empty where no bilingual document prints it."""

    fr: str
    en: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph or bullet of a clause, shown under the Jinja condition ``si`` (None: always)."""

    words: Words
    bullet: bool = False
    si: str | None = None
    modeles: tuple[str, ...] = MODELS
    mentions: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Clause:
    """One article or sub-article: number, heading (empty: none), condition, D124-4 mentions, blocks."""

    article: str
    titre: Words
    niveau: int
    mentions: tuple[int, ...]
    si: str | None
    modeles: tuple[str, ...]
    outline: tuple[str, ...]
    blocs: tuple[Block, ...]


def clauses(path: Path = HERE / "clauses.yaml") -> tuple[Clause, ...]:
    """Return the clauses in printing order; a missing key raises KeyError, an unknown one ValueError."""
    return tuple(_clause(entry) for entry in _read(path))


def labels(path: Path = HERE / "labels.yaml") -> dict[str, Words]:
    """Return the fixed labels by dotted key (``organisme.adresse``), whatever their nesting in the file."""
    flat: dict[str, Words] = {}

    def walk(prefix: str, node: Mapping[str, Any]) -> None:
        for key, value in node.items():
            if isinstance(value, Mapping) and "fr" in value:
                flat[f"{prefix}{key}"] = Words(str(value["fr"]).strip(), str(value.get("en") or "").strip())
            else:
                walk(f"{prefix}{key}.", value)

    walk("", _read(path))
    return flat


def annexes(path: Path = HERE / "annexes.yaml") -> dict[str, tuple[Clause, ...]]:
    """Return the clauses of each annex: ``attestation``, ``etranger``, ``confidentielle``, ``calendrier``."""
    return {key: tuple(_clause(entry) for entry in entries) for key, entries in _read(path).items()}


_CLAUSE_KEYS = {"article", "outline", "titre", "title", "niveau", "mentions", "si", "modeles", "blocs"}
_BLOCK_KEYS = {"si", "modeles", "genre", "fr", "en", "mentions"}


def _clause(entry: Mapping[str, Any]) -> Clause:
    _refuse_unknown(entry, _CLAUSE_KEYS)
    return Clause(
        article=str(entry.get("article") or ""),
        titre=Words(str(entry.get("titre") or ""), str(entry.get("title") or "")),
        niveau=int(entry.get("niveau") or 2),
        mentions=tuple(entry.get("mentions") or ()),
        si=_condition(entry.get("si")),
        modeles=tuple(entry.get("modeles") or MODELS),
        outline=tuple(str(o) for o in entry.get("outline") or ()),
        blocs=tuple(_block(b) for b in entry.get("blocs") or ()),
    )


def _block(entry: Mapping[str, Any]) -> Block:
    _refuse_unknown(entry, _BLOCK_KEYS)
    genre = entry.get("genre") or "texte"
    if genre not in ("texte", "puce"):
        raise ValueError(f"genre inconnu : {genre}")
    return Block(
        words=Words(str(entry["fr"]).strip(), str(entry.get("en") or "").strip()),
        bullet=genre == "puce",
        si=_condition(entry.get("si")),
        modeles=tuple(entry.get("modeles") or MODELS),
        mentions=tuple(entry.get("mentions") or ()),
    )


def _condition(value: object) -> str | None:
    return str(value).strip() if value else None


def _refuse_unknown(entry: Mapping[str, Any], known: set[str]) -> None:
    unknown = set(entry) - known
    if unknown:
        raise ValueError(f"clés inconnues : {', '.join(sorted(unknown))}")


def _read(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def chosen(items: Sequence[Clause], model: str) -> list[Clause]:
    """Return the clauses printed in ``model``, each with the blocks of that model only; none is empty."""
    kept = []
    for clause in items:
        if model not in clause.modeles:
            continue
        blocs = tuple(b for b in clause.blocs if model in b.modeles)
        if blocs or clause.titre.fr:
            kept.append(
                Clause(
                    clause.article,
                    clause.titre,
                    clause.niveau,
                    clause.mentions,
                    clause.si,
                    clause.modeles,
                    clause.outline,
                    blocs,
                )
            )
    return kept
