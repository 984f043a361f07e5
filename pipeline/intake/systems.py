"""The source systems: one YAML file each under ``schemas/columns/``, loaded strictly."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.errors import SetupError
from pipeline.intake.conversions import CONVERSIONS, PARTS
from pipeline.intake.inheritance import inherit, named_headers
from pipeline.intake.labels import header_key
from pipeline.intake.names import ORDERS
from pipeline.tables.fields import Fields
from pipeline.tables.words import fold
from pipeline.tables.yamls import check_shape, read_yaml

TIMESTAMP = "formulaire.depose_le"
_SENT_OR_NOT = "dit seulement si la réponse a été envoyée"


@dataclass(frozen=True, slots=True)
class Split:
    """A column that holds a whole name, read into ``person``.nom and ``person``.prenom."""

    person: str
    headers: tuple[str, ...]
    order: str
    """« Prénom NOM » or « NOM Prénom »: used when capitals do not tell."""


@dataclass(frozen=True, slots=True)
class Conversion:
    """A named conversion (:mod:`pipeline.intake.conversions`) and the headers of each of its parts."""

    name: str
    targets: tuple[str, ...]
    parts: Mapping[str, tuple[str, ...]]
    words: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class System:
    """One source system. Every header below is a :func:`header_key` unless said otherwise."""

    name: str
    """Stem of its YAML file."""
    label: str
    parents: tuple[str, ...]
    """The systems that it inherits from, the nearest first."""
    headers: Mapping[str, tuple[str, ...]]
    """Header → the fields that it feeds, valid wherever it stands."""
    section_headers: Mapping[str, Mapping[str, str]]
    """Section → header → field: valid only inside the section."""
    alone: Mapping[str, str]
    """Header of a section → field, also valid when no other column carries the same label."""
    sections: Mapping[str, str]
    """Folded title or prefix → section."""
    required: tuple[tuple[str, ...], ...]
    """Groups of headers of which one must be there."""
    required_fields: tuple[tuple[str, ...], ...]
    """Groups of fields of which one must have a column."""
    excluded: tuple[str, ...]
    coalesce: Mapping[str, tuple[str, ...]]
    """Field → headers, the first that is not empty wins."""
    fallback: Mapping[str, tuple[str, ...]]
    """Field → headers that are read when no other column of the field is filled."""
    join: Mapping[str, tuple[str, ...]]
    """Field → headers whose cells are put together, a comma between."""
    splits: tuple[Split, ...]
    values: Mapping[str, Mapping[str, str]]
    """Field → folded value → value; "" drops it, "*" stands for any other."""
    conversions: tuple[Conversion, ...]
    implied: Mapping[str, Mapping[str, str]]
    """Header → field → the value that the header itself says: « Gratification mensuelle brute » is a month's."""
    separator: str | None
    """What ends every answer of a question with several answers."""
    unsent_when_empty: tuple[str, ...]
    unsent_when_yes: tuple[str, ...]
    """Headers that tell a form begun and never sent: by an empty cell, by a yes."""
    validated_when_yes: tuple[str, ...]
    """Headers that tell, by a yes, an agreement that its system has validated."""
    ignored: Mapping[str, str]
    """Header → why it is not read, in French."""
    spelled: Mapping[str, str]
    """Header → as the YAML file spells it, for messages and suggestions."""
    labels: frozenset[str]
    """The headers that are the labels of the fields themselves."""
    inherited: frozenset[str]
    """The headers that come from a system above."""

    @property
    def known(self) -> Iterator[str]:
        """All headers that mean something to this system."""
        yield from self.spelled


@dataclass(frozen=True, slots=True)
class Systems:
    """All source systems, in the order of their names, and the labels of the fields."""

    systems: tuple[System, ...]
    fields: Fields

    def __iter__(self) -> Iterator[System]:
        return iter(self.systems)

    @property
    def dictionary(self) -> tuple[System, ...]:
        """The systems that know every field by its label and inherit from no other."""
        return tuple(system for system in self.systems if system.labels and not system.parents)


