"""Every name that the Word templates may ask for: its meaning, an example, and the templates that use it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from pipeline.documents.lint import Known
from pipeline.tables.fields import Fields
from pipeline.tables.yamls import check_entries, read_yaml

_LONGEST = 90
"""Characters of an example."""


@dataclass(frozen=True, slots=True)
class Placeholder:
    """One name that a template may ask for; the same stands under ``en.`` in English."""

    name: str
    meaning: str
    """Empty when nothing gives one: a fault of placeholders.yaml."""
    example: str
    kind: str
    """valeur, liste or condition."""
    templates: tuple[str, ...]
    """File names of the templates that use it."""


_SHAPE: dict[str, Any] = {
    "type": "dict",
    "schema": {"sens": {"type": "string", "empty": False}, "exemple": {"type": "string", "empty": False}},
}


def load_meanings(schemas: Path) -> Mapping[str, Mapping[str, str]]:
    """Load ``placeholders.yaml``: name (or pattern with a star) → sens, exemple. Raises SetupError."""
    path = schemas / "placeholders.yaml"
    data = read_yaml(path)
    check_entries(data, _SHAPE, str(path))
    return data


def placeholders(
    known: Known,
    meanings: Mapping[str, Mapping[str, str]],
    fields: Fields,
    asked: Mapping[str, Iterable[str]],
    trials: Sequence[Mapping[str, Any]],
) -> list[Placeholder]:
    """Return every name but those of groups and of the English tree, group by group.

    ``asked`` gives the names that each template asks for; examples come from ``meanings``, else from ``trials``.
    """
    users: dict[str, set[str]] = {}
    for template, names in asked.items():
        for name in names:
            users.setdefault(name.removeprefix("en."), set()).add(template)
    found = []
    for name in sorted(n for n in known.all - known.groups if not n.startswith("en.")):
        entry = _entry(name, meanings)
        meaning = entry.get("sens") or (fields[name].label if name in fields else "")
        kind = "condition" if name in known.flags else "liste" if name in known.lists else "valeur"
        example = f"{{%p if {name} %}}" if kind == "condition" else entry.get("exemple") or _example(name, trials)
        found.append(Placeholder(name, meaning, example, kind, tuple(sorted(users.get(name, ())))))
    return sorted(found, key=lambda p: (p.name.startswith("cas."), p.name))


def _entry(name: str, meanings: Mapping[str, Mapping[str, str]]) -> Mapping[str, str]:
    if name in meanings:
        return meanings[name]
    return next((entry for pattern, entry in meanings.items() if "*" in pattern and fnmatchcase(name, pattern)), {})


def _example(name: str, trials: Sequence[Mapping[str, Any]]) -> str:
    """Return what the first of ``trials`` that has a value writes, on one line."""
    for values in trials:
        value: Any = values
        for part in name.split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
        if value:
            text = " ; ".join(_item(item) for item in value[:2]) if isinstance(value, list) else str(value)
            text = text.replace("\n", ", ")
            return text if len(text) <= _LONGEST else text[: _LONGEST - 1].rstrip() + "…"
    return ""


def _item(item: Any) -> str:
    return " – ".join(str(v) for v in item.values() if v) if isinstance(item, Mapping) else str(item)


def as_json(found: Iterable[Placeholder]) -> str:
    """Return the list for a program: an array of objects nom, sens, exemple, genre, modeles."""
    rows = [
        {"nom": p.name, "sens": p.meaning, "exemple": p.example, "genre": p.kind, "modeles": list(p.templates)}
        for p in found
    ]
    return json.dumps(rows, ensure_ascii=False, indent=2)


_HEAD = """# Les noms que les modèles Word peuvent demander

Page faite par `conventions templates list --markdown > docs/placeholders.md` ; ne la modifiez pas à la main. Les sens
viennent de `schemas/contact_form.yaml` et de `schemas/placeholders.yaml`, les exemples des dossiers inventés de
`schemas/previews.yaml`.

Dans un modèle, `{{ etudiant.nom }}` écrit la valeur ; `{{ en.etudiant.nom }}` l’écrit en anglais : chaque nom existe
aussi sous `en.`. Une valeur absente n’écrit rien. Voyez [modeles.md](modeles.md) pour écrire une condition ou une liste,
et [modifier_un_modele.md](modifier_un_modele.md) pour apprendre à modifier un modèle.
"""


def as_markdown(found: Sequence[Placeholder]) -> str:
    """Return ``docs/placeholders.md``: one table per group, the conditions, and the templates by their numbers."""
    templates = sorted({template for p in found for template in p.templates})
    number = {template: str(i) for i, template in enumerate(templates, 1)}
    lines = [
        _HEAD,
        "La dernière colonne renvoie aux modèles ; un tiret : le nom est disponible et aucun ne l’emploie.\n",
    ]
    lines += [f"{number[template]}. `{template}`" for template in templates]
    groups = dict.fromkeys(p.name.partition(".")[0] for p in found)
    for group in groups:
        title = "Les conditions" if group == "cas" else f"`{group}`"
        first = "vraie quand" if group == "cas" else "ce qu’il écrit"
        lines += [f"\n## {title}\n", f"| nom | {first} | exemple | modèles |", "|---|---|---|---|"]
        for p in found:
            if p.name.partition(".")[0] == group:
                used = ", ".join(number[template] for template in p.templates) or "–"
                lines.append(f"| `{p.name}` | {_cell(p.meaning)} | {_code_or_text(p)} | {used} |")
    return "\n".join(lines) + "\n"


def _code_or_text(placeholder: Placeholder) -> str:
    example = _cell(placeholder.example)
    return f"`{example}`" if placeholder.kind == "condition" else example


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
