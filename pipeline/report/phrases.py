"""The words that the workbook, the page and the terminal share: statuses, levels, what is to be done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeAlias

from pipeline.language import NBSP
from pipeline.model import Finding, Place, Status, Value, Verdict
from pipeline.tables import Tables
from pipeline.tables.fields import Fields
from pipeline.tables.words import clean_spaces

Level: TypeAlias = Literal["correct", "decide", "await", "know"]
"""What a finding asks for: a correction or a refusal, a decision, a document before the signature, nothing."""

LEVELS: tuple[Level, ...] = ("correct", "decide", "await", "know")
LEVEL_NAMES: Mapping[Level, str] = {
    "correct": "À corriger",
    "decide": "À vérifier",
    "await": "Attendu avant la signature",
    "know": "Pour information",
}
STATUSES: Mapping[Status, str] = {
    "à corriger": "Une information manque ou ne convient pas : la convention attend la correction.",
    "à vérifier": "La convention est faite avec la mention « PROJET » ; elle attend votre décision.",
    "prêt": "La convention est prête à être envoyée à la signature.",
    "refusé": "La convention ne peut pas être établie en l’état ; le message en donne la raison.",
    "réorienté": "Un autre service établit la convention ; le message l’indique.",
    "remplacé": "Une version plus récente de la même fiche a été déposée ; cette ligne ne compte plus.",
    "repris": "Le stage a été traité avant la reprise : il compte, et rien n’est produit.",
}
"""Each status, in the order in which a manager looks at them, and what it means for her."""
_LABELS_SHOWN = 4


def typographic(text: str) -> str:
    """Return a French sentence with its no-break spaces: U+00A0 before « : » and inside « », U+202F before ; ! ?"""
    for mark, space in ((":", NBSP), ("»", NBSP), (";", "\u202f"), ("!", "\u202f"), ("?", "\u202f")):
        text = text.replace(f" {mark}", f"{space}{mark}")
    return text.replace("« ", f"«{NBSP}")


def count(number: int, one: str, many: str) -> str:
    """Write a number with its noun: « 0 fichier », « 1 fichier », « 2 fichiers »; four digits are grouped."""
    return f"{number:,}".replace(",", "\u202f") + f"{NBSP}{one if number < 2 else many}"


def level(finding: Finding) -> Level:
    """Return what ``finding`` asks for; at the gate « signature » nothing holds the agreement back."""
    if finding.severity == "information":
        return "know"
    if finding.jalon == "signature":
        return "await"
    return "correct" if finding.severity == "bloquant" else "decide"


def level_name(finding: Finding) -> str:
    """Return the word that stands before ``finding``: its level, or the motive that no correction cures."""
    if finding.motif == "refus":
        return "Refus"
    return "Autre service" if finding.motif == "réorientation" else LEVEL_NAMES[level(finding)]


def needs_work(verdict: Verdict) -> bool:
    """Tell whether the row has a place in the workbook: something above information, and it is ours to settle."""
    if verdict.status in ("réorienté", "remplacé", "repris"):
        return False
    return any(finding.severity != "information" for finding in verdict.findings)


def worst_first(findings: Iterable[Finding]) -> Sequence[Finding]:
    """Return the findings, corrections first, then decisions, documents awaited, information."""
    return sorted(findings, key=lambda finding: LEVELS.index(level(finding)))


_NAMED = 5
"""The most other rows that a sentence names."""


def see_also(finding: Finding) -> str:
    """Return « Voir aussi C2026-000012 (fiches.xlsx, ligne 13) »; "" when the finding is about its own row alone."""
    shown, more = finding.others[:_NAMED], len(finding.others) - _NAMED
    named = [_row(other.reference, other.place) for other in shown if other.reference]
    rows: dict[str, list[str]] = {}
    for other in shown:
        if not other.reference:
            rows.setdefault(shorten(other.place.file, 60), []).append(str(other.place.row))
    named += [f"{file}, ligne{'s' if len(found) > 1 else ''} {_joined_by_and(found)}" for file, found in rows.items()]
    if more > 0:
        named.append(count(more, "autre fiche", "autres fiches"))
    return typographic(f"Voir aussi {' ; '.join(named)}.") if named else ""


def loans(verdict: Verdict, fields: Fields) -> Sequence[str]:
    """Return, for each row that lent values, what was taken from it: « Repris de … : Compagnie, Zone couverte. »."""
    return [
        typographic(
            f"Repris de {_row(loan.reference, loan.place)} : {', '.join(fields[k].label for k in loan.fields)}."
        )
        for loan in verdict.entry.loans
    ]


def _row(reference: str | None, place: Place) -> str:
    where = f"{shorten(place.file, 60)}, ligne {place.row}"
    return f"{reference} ({where})" if reference else where


def student(verdict: Verdict) -> str:
    """Return « NOM Prénom » of the student on one line; "" when the form gives neither."""
    return _joined(verdict, "etudiant.nom", "etudiant.prenom")


def host(verdict: Verdict) -> str:
    """Return the host's name on one line; "" when it is not given."""
    return _joined(verdict, "organisme.raison_sociale")


def programme(verdict: Verdict) -> str:
    """Return the programme that the student follows, its code when it has no title."""
    title = _joined(verdict, "formation.diplome") or _joined(verdict, "formation.code_etape")
    return title or "Formation non indiquée"


def day(verdict: Verdict, key: str) -> date | None:
    """Return the day that the field ``key`` holds; None when it is absent or unreadable."""
    value = verdict.entry.deposit.values.get(key)
    return value if isinstance(value, date) else None


