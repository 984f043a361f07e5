"""``schemas/explained.yaml``: the rules that no code decides, and whether each is said where it is announced."""

from __future__ import annotations

import inspect
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from docx import Document

from pipeline.documents.checklist import page as checklist
from pipeline.tables.yamls import check_shape, read_yaml
from tools.agreements.words import MODELS, Clause, annexes, clauses, labels

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
AGREEMENTS = {
    "français": "convention_francais.docx",
    "francophone": "convention_francophone.docx",
    "bilingue": "convention_bilingue.docx",
}
_SIGNATURES = "signatures.consigne"
_CLAUSES, _ANNEXES, _LAYOUT = (f"tools/agreements/{name}.yaml" for name in ("clauses", "annexes", "layout"))
_GUIDE, _CHECKLIST = "docs/guide_gestionnaire.md", "schemas/checklist.yaml"

_TEXT = {"type": "string", "required": True, "empty": False}
_PHRASE = {"contient": {"type": "string", "empty": False}, "contient_en": {"type": "string", "empty": False}}
_PLACES: Mapping[str, Mapping[str, Any]] = {
    "convention": {
        "article": _TEXT,
        "modeles": {"type": "list", "required": True, "minlength": 1, "allowed": list(MODELS)},
        "contient": _TEXT,
        "contient_en": _PHRASE["contient_en"],
    },
    "signatures": dict.fromkeys(("contient", "contient_en"), _TEXT),
    "annexe": {
        "annexe": {"allowed": ["etranger", "confidentielle"], "required": True},
        **dict.fromkeys(("contient", "contient_en"), _TEXT),
    },
    "liste": dict.fromkeys(("ligne", "contient", "contient_en"), _TEXT),
    "page": dict.fromkeys(("fonction", "contient", "contient_en"), _TEXT),
    "courrier": dict.fromkeys(("statut", "contient", "contient_en"), _TEXT),
    "document": {"document": _TEXT},
    "constat": dict.fromkeys(("regle", "contient", "contient_en"), _TEXT),
    "formulaire": {"champs": {"type": "list", "required": True, "minlength": 1, "schema": _TEXT}},
    "traduction": dict.fromkeys(("champ", "contient_en"), _TEXT),
    "réglage": {"cle": _TEXT},
    "guide": dict.fromkeys(("titre", "contient"), _TEXT),
}
"""What each kind of place must give, besides its name."""
_DEVIATION = dict.fromkeys(("gravite", "motif", "jalon"), {"type": "string"}) | {"raison": _TEXT}
SHAPE: dict[str, Any] = {
    "liste_du": {"type": "string", "required": True, "regex": r"\d{4}-\d\d-\d\d"},
    "regles": {
        "type": "dict",
        "required": True,
        "valuesrules": {
            "type": "dict",
            "schema": {
                "titre": _TEXT,
                "pourquoi": _TEXT,
                "bureau": {"type": "boolean"},
                "dit": {
                    "type": "list",
                    "required": True,
                    "minlength": 1,
                    "schema": {
                        "oneof": [
                            {"type": "dict", "schema": {"ou": {"allowed": [kind], "required": True}, **shape}}
                            for kind, shape in _PLACES.items()
                        ]
                    },
                },
            },
        },
    },
    "notes": {"type": "dict", "required": True, "valuesrules": _TEXT},
    "ecarts": {"type": "dict", "required": True, "valuesrules": {"type": "dict", "schema": _DEVIATION}},
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a rule is said: the kind of place, what finds it there, and the words that stand in it."""

    kind: str
    given: Mapping[str, Any]

    def __getitem__(self, name: str) -> Any:
        return self.given[name]

    @property
    def phrases(self) -> Mapping[str, str]:
        """The words announced, by language."""
        named = {"fr": self.given.get("contient"), "en": self.given.get("contient_en")}
        return {language: text for language, text in named.items() if text}


@dataclass(frozen=True, slots=True)
class Explained:
    """One rule that no code decides."""

    title: str
    why: str
    desk: bool
    """Whether the manager's desk applies it."""
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Explanations:
    """The whole file."""

    day: str
    """The day on which the list of ids was settled, AAAA-MM-JJ."""
    rules: Mapping[str, Explained]
    notes: Mapping[str, str]
    deviations: Mapping[str, Mapping[str, str]]


def load_explanations(root: Path) -> Explanations:
    """Load ``schemas/explained.yaml`` under ``root``. Raises SetupError on an unknown key or kind of place."""
    path = root / "schemas" / "explained.yaml"
    data = read_yaml(path)
    check_shape(data, SHAPE, str(path))
    rules = {
        rule_id: Explained(
            entry["titre"],
            entry["pourquoi"],
            entry.get("bureau", False),
            tuple(Place(p["ou"], {k: v for k, v in p.items() if k != "ou"}) for p in entry["dit"]),
        )
        for rule_id, entry in data["regles"].items()
    }
    return Explanations(data["liste_du"], rules, data["notes"], data["ecarts"])


def flat(text: str) -> str:
    """Return ``text`` with single plain spaces: neither line breaks nor no-break spaces count when words are compared."""
    return " ".join(text.replace("**", "").split())


class Sources:
    """The texts in which rules are said, each read once."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def missing(self, place: Place) -> Iterator[str]:
        """Yield in French what is announced for ``place`` and is not there; nothing when all is."""
        yield from _CHECKS[place.kind](self, place)

    @cached_property
    def _words(self) -> Mapping[str, str]:
        """File name → words of each Word template."""
        return {path.name: word_text(path) for path in sorted((self.root / "templates_docx").glob("*.docx"))}

    @cached_property
    def _yamls(self) -> Mapping[str, Mapping[str, Any]]:
        names = ("checklist", "letters", "documents", "rules", "contact_form", "translations")
        return {name: read_yaml(self.root / "schemas" / f"{name}.yaml") for name in names}

    def _entry(self, name: str, key: str) -> Any:
        return self._yamls[name].get(key)

    def _agreement(self, place: Place) -> Iterator[str]:
        """In the built model, and in a clause of that article where ``tools/agreements`` writes it."""
        written = [c for c in clauses(self.root / _CLAUSES) if c.article == place["article"]]
        if "bilingue" in place["modeles"] and "en" not in place.phrases:
            yield f"art. {place['article']} : les mots anglais du modèle bilingue ne sont pas annoncés"
        for model in place["modeles"]:
            for language, phrase in _of_model(place, model).items():
                if not any(_has(text, phrase) for c in written for text in _wordings(c, model, language)):
                    yield f"{_CLAUSES}, art. {place['article']} ({model}) : « {phrase} »"
                if not _has(self._words[AGREEMENTS[model]], phrase):
                    yield f"{AGREEMENTS[model]} : « {phrase} »"

    def _signatures(self, place: Place) -> Iterator[str]:
        label = labels(self.root / _LAYOUT)[_SIGNATURES]
        yield from _absent("layout.yaml", place, {"fr": label.fr, "en": label.en})
        for model, name in AGREEMENTS.items():
            for phrase in _of_model(place, model).values():
                if not _has(self._words[name], phrase):
                    yield f"{name} : « {phrase} »"

    def _annex(self, place: Place) -> Iterator[str]:
        written = annexes(self.root / _ANNEXES)[place["annexe"]]
        for language, phrase in place.phrases.items():
            model = "bilingue" if language == "en" else "francophone"
            if not any(_has(text, phrase) for c in written for text in _wordings(c, model, language)):
                yield f"annexe {place['annexe']} : « {phrase} »"
            name = f"annexe_{place['annexe']}{'_bilingue' if language == 'en' else ''}.docx"
            if not _has(self._words[name], phrase):
                yield f"{name} : « {phrase} »"

    def _line(self, place: Place) -> Iterator[str]:
        entry = self._entry("checklist", place["ligne"]) or {}
        texts = {
            language: " | ".join(str(entry.get(f"{name}{suffix}", "")) for name in _LINE_TEXTS)
            for language, suffix in (("fr", ""), ("en", "_en"))
        }
        yield from _absent(f"{_CHECKLIST}, {place['ligne']}", place, texts)

    def _page(self, place: Place) -> Iterator[str]:
        function = getattr(checklist, place["fonction"], None)
        code = inspect.getsource(function) if function else ""
        yield from _absent(
            f"pipeline/documents/checklist/page.py, {place['fonction']}", place, {"fr": code, "en": code}
        )

    def _letter(self, place: Place) -> Iterator[str]:
        entry = self._entry("letters", place["statut"]) or {}
        texts = {
            language: " | ".join([str(entry.get(f"debut{suffix}", "")), *entry.get(f"suite{suffix}", ())])
            for language, suffix in (("fr", ""), ("en", "_en"))
        }
        yield from _absent(f"schemas/letters.yaml, {place['statut']}", place, texts)

    def _document(self, place: Place) -> Iterator[str]:
        if self._entry("documents", place["document"]) is None:
            yield f"schemas/documents.yaml : {place['document']}"

    def _finding(self, place: Place) -> Iterator[str]:
        entry = self._entry("rules", place["regle"]) or {}
        said = [entry, *entry.get("variantes", {}).values()]
        texts = {
            language: " | ".join(str(e.get(f"{name}{suffix}", "")) for e in said for name in ("message", "remede"))
            for language, suffix in (("fr", ""), ("en", "_en"))
        }
        yield from _absent(f"schemas/rules.yaml, {place['regle']}", place, texts)

    def _form(self, place: Place) -> Iterator[str]:
        for key in place["champs"]:
            meta = (self._entry("contact_form", key) or {}).get("meta", {})
            if "exige" not in meta:
                yield f"schemas/contact_form.yaml : {key} n’est pas exigé"

    def _translation(self, place: Place) -> Iterator[str]:
        values = (self._entry("translations", place["champ"]) or {}).values()
        if place["contient_en"] not in values:
            yield f"schemas/translations.yaml, {place['champ']} : « {place['contient_en']} »"

    def _setting(self, place: Place) -> Iterator[str]:
        found: Any = tomllib.loads((self.root / "conventions.toml").read_text(encoding="utf-8"))
        for part in place["cle"].split("."):
            found = found.get(part) if isinstance(found, dict) else None
        if found is None:
            yield f"conventions.toml : {place['cle']}"

    def _guide(self, place: Place) -> Iterator[str]:
        parts = (self.root / _GUIDE).read_text(encoding="utf-8").split("\n## ")
        (part, *_) = [p for p in parts if p.partition("\n")[0] == place["titre"]] or [""]
        yield from _absent(f"{_GUIDE}, {place['titre']}", place, {"fr": part})


_LINE_TEXTS = ("libelle", "raison", "delivre_par", "verifier", "quand")
_CHECKS: Mapping[str, Callable[[Sources, Place], Iterator[str]]] = {
    "convention": Sources._agreement,
    "signatures": Sources._signatures,
    "annexe": Sources._annex,
    "liste": Sources._line,
    "page": Sources._page,
    "courrier": Sources._letter,
    "document": Sources._document,
    "constat": Sources._finding,
    "formulaire": Sources._form,
    "traduction": Sources._translation,
    "réglage": Sources._setting,
    "guide": Sources._guide,
}


def word_text(path: Path) -> str:
    """Return the words of a .docx, paragraph after paragraph, those of its tables included."""
    body = Document(str(path)).element.body
    paragraphs = ("".join(node.text or "" for node in p.iter(f"{_W}t")) for p in body.iter(f"{_W}p"))
    return flat("\n".join(paragraphs))


def _of_model(place: Place, model: str) -> Mapping[str, str]:
    return {language: text for language, text in place.phrases.items() if language == "fr" or model == "bilingue"}


def _wordings(clause: Clause, model: str, language: str) -> Iterator[str]:
    if model in clause.modeles:
        for block in clause.blocs:
            if model in block.modeles:
                yield block.words.en if language == "en" else block.words.fr


def _has(text: str, phrase: str) -> bool:
    return flat(phrase) in flat(text)


def _absent(where: str, place: Place, texts: Mapping[str, str]) -> Iterator[str]:
    for language, phrase in place.phrases.items():
        if not _has(texts.get(language, ""), phrase):
            yield f"{where} : « {phrase} »"


# ── how a place is named in the table ─────────────────────────────────────────────────────────────


def described(place: Place) -> str:
    """Return in French Markdown where the rule is said, and in which words."""
    named = _NAMES[place.kind](place.given)
    phrase = place.phrases.get("fr")
    return f"{named} : « {phrase} »" if phrase else named


def _models(names: Sequence[str]) -> str:
    return "les trois modèles" if len(names) == len(MODELS) else " et ".join(names)


_NAMES: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "convention": lambda g: (
        f"[convention](../{_CLAUSES}), art. {g['article']} ({_models(g['modeles'])})"
    ),
    "signatures": lambda _: f"[convention](../{_LAYOUT}), page des signatures (les trois modèles)",
    "annexe": lambda g: f"[annexe](../{_ANNEXES}) `{g['annexe']}`",
    "liste": lambda g: f"[liste des pièces](../{_CHECKLIST}), ligne {g['ligne']}",
    "page": lambda g: f"[liste des pièces](../pipeline/documents/checklist/page.py), `{g['fonction']}`",
    "courrier": lambda g: f"[lettre](../schemas/letters.yaml) « {g['statut']} »",
    "document": lambda g: f"[document](../schemas/documents.yaml) `{g['document']}`",
    "constat": lambda g: f"[constat](../schemas/rules.yaml) {g['regle']}",
    "formulaire": lambda g: f"[champs exigés](../schemas/contact_form.yaml) : {', '.join(f'`{c}`' for c in g['champs'])}",
    "traduction": lambda g: f"[traductions](../schemas/translations.yaml) de `{g['champ']}`",
    "réglage": lambda g: f"[réglage](../conventions.toml) `{g['cle']}`",
    "guide": lambda g: f"[guide](guide_gestionnaire.md), « {g['titre']} »",
}  # fmt: skip
