"""The columns of the follow-up workbook (``schemas/follow_up.yaml``), and the names of its sheets."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args

from pipeline.desk.model import Choice, Reach
from pipeline.errors import SetupError
from pipeline.tables.fields import Field, Fields
from pipeline.tables.words import fold
from pipeline.tables.yamls import check_entries, read_yaml

FORMAT_VERSION = 2
"""Of the hidden sheets of suivi.xlsx; a workbook of another version is refused."""
KIND = "suivi"
"""How the hidden sheet ``_conventions`` names this workbook (line « classeur »)."""
DOSSIERS, TO_DECIDE, REMINDERS, LEGEND = "Dossiers", "À décider", "Relances", "Légende"
RECORDS, VALUES, DECISIONS, LISTS = "_conventions", "_valeurs", "_decisions", "_listes"
"""The hidden sheets: what the workbook is, her cells as written, the decisions as written, the drop-down lists."""
REFERENCE_TITLE, RULE_TITLE = "Référence", "Règle"
NOT_CONCERNED = "s. o."
"""What stands in a cell of hers that does not concern the dossier."""
NO = "non"

DECISION_TITLES = ("Décision", "Motif", "Par", "Le", "Valable pour")
"""The columns of « À décider » that are hers."""
CHOICES: tuple[Choice, ...] = ("accepté", "refusé", "à revoir")
REACHES: Mapping[Reach, str] = {
    "ce dossier": "ce dossier",
    "cet organisme": "cet organisme",
    "cette ville": "cette ville jusqu’au prochain avis",
}
"""How far a decision reaches, and how the workbook says it."""

ColumnKind: TypeAlias = Literal["texte", "date", "choix", "oui"]
COMPUTED = frozenset({
    "alerte", "debut", "jours", "nom", "numero", "reference", "numero_source", "statut", "action", "qui", "echeance",
    "organisme", "ville", "pays", "fin", "heures", "gratification", "formation", "departement", "modele", "referent",
    "tuteur", "pieces_completes", "avis", "avenants", "modifie",
})  # fmt: skip
"""The values that the program writes."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of « Dossiers »: computed, or hers to fill in (``kind`` is then not None)."""

    key: str
    title: str
    group: str
    width: float
    """In characters."""
    help: str
    """One French sentence for the legend."""
    computed: str | None = None
    kind: ColumnKind | None = None
    choices: tuple[str, ...] = ()
    word: str = "reçu"
    """How a column of kind « oui » says yes."""
    pieces: tuple[str, ...] = ()
    """Codes of ``checklist.yaml`` that it stands for."""
    abroad: bool = False
    """It concerns internships abroad alone."""
    field: str | None = None
    """The field of the form that the answer fills in."""
    until: str | None = None
    """The field of the form that takes the end of validity."""
    signature: bool = False
    private: bool = False
    """No extract shows it."""
    frozen: bool = False
    """The last column that stays in view."""

    @property
    def hers(self) -> bool:
        """Whether the manager fills it in."""
        return self.kind is not None

    @property
    def heading(self) -> str:
        """The title as the header shows it: « ● » marks what is hers."""
        return f"● {self.title}" if self.hers else self.title


class Columns(Mapping[str, Column]):
    """All columns by key, in the order of the sheet."""

    def __init__(self, columns: Collection[Column]) -> None:
        self._columns = {column.key: column for column in columns}

    def __getitem__(self, key: str) -> Column:
        return self._columns[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)

    @property
    def hers(self) -> tuple[Column, ...]:
        """The columns that the manager fills in, in their order."""
        return tuple(column for column in self._columns.values() if column.hers)

    @property
    def signatures(self) -> tuple[Column, ...]:
        """The dates of the signatures in the order of signing; the university's is the last."""
        return tuple(column for column in self._columns.values() if column.signature)

    @property
    def fed(self) -> Mapping[str, tuple[Column, ...]]:
        """Field of the form → the columns whose answer may fill it in."""
        found: dict[str, tuple[Column, ...]] = {}
        for column in self._columns.values():
            for key in filter(None, (column.field, column.until)):
                found[key] = (*found.get(key, ()), column)
        return found