def country_code(verdict: Verdict) -> str | None:
    """Return the ISO code of the country of the internship, else of the host; None when neither is known."""
    values = verdict.entry.deposit.values
    for key in ("stage.pays", "organisme.pays"):
        value = values.get(key)
        if isinstance(value, str):
            return value
    return None


def country(verdict: Verdict, tables: Tables) -> str:
    """Return the French name of the country of the internship; "" when it is not known."""
    code = country_code(verdict)
    known = tables.countries.get(code) if code else None
    return known.name if known else ""


def shorten(text: str, length: int) -> str:
    """Return ``text`` on one line, of ``length`` characters at most, cut with « … »."""
    text = clean_spaces(text)
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def labels(finding: Finding, fields: Fields) -> Sequence[str]:
    """Return the labels of what ``finding`` points at: every empty field, else the first field that it names."""
    known = [key for key in finding.fields if key in fields]
    # Without a cell, all of them are what the source does not ask.
    if finding.cells and any(fields[key].empty_rule != finding.rule for key in known):
        known = known[:1]
    return [fields[key].label for key in known]


def to_do(verdict: Verdict, fields: Fields) -> str:
    """Return in one French sentence what is to be done with this dossier."""
    wanted: dict[Level, dict[str, None]] = {name: {} for name in LEVELS}
    watched: dict[str, None] = {}
    for finding in verdict.findings:
        office = finding.internal and level(finding) == "await"
        (watched if office else wanted[level(finding)]).update(dict.fromkeys(labels(finding, fields) or [""]))
    verbs: Mapping[Level, tuple[str, str]] = {
        "correct": ("corriger", "ce que dit le commentaire"),
        "decide": ("vérifier", "ce que dit le commentaire"),
        "await": ("obtenir avant la signature", "ce que dit le commentaire"),
    }
    parts = []
    if verdict.status == "refusé":
        motives = [f for f in verdict.findings if f.motif == "refus"]
        named = dict.fromkeys(label for f in motives for label in labels(f, fields))
        wanted["correct"] = {label: None for label in wanted["correct"] if label not in named}
        reason = f" ({_enumerated(list(named))})" if named else ""
        parts.append(f"envoyer le message de refus motivé{reason}")
    elif verdict.status == "réorienté":
        parts.append("envoyer le message d’orientation vers le bon service")
    elif verdict.status in ("remplacé", "repris"):
        return "Rien à faire."
    for name, (verb, otherwise) in verbs.items():
        if wanted[name] and verdict.status != "réorienté":
            named_labels = [label for label in wanted[name] if label]
            parts.append(f"{verb} : {_enumerated(named_labels) if named_labels else otherwise}")
    if watched and verdict.status not in ("réorienté", "refusé"):
        parts.append(f"vérifier avant la signature : {_enumerated([label for label in watched if label])}")
    if verdict.status == "prêt":
        # « check » numbers nothing and makes nothing: there is no agreement to send yet.
        made = verdict.entry.reference is not None
        parts.insert(0, "envoyer la convention à la signature" if made else "établir la convention")
    sentence = " ; ".join(parts)
    return typographic(f"{sentence[:1].upper()}{sentence[1:]}.")


@dataclass(frozen=True, slots=True)
class RuleCount:
    """How often one rule spoke above information, and in which words."""

    rule: str
    level: Level
    name: str
    title: str
    example: str
    example_en: str
    dossiers: int


def by_rule(verdicts: Iterable[Verdict], tables: Tables, titles: Mapping[str, str]) -> Sequence[RuleCount]:
    """Return the rules that spoke above information, the most frequent first within each level.

    ``titles`` says a rule in plain words; without one, the labels of the fields that it spoke about stand for it.
    """
    counts: Counter[tuple[str, str]] = Counter()
    named: dict[tuple[str, str], Counter[str]] = {}
    first: dict[tuple[str, str], Finding] = {}
    for verdict in filter(needs_work, verdicts):
        seen = set()
        for finding in verdict.findings:
            key = (finding.rule, level_name(finding))
            if level(finding) != "know":
                seen.add(key)
                named.setdefault(key, Counter()).update(labels(finding, tables.fields))
                first.setdefault(key, finding)
        counts.update(seen)
    found = [
        RuleCount(
            rule,
            level(first[rule, name]),
            name,
            titles.get(rule)
            or _enumerated([label for label, _ in named[rule, name].most_common(3)])
            or "La fiche entière",
            shorten(first[rule, name].message, 120),
            shorten(first[rule, name].message_en, 120),
            number,
        )
        for (rule, name), number in counts.items()
    ]
    return sorted(found, key=lambda entry: (LEVELS.index(entry.level), -entry.dossiers, entry.rule, entry.name))


def by_programme(verdicts: Iterable[Verdict]) -> Sequence[tuple[str, Mapping[Status, int]]]:
    """Return for each programme, in alphabetical order, how many dossiers have each status; replaced rows are out."""
    found: dict[str, Counter[Status]] = {}
    for verdict in verdicts:
        if verdict.status != "remplacé":
            found.setdefault(programme(verdict), Counter())[verdict.status] += 1
    return sorted(found.items(), key=lambda item: item[0].casefold())


def _joined(verdict: Verdict, *keys: str) -> str:
    values: Mapping[str, Value] = verdict.entry.deposit.values
    texts = [value for key in keys if isinstance(value := values.get(key), str)]
    return clean_spaces(" ".join(texts))


def _enumerated(names: Sequence[str]) -> str:
    quoted = [f"« {name} »" for name in names[:_LABELS_SHOWN]]
    rest = len(names) - len(quoted)
    if rest > 0:
        quoted.append(count(rest, "autre rubrique", "autres rubriques"))
    return _joined_by_and(quoted)


def _joined_by_and(names: Sequence[str]) -> str:
    return " et ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))