_TEXTS: Mapping[str, Any] = {"type": "list", "minlength": 1, "schema": {"type": "string", "empty": False}}
_GROUPS: Mapping[str, Any] = {"type": "list", "schema": _TEXTS}
_BY_NAME: Mapping[str, Any] = {"type": "dict", "keysrules": {"type": "string"}, "valuesrules": _TEXTS}
_VALUES: Mapping[str, Any] = {
    "type": "dict",
    "keysrules": {"type": "string"},
    "valuesrules": {"type": "dict", "keysrules": {"type": "string"}, "valuesrules": {"type": "string"}},
}
_SHAPE: Mapping[str, Any] = {
    "libelle": {"type": "string", "required": True, "empty": False},
    "herite": {"type": "string", "empty": False},
    "reprend_le_formulaire": {"type": "boolean"},
    "signature": {
        "type": "dict",
        "required": True,
        "schema": {"entetes": _GROUPS, "champs": _GROUPS, "sans": {**_TEXTS, "minlength": 0}},
    },
    "colonnes": {**_BY_NAME, "required": True},
    "rubriques": _BY_NAME,
    "entetes_de_rubrique": _BY_NAME,
    "entetes_seuls": _BY_NAME,
    "au_choix": _BY_NAME,
    "a_defaut": _BY_NAME,
    "assemble": _BY_NAME,
    "noms_complets": {
        "type": "dict",
        "valuesrules": {
            "type": "dict",
            "schema": {
                "entetes": {**_TEXTS, "required": True},
                "ordre": {"required": True, "allowed": list(ORDERS)},
            },
        },
    },
    "valeurs": _VALUES,
    "sous_entendu": _VALUES,
    "conversions": {
        "type": "dict",
        "keysrules": {"allowed": list(CONVERSIONS)},
        "valuesrules": {
            "type": "dict",
            "schema": {
                "champs": {**_TEXTS, "required": True},
                "entetes": {**_BY_NAME, "required": True},
                "mots": _BY_NAME,
            },
        },
    },
    "reponses_multiples": {"type": "string", "minlength": 1, "maxlength": 1},
    "brouillon": {"type": "dict", "schema": {"si_vide": _TEXTS, "si_oui": _TEXTS}},
    "validee": {"type": "dict", "schema": {"si_oui": _TEXTS}},
    "horodatage": _TEXTS,
    "ignore": _BY_NAME,
}


def load_systems(schemas: Path, fields: Fields) -> Systems:
    """Load ``columns/*.yaml`` from the folder ``schemas``, sorted by name.

    Raises SetupError on an unknown key, field or system, a header given twice, systems that inherit from
    each other, or when there is no file at all.
    """
    paths = sorted((schemas / "columns").glob("*.yaml"))
    if not paths:
        raise SetupError(
            str(schemas / "columns"),
            "",
            "aucun système source n’y est décrit",
            "Rétablissez les fichiers .yaml.",
        )
    files: dict[str, _File] = {}
    for path in paths:
        data = read_yaml(path)
        check_shape(data, _SHAPE, str(path))
        files[path.stem] = _File(str(path), data)
    return Systems(tuple(_Loader(name, files, fields).system() for name in files), fields)


@dataclass(frozen=True, slots=True)
class _File:
    """One YAML file as it stands."""

    path: str
    data: Mapping[str, Any]


def _parents(name: str, files: Mapping[str, _File]) -> tuple[str, ...]:
    """Return the names of the systems that ``name`` inherits from, the nearest first."""
    chain: list[str] = []
    while (parent := files[chain[-1] if chain else name].data.get("herite")) is not None:
        file = files[chain[-1] if chain else name].path
        if parent not in files:
            known = ", ".join(f"« {other} »" for other in files if other != name)
            raise SetupError(file, "herite", f"système inconnu « {parent} »", f"Systèmes connus : {known}.")
        if parent == name or parent in chain:
            raise SetupError(
                file, "herite", "ces systèmes héritent l’un de l’autre", "Retirez « herite » de l’un d’eux."
            )
        chain.append(parent)
    return tuple(chain)