_TEXT = {"type": "string", "required": True, "empty": False}
_CODES = {"type": "list", "minlength": 1, "schema": {"type": "string", "empty": False}}
_SHAPE: dict[str, Any] = {
    "type": "dict",
    "schema": {
        "titre": {**_TEXT, "maxlength": 60},
        "groupe": _TEXT,
        "largeur": {"type": "number", "required": True, "min": 4, "max": 80},
        "aide": _TEXT,
        "calcul": {"allowed": sorted(COMPUTED), "excludes": ["genre"], "required": True},
        "genre": {"allowed": list(get_args(ColumnKind)), "excludes": ["calcul"], "required": True},
        "choix": {**_CODES, "dependencies": {"genre": "choix"}},
        "mot": {"type": "string", "empty": False, "forbidden": [NO, NOT_CONCERNED], "dependencies": {"genre": "oui"}},
        "pieces": {**_CODES, "dependencies": ["genre"]},
        "etranger": {"type": "boolean", "dependencies": ["genre"]},
        "champ": {"type": "string", "dependencies": ["genre"]},
        "fin": {"type": "string", "dependencies": {"genre": ["oui", "date"]}},
        "signature": {"type": "boolean", "dependencies": {"genre": "date"}},
        "prive": {"type": "boolean"},
        "fige": {"type": "boolean"},
    },
}
_FITTING: Mapping[ColumnKind, frozenset[str]] = {
    "oui": frozenset({"oui/non"}),
    "date": frozenset({"date"}),
    "choix": frozenset({"choix"}),
    "texte": frozenset({"texte", "texte long"}),
}
"""Kind of a column → the types of field that its answer can fill in."""


def load_columns(schemas: Path, fields: Fields, pieces: Collection[str]) -> Columns:
    """Load ``follow_up.yaml`` from the folder ``schemas``; ``pieces`` are the codes of the checklist.

    Raises SetupError (status 2) naming the entry: an unknown field or code, a title that stands twice, no reference.
    """
    path = schemas / "follow_up.yaml"
    data = read_yaml(path)
    check_entries(data, _SHAPE, str(path))
    columns = [_column(key, entry, fields) for key, entry in data.items()]
    titles: dict[str, str] = {fold(RULE_TITLE): RULE_TITLE}
    for column in columns:
        _check(column, fields, pieces, str(path))
        folded = fold(column.title)
        if folded in titles:
            raise SetupError(str(path), column.key, f"titre déjà pris : «\u00a0{column.title}\u00a0»", "Changez-le.")
        titles[folded] = column.title
    if fold(REFERENCE_TITLE) not in {fold(column.title) for column in columns if column.computed == "reference"}:
        raise SetupError(str(path), "reference", "colonne «\u00a0Référence\u00a0» absente", "Rétablissez-la.")
    return Columns(columns)


def _column(key: str, entry: Mapping[str, Any], fields: Fields) -> Column:
    field = entry.get("champ")
    allowed = fields[field].allowed if field and field in fields else ()
    return Column(
        key=key,
        title=entry["titre"],
        group=entry["groupe"],
        width=float(entry["largeur"]),
        help=entry["aide"],
        computed=entry.get("calcul"),
        kind=entry.get("genre"),
        choices=tuple(entry.get("choix", allowed if entry.get("genre") == "choix" else ())),
        word=entry.get("mot", "reçu"),
        pieces=tuple(entry.get("pieces", ())),
        abroad=entry.get("etranger", False),
        field=field,
        until=entry.get("fin"),
        signature=entry.get("signature", False),
        private=entry.get("prive", False),
        frozen=entry.get("fige", False),
    )


def _check(column: Column, fields: Fields, pieces: Collection[str], path: str) -> None:
    for code in column.pieces:
        if code not in pieces:
            raise SetupError(path, f"{column.key}.pieces", f"pièce inconnue «\u00a0{code}\u00a0»", "Corrigez son code.")
    for name in filter(None, (column.field, column.until)):
        if name not in fields:
            raise SetupError(path, column.key, f"champ inconnu «\u00a0{name}\u00a0»", "Corrigez son nom.")
    if column.field and column.kind and not _fits(column.kind, fields[column.field]):
        problem = f"le champ «\u00a0{column.field}\u00a0» ne se remplit pas par une colonne «\u00a0{column.kind}\u00a0»"
        raise SetupError(path, f"{column.key}.champ", problem, "Changez le genre.")
    if column.until and fields[column.until].genre != "date":
        problem = f"le champ «\u00a0{column.until}\u00a0» n’est pas une date"
        raise SetupError(path, f"{column.key}.fin", problem, "Donnez le champ de la fin de validité.")
    if column.kind == "choix" and not column.choices:
        raise SetupError(path, f"{column.key}.choix", "aucune valeur permise", "Donnez «\u00a0choix\u00a0».")
    unknown = set(column.choices) - set(fields[column.field].allowed) if column.field and column.choices else set()
    if unknown:
        raise SetupError(path, f"{column.key}.choix", f"valeur inconnue du champ : {min(unknown)}", "Corrigez-la.")


def _fits(kind: ColumnKind, field: Field) -> bool:
    return field.genre in _FITTING[kind]
