"""What an amendment says: the values of two versions of a dossier, side by side, by reason."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.check.facts import Facts
from pipeline.documents.amendable import Amendments, Lists, Row, Texts
from pipeline.documents.values import CONFIDENTIAL
from pipeline.documents.values.amendment import cited
from pipeline.documents.values.tree import Tree
from pipeline.dossiers import siren_of
from pipeline.language import Language
from pipeline.tables.words import clean_spaces, fold

_LANGUAGES: tuple[Language, ...] = ("fr", "en")
_NOTHING: Texts = {"fr": "néant", "en": "none"}
_HIDDEN: Texts = {"fr": CONFIDENTIAL["fr"], "en": CONFIDENTIAL["en"]}
_LONG = 600
"""Characters beyond which a row may be cut by the end of the page: twenty lines."""
_NEW_ANNEX: Texts = {
    "fr": "Voir l’annexe confidentielle signée avec le présent avenant.",
    "en": "See the confidential appendix signed with this amendment.",
}


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two versions: its facts, and its template values."""

    facts: Facts
    values: Tree


def forbidden_changes(amendments: Amendments, before: Side, after: Side) -> list[str]:
    """Return, in French, each change between the two versions that demands a new agreement."""
    found = []
    for one in amendments.forbidden:
        moved = any(_identity(key, before.facts) != _identity(key, after.facts) for key in one.fields)
        if moved or (one.value and _value(before.values, one.value) != _value(after.values, one.value)):
            found.append(one.message)
    return found


def ends_early(before: Facts, after: Facts) -> bool:
    """Tell whether the internship begins as agreed and ends before its date."""
    if before.end is None or after.end is None or before.start != after.start:
        return False
    return after.end < before.end


def changes(amendments: Amendments, before: Side, after: Side, untold: Collection[str] = ()) -> list[Tree]:
    """Return the reasons of the amendment with their rows, in both languages; [] when nothing agreed has changed.

    Each reason is {titre, article, articles, lignes}, each row
    {libelle, avant, apres, longue}; English stands under ``…_en``.
    ``untold`` are cases about which the two versions alone cannot tell.
    """
    early = ends_early(before.facts, after.facts)
    kept: list[Tree] = []
    for reason in amendments.reasons:
        if reason.when == "toujours" or (reason.when == "fin_anticipee") == early:
            rows = [(row, told) for row in reason.rows if (told := _told(row, before, after)) is not None]
            if any(not row.minor for row, _ in rows):
                kept.append(_group(reason.title, reason.articles, [told for _, told in rows]))
    if kept and not early:  # what was due for the hours agreed stays due for those accomplished
        kept += _regimes(amendments, before, after, untold)
    return kept


def _told(row: Row, before: Side, after: Side) -> Tree | None:
    """Return the row as it is printed; None when both versions read the same."""
    if all(_plain(before.facts[key]) == _plain(after.facts[key]) for key in row.fields):
        return None
    if row.hidden and (before.facts.confidential or after.facts.confidential):
        return _line(row.label, _HIDDEN, _NEW_ANNEX)
    old, new = (
        {
            language: _text(_value(side.values if language == "fr" else side.values["en"], row.value), language)
            for language in _LANGUAGES
        }
        for side in (before, after)
    )
    return None if old == new else _line(row.label, old, new)


def _regimes(amendments: Amendments, before: Side, after: Side, untold: Collection[str]) -> Iterator[Tree]:
    """Yield one group with the clauses that give way to others, if there are any."""
    model, lines, articles = after.facts.model, [], {language: list[str]() for language in _LANGUAGES}
    for regime in amendments.regimes:
        old, new = (side.values["cas"][regime.case] for side in (before, after))
        if old == new or regime.case in untold or (regime.models and model not in regime.models):
            continue
        lines.append(_line(regime.label, regime.true if old else regime.false, regime.true if new else regime.false))
        for language in _LANGUAGES:
            articles[language] += regime.articles[language]
    if lines:
        yield _group(amendments.regimes_title, articles, lines)


def _group(title: Texts, articles: Lists, lines: Sequence[Tree]) -> Tree:
    return {
        "titre": title["fr"],
        "titre_en": title["en"],
        "article": cited(articles["fr"], "fr"),
        "article_en": cited(articles["en"], "en"),
        "articles": list(articles["fr"]),
        "articles_en": list(articles["en"]),
        "lignes": list(lines),
    }


def _line(label: Texts, before: Texts, after: Texts) -> Tree:
    texts = {
        f"{name}{'' if language == 'fr' else '_en'}": texts[language]
        for name, texts in (("libelle", label), ("avant", before), ("apres", after))
        for language in _LANGUAGES
    }
    return {**texts, "longue": any(len(text) > _LONG for text in texts.values())}


def _plain(value: Any) -> Any:
    return clean_spaces(value) or None if isinstance(value, str) else value or None


def _identity(key: str, facts: Facts) -> object:
    """Return what tells who somebody is: names without case and accents, of a SIRET the nine digits of the firm."""
    value = facts[key]
    if key == "organisme.siret":
        return siren_of(value) or value
    return fold(value) if isinstance(value, str) else value


def _value(values: Tree, name: str) -> Any:
    found: Any = values
    for part in name.split("."):
        found = found[part]
    return found


def _text(value: Any, language: Language) -> str:
    lines = [str(item) for item in value] if isinstance(value, list) else [str(value)] if value else []
    return "\n".join(lines) or _NOTHING[language]
