"""The fields of a form: ``schemas/contact_form.yaml``, which is also the Cerberus schema."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.model import Severity
from pipeline.tables.yamls import check_entries, read_yaml


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the form."""

    key: str
    genre: str
    """How its cell is read: texte, nombre, date, oui/non, choix, pays…"""
    label: str
    label_en: str
    section: str
    max_length: int | None
    allowed: tuple[str, ...]
    needed: str | None
    """None when optional, "toujours", or the name of a condition of ``pipeline.check.schema``."""
    empty_rule: str
    """The rule that owns its emptiness."""
    unreadable_rule: str | None
    unreadable_severity: Severity | None
    mentions: tuple[int, ...]

    @property
    def group(self) -> str:
        """The part of the key before the dot: etudiant, organisme…"""
        return self.key.partition(".")[0]


class Fields(Mapping[str, Field]):
    """All fields by key, in the order of the form; ``schema`` is what Cerberus judges with.

    ``groups`` are the same by the part of the key before the dot, then by the one after it.
    """

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self.schema = schema
        self._fields = {key: _field(key, entry) for key, entry in schema.items()}
        groups: dict[str, dict[str, Field]] = {}
        for key, field in self._fields.items():
            groups.setdefault(field.group, {})[key.partition(".")[2]] = field
        self.groups: Mapping[str, Mapping[str, Field]] = groups

    def __getitem__(self, key: str) -> Field:
        return self._fields[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)


def _field(key: str, entry: Mapping[str, Any]) -> Field:
    meta = entry["meta"]
    return Field(
        key=key,
        genre=meta["genre"],
        label=meta["libelle"],
        label_en=meta["libelle_en"],
        section=meta["rubrique"],
        max_length=entry.get("maxlength"),
        allowed=tuple(entry.get("allowed", ())),
        needed=meta.get("exige"),
        empty_rule=meta.get("vide", "LIG-06"),
        unreadable_rule=meta.get("illisible"),
        unreadable_severity=meta.get("illisible_gravite"),
        mentions=tuple(meta.get("mentions", ())),
    )


_TYPES = ["string", "decimal", "date", "datetime", "boolean", "integer", "periods", "schedule", "countries"]
_ENTRY = {
    "type": {"anyof": [{"allowed": _TYPES, "type": "string"}, {"type": "list", "allowed": _TYPES}], "required": True},
    "maxlength": {"type": "integer", "min": 1},
    "allowed": {"type": "list", "minlength": 1, "schema": {"type": "string"}},
    "required": {"type": "boolean"},
    "meta": {
        "type": "dict",
        "required": True,
        "schema": {
            "genre": {
                "required": True,
                "allowed": [
                    "texte", "texte long", "nombre", "date", "date-heure", "oui/non", "choix", "pays", "nationalités",
                    "courriel", "téléphone", "siret", "devise", "périodes", "périodes ou texte", "montant",
                    "volume horaire", "année universitaire",
                ],
            },
            "libelle": {"type": "string", "required": True, "empty": False},
            "libelle_en": {"type": "string", "required": True, "empty": False},
            "rubrique": {"type": "string", "required": True},
            "exige": {
                "allowed": [
                    "toujours", "etudiant_en_france", "hors_cesure", "nom_sans_prenom", "organisme_en_france",
                    "sans_repartition", "etudiant_mineur",
                ],
            },
            "exige_texte": {"type": "string"},
            "vide": {"type": "string"},
            "illisible": {"type": "string"},
            "illisible_gravite": {"allowed": ["bloquant", "à vérifier", "information"]},
            "mentions": {"type": "list", "schema": {"type": "integer", "min": 1, "max": 15}},
            "source": {"type": "string"},
        },
    },
}  # fmt: skip


def load_fields(schemas: Path) -> Fields:
    """Load ``contact_form.yaml`` from the folder ``schemas``. Raises SetupError when it is faulty."""
    path = schemas / "contact_form.yaml"
    data = read_yaml(path)
    shape = {"type": "dict", "schema": _ENTRY}
    check_entries(data, shape, str(path))
    return Fields(data)