class _Loader:
    """Reads one YAML file over those that it inherits from, remembering which header was given where."""

    def __init__(self, name: str, files: Mapping[str, _File], fields: Fields) -> None:
        self.file, self.fields, self.name = files[name].path, fields, name
        self.parents = _parents(name, files)
        own = files[name].data
        self.data: dict[str, Any] = {}
        self.redefined: frozenset[str] = frozenset()
        """Headers that a file below took from the labels of the fields."""
        for ancestor in (*reversed(self.parents), name):
            data = files[ancestor].data
            self.redefined = self.redefined | named_headers(data) if self.data else frozenset()
            self.data = inherit(data, self.data)
        self.own = named_headers(own)
        self.spelled: dict[str, str] = {}
        self.headers: dict[str, list[str]] = {}
        self.labels: set[str] = set()

    def system(self) -> System:
        data = self.data
        if data.get("reprend_le_formulaire"):
            for key, field in self.fields.items():
                for label in (field.label, field.label_en):
                    if header_key(label) in self.redefined:
                        continue
                    self.labels.add(header_key(label))
                    self._add_header(key, label, "reprend_le_formulaire", shared=label == field.label_en)
        for key, labels in data["colonnes"].items():
            for label in labels:
                self._add_header(key, label, "colonnes")
        section_headers, alone = self._sections()
        coalesce = dict(self._by_field("au_choix"))
        if "horodatage" in data:
            coalesce[TIMESTAMP] = self._keys(data["horodatage"])
        fallback = dict(self._by_field("a_defaut"))
        join = dict(self._by_field("assemble"))
        splits = tuple(self._split(person, entry) for person, entry in data.get("noms_complets", {}).items())
        conversions = tuple(self._conversion(name, e) for name, e in data.get("conversions", {}).items())
        for key in coalesce.keys() & join.keys():
            self._fail(f"assemble.{key}", "ce champ est déjà sous « au_choix » ou « horodatage »")
        signature = data["signature"]
        unsent = data.get("brouillon", {})
        for group in signature.get("champs", []):
            for key in group:
                self._field(key, "signature.champs")
        return System(
            name=self.name,
            label=data["libelle"],
            parents=self.parents,
            headers={header: tuple(keys) for header, keys in self.headers.items()},
            section_headers=section_headers,
            alone=alone,
            sections=self._titles(),
            required=tuple(self._keys(group) for group in signature.get("entetes", [])),
            required_fields=tuple(tuple(group) for group in signature.get("champs", [])),
            excluded=self._keys(signature.get("sans", [])),
            coalesce=coalesce,
            fallback=fallback,
            join=join,
            splits=splits,
            values=self._values(),
            conversions=conversions,
            implied=self._implied(),
            separator=data.get("reponses_multiples"),
            unsent_when_empty=self._keys(unsent.get("si_vide", [])),
            unsent_when_yes=self._keys(unsent.get("si_oui", [])),
            validated_when_yes=self._keys(data.get("validee", {}).get("si_oui", [])),
            ignored=self._ignored(),
            spelled=self.spelled,
            labels=frozenset(self.labels),
            inherited=frozenset(self.spelled) - self.own if self.parents else frozenset(),
        )

    def _fail(self, key: str, problem: str, mend: str = "Corrigez cette entrée du fichier.") -> None:
        raise SetupError(self.file, key, problem, mend)

    def _field(self, key: str, where: str) -> str:
        if key not in self.fields:
            self._fail(f"{where}.{key}", "champ inconnu de contact_form.yaml")
        return key

    def _keys(self, labels: Sequence[str]) -> tuple[str, ...]:
        keys = tuple(header_key(label) for label in labels)
        for key, label in zip(keys, labels, strict=True):
            self.spelled.setdefault(key, label)
        return keys

    def _add_header(self, key: str, label: str, where: str, *, shared: bool = False) -> None:
        """Give ``label`` to the field ``key``; only a header of a closed export may feed two."""
        self._field(key, where)
        (header,) = self._keys([label])
        others = self.headers.setdefault(header, [])
        if key in others:
            if where == "colonnes" and not self.data.get("reprend_le_formulaire"):
                self._fail(f"{where}.{key}", f"l’en-tête « {label} » est donné deux fois", "Gardez-en un.")
            return
        if others and self.data.get("reprend_le_formulaire"):
            if shared:
                return
            self._fail(
                f"{where}.{key}",
                f"l’en-tête « {label} » désigne déjà le champ « {others[0]} »",
                "Gardez-le pour un seul champ.",
            )
        others.append(key)

    def _by_field(self, where: str) -> Iterator[tuple[str, tuple[str, ...]]]:
        for key, labels in self.data.get(where, {}).items():
            yield self._field(key, where), self._keys(labels)

    def _sections(self) -> tuple[dict[str, dict[str, str]], dict[str, str]]:
        found: dict[str, dict[str, str]] = {}
        alone: dict[str, str] = {}
        for where in ("entetes_de_rubrique", "entetes_seuls"):
            for key, headers in self._by_field(where):
                section = found.setdefault(key.partition(".")[0], {})
                for header in headers:
                    if section.setdefault(header, key) != key:
                        self._fail(
                            f"{where}.{key}",
                            f"l’en-tête « {self.spelled[header]} » désigne deux champs de la même rubrique",
                        )
                    if where == "entetes_seuls" and alone.setdefault(header, key) != key:
                        self._fail(f"{where}.{key}", f"« {self.spelled[header]} » est donné à deux champs")
        return found, alone

    def _titles(self) -> dict[str, str]:
        groups = {key.partition(".")[0] for key in self.fields}
        titles: dict[str, str] = {}
        for section, labels in self.data.get("rubriques", {}).items():
            if section not in groups:
                self._fail(f"rubriques.{section}", "rubrique inconnue : début de clé d’un champ attendu")
            for label in labels:
                if titles.setdefault(fold(label), section) != section:
                    self._fail(f"rubriques.{section}", f"« {label} » désigne deux rubriques")
        return titles

    def _split(self, person: str, entry: Mapping[str, Any]) -> Split:
        for part in ("nom", "prenom"):
            self._field(f"{person}.{part}", "noms_complets")
        return Split(person, self._keys(entry["entetes"]), entry["ordre"])

    def _conversion(self, name: str, entry: Mapping[str, Any]) -> Conversion:
        for key in entry["champs"]:
            self._field(key, f"conversions.{name}.champs")
        wanted, targets = PARTS[name]
        if set(entry["entetes"]) != wanted:
            self._fail(f"conversions.{name}.entetes", f"attendu : {', '.join(sorted(wanted))}")
        if len(entry["champs"]) != targets:
            self._fail(f"conversions.{name}.champs", f"{targets} champ(s) attendu(s)")
        return Conversion(
            name,
            tuple(entry["champs"]),
            {part: self._keys(labels) for part, labels in entry["entetes"].items()},
            {part: tuple(fold(w) for w in words) for part, words in entry.get("mots", {}).items()},
        )

    def _ignored(self) -> dict[str, str]:
        ignored: dict[str, str] = {}
        for reason, labels in self.data.get("ignore", {}).items():
            for label, header in zip(labels, self._keys(labels), strict=True):
                if header in ignored:
                    self._fail(f"ignore.{reason}", f"« {label} » est donné deux fois", "Gardez-en un.")
                if header in self.headers:
                    field = self.headers[header][0]
                    self._fail(f"ignore.{reason}", f"« {label} » est lu dans « {field} »", "Gardez l’un des deux.")
                ignored[header] = reason
        for labels in self.data.get("brouillon", {}).values():
            ignored |= dict.fromkeys(self._keys(labels), _SENT_OR_NOT)
        return ignored

    def _implied(self) -> dict[str, dict[str, str]]:
        implied: dict[str, dict[str, str]] = {}
        for label, entry in self.data.get("sous_entendu", {}).items():
            where = f"sous_entendu.{label}"
            if header_key(label) not in self.headers:
                self._fail(where, "cet en-tête n’est lu dans aucun champ", "Ajoutez-le sous « colonnes ».")
            for key, value in entry.items():
                self._check_value(self._field(key, where), value, where)
            implied[header_key(label)] = dict(entry)
        return implied

    def _values(self) -> dict[str, dict[str, str]]:
        values: dict[str, dict[str, str]] = {}
        for key, entry in self.data.get("valeurs", {}).items():
            self._field(key, "valeurs")
            for value in entry.values():
                if value:
                    self._check_value(key, value, f"valeurs.{key}")
            values[key] = {("*" if word == "*" else fold(word)): value for word, value in entry.items()}
        return values

    def _check_value(self, key: str, value: str, where: str) -> None:
        allowed = self.fields[key].allowed
        if allowed and value not in allowed:
            self._fail(where, f"« {value} » n’est pas une valeur de ce champ")
