"""``schemas/private_words.yaml``: what a form should not say of a person, and how a text that says it is recognised.

Health, disability, family, beliefs and offences (RGPD, art. 9 and 10). Words are compared folded, their doubled
letters as one, so that « handicappé » is « handicapé ». Nothing here knows forms: a text goes in, a text comes out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from pipeline.errors import SetupError
from pipeline.tables.fields import Fields
from pipeline.tables.words import fold
from pipeline.tables.yamls import check_shape, read_yaml

_SHORTEST = 3
"""No shorter text tells anything: « VIH »."""
_AROUND = 5
"""Words before and after a word alone in which the subject of the work may be named."""
_IN_LIST = 3
"""Words and commas at most between two words of one list: « handicap psychique, autisme »."""
_MINE = r"(?:mon|ma|mes|my)"
_KIN = (
    r"(?:pere|mere|parents?|enfants?|fils|file|bebe|mari|femme|epoux|epouse|conjointe?|compagnon|compagne|frere|soeur"
    r"|grand pere|grand mere|father|mother|child|son|daughter|husband|wife|partner)"
)  # doubled letters are one: « fille » is « file »
_OWN = r"(?:propre|grave|lourde?|actuele?|probable|recente?|anciene?|own|current|severe|chronic)"
_AM = (
    r"(?:je suis|je serai|je reste|j etais|j ai ete|etant|i am|i m|i was|i wil be"
    r"|(?:le|la) stagiaire (?:est|sera|etant)|l etudiante? (?:est|sera|etant)"
    rf"|{_MINE} {_KIN} (?:est|sont|etait|etaient|is|was))"
)
_AS = (
    r"(?:une?|etudiante?|stagiaire|personne|actuelement|toujours|egalement|ausi|tres|plutot|moi|meme|desormais|enceinte"
    r"|fortement|gravement|partielement|totalement|officielement|a|an|also|curently|student|partialy|severely)"
)
_HAVE = (
    r"(?:j ai|j avais|j aurai|je presente|je subis|je dois subir|je vais subir|je traverse|je vis|je gere|je beneficie"
    r"|je suis ateinte?|je suis porteuse|je suis porteur|je suis titulaire|je suis soumise? a"
    r"|(?:le|la) stagiaire (?:a|beneficie|soufre|presente)|l etudiante? (?:a|beneficie|soufre|presente)"
    r"|i have|i ve|i had|i was diagnosed with|i am diagnosed with|i need|i live with)"
)
_A = (
    r"(?:une?|des|de|du|d|la|le|les|l|au|eu|fait|subi|ete|pris|gros|grose|grave|graves|lourde?|serieux|quelques"
    r"|recement|conu|toujours|plusieurs|ce|cete|a|an|the|had|some|severe|chronic|serious|been|mon|ma|mes|my)"
)
_BECAUSE = (
    r"(?:(?:pour )?(?:raisons?|cause|motifs?)|a cause|suite|du fait|compte tenu|lies?|liees?|consecutive?s?|apres|vu"
    r"|due to|because of|folowing)(?: (?:a|au|aux|de|du|des|d|la|le|les|l|une?|my|ma|mon|mes))*"
)
_OTHERS = r"(?:les|des|aux|leurs?|ces|sur les?|sur la|sur l|the|about)"
_FIRST = re.compile(r"\b(?:je|j|moi|mon|ma|mes|my|i am|i m|i have|i need|i wil)\b")
# Looked for before a text is folded, which costs more: what is recognised everywhere says « je », « mon » or « stagiaire ».
_MAYBE_FIRST = re.compile(
    r"\b(?:[jJ][eE]?|[mM](?:on|ON|a|A|es|ES|y|Y)|[iI]|[sS](?:tagiaire|TAGIAIRE)|[éÉeE](?:tant|TANT)"
    r"|[lL]['’]\s?[éÉeE](?:tudiante?|TUDIANTE?))\b"
)
_DATED = re.compile(
    r"\b\d{1,2} \d{1,2}(?: \d{2,4})?\b|\b\d{1,2}(?:er)? (?:janv|fev|mars|avr|mai|juin|juil|aout|sept|oct|nov|dec)"
    r"|\b(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)s?\b"
    r"|\b(?:en|fin|debut|mi) (?:janvier|fevrier|mars|avril|mai|juin|juilet|aout|septembre|octobre|novembre|decembre)\b"
)
_CLAUSE = re.compile(
    r"\b(?:en cas d\w*|prevenir|prevenu\w*|justificatifs?|justifie\w*|certificats?|autoris\w*|droits?|prevue?s?|hors|sauf"
    r"|acord|informer|signaler|contacter|beneficie\w*|conventions?|code du travail|acordes?|acordee?s?|posible\w*)\b"
)
# Where one thing said ends: a sentence, a line, an item, a parenthesis. « M. », « Dr. » and « p. 3 » end none.
_CUT = re.compile(
    r"(?<=[^\W\d_]{3}[.!?…])(?:\s*(?=[A-ZÀ-ÖØ-Þ])|\s+(?=\w))|(?<=[.!?…])\s+(?=[A-ZÀ-ÖØ-Þ])(?<!\b[A-Z]\.\s)(?<!\b(?:Dr|Pr|Me)\.\s)"
    r"(?<!\bMme\.\s)|(?<=[!?…])\s+|\s*[;\n•|]+\s*|\s+[-–—/]+\s+|\s*[()]\s*"
)
_THEN_I = re.compile(r",\s+(?=(?:je|i)\b|j['’])", re.IGNORECASE)
_PAUSE = re.compile(r"[,:()\n;]|(?<=\w\w)\.(?=\s|$)")
_TWICE = re.compile(r"([a-z])\1+")


def simple(text: str) -> str:
    """Return the words of ``text`` folded, doubled letters as one, its pauses as a comma: « Maladie, arrêt » → « maladie , aret »."""
    parts = (fold.__wrapped__(part) for part in _PAUSE.split(text))
    return _TWICE.sub(r"\1", " , ".join(part for part in parts if part))


@dataclass(frozen=True, slots=True)
class Marks:
    """What stands where something was masked."""

    usual: str
    short: str
    """Used where the usual one would make a text too long for its field."""

    def in_text(self, text: str) -> bool:
        """Tell whether something was masked in ``text``."""
        return self.usual in text or self.short in text

    def dropped(self, text: str) -> str:
        """Return ``text`` without marks, as an agreement prints it; "" when nothing else stands in it."""
        if not self.in_text(text):
            return text
        marks = rf"(?:,\s*)?(?:{re.escape(self.usual)}|{re.escape(self.short)})[.!?…]*"
        kept = re.sub(marks, "", text).replace("()", "")
        lines = [re.sub(r"[^\S\n]+", " ", line).strip(" ;|/-–—") for line in kept.split("\n")]
        return "\n".join(line for line in lines if line.strip(" .,;:!?…"))


class PrivateWords:
    """Recognises and masks what a person should not have sent."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.marks = Marks(data["marque"], data["marque_courte"])
        self._personal = frozenset(data["champs"])
        self._data = data
        self._cached = lru_cache(maxsize=8192)(self._masked)

    @cached_property
    def _patterns(self) -> _Patterns:
        """Compiled when first asked for: a night that reads nothing new does without."""
        return _compiled(self._data)

    def is_personal(self, key: str) -> bool:
        """Tell whether ``key`` is a field in which the student speaks of herself."""
        return key in self._personal

    def column_is_whole(self, header: str) -> bool:
        """Tell whether the header of a column that no field reads asks for nothing but what is masked."""
        return self._patterns.whole_columns.search(simple(header)) is not None

    def column_is_personal(self, header: str) -> bool:
        """Tell whether the header of a column that no field reads invites to speak of oneself."""
        return self._patterns.personal_columns.search(simple(header)) is not None

    def may_tell(self, text: str, *, personal: bool) -> bool:
        """Tell at little cost whether ``text`` has to be looked at."""
        return len(text) >= _SHORTEST and (personal or _MAYBE_FIRST.search(text) is not None)

    def mask(self, text: str, *, personal: bool, leave: bool = False, limit: int | None = None) -> str:
        """Return ``text`` with a mark for each sentence that tells something; the same object when none does.

        ``personal``: the student speaks of herself there, and words alone are recognised too. ``leave``: it is where
        leave is agreed, whose usual clauses name illness. ``limit``: the characters that the field takes, which no mark
        exceeds if the text did not. Masking twice is masking once.
        """
        if not self.may_tell(text, personal=personal):
            return text
        masked = self._cached(text, personal, leave, self.marks.usual)
        if masked is None:
            return text
        if limit is not None and len(masked) > max(limit, len(text)):
            masked = self._cached(text, personal, leave, self.marks.short) or self.marks.short
            if len(masked) > max(limit, len(text)):
                return self.marks.short
        return masked

    def _masked(self, text: str, personal: bool, leave: bool, mark: str) -> str | None:
        """Return ``text`` with ``mark`` for each sentence that tells something; None when none does."""
        if not self._patterns.tellers.any_in(simple(text)):
            return None
        out: list[str] = []
        found = False
        before = ""
        for piece, end in _pieces(text):
            kept = self._kept(piece, before if out and out[-1].rstrip().endswith("(") else "", personal, leave)
            if kept is None:
                out.append(piece + end)
            else:
                found = True
                stop = piece[-1:] if piece[-1:] in ".!?…" else ""
                out.append(f"{kept}{', ' if kept else ''}{mark}{stop}{end}")
            before = piece
        return _once("".join(out), mark) if found else None

    def _kept(self, piece: str, before: str, personal: bool, leave: bool) -> str | None:
        """Return the beginning of ``piece`` that may stay, "" for none; None when it tells nothing."""
        if not piece or not self._tells(piece, before, personal, leave):
            return None
        then = _THEN_I.search(piece)
        head = piece[: then.start()] if then else piece.partition(",")[0]
        if head == piece or (then is None and not head.isupper()):
            return ""
        own = _FIRST.search(simple(head)) or self._tells(head, before, personal, leave)
        return "" if own else head

    def _tells(self, piece: str, before: str, personal: bool, leave: bool) -> bool:
        said = self._patterns.ordinary.sub(" ", simple(piece))
        if self._patterns.told.search(said):
            return True
        if not personal:
            return False
        if self._patterns.opening.search(said):
            return True
        if not (_FIRST.search(said) or _DATED.search(said)) and (leave or _CLAUSE.search(said)):
            said = self._patterns.clauses.sub(" ", said)
        kin = self._patterns.kin.search(said) is not None
        led = simple(before) + " , " if before else ""
        whole = led + said
        subject_to = -1  # where the last word ends that was the subject of the work: those of its list are too
        for match in self._patterns.alone.finditer(whole, len(led)):
            if kin or match["because"]:
                return True
            listed = subject_to >= 0 and len(whole[subject_to : match.start("word")].split()) <= _IN_LIST
            if not listed and not self._is_subject(whole, match):
                return True
            subject_to = match.end()
        return False

    def _is_subject(self, said: str, match: re.Match[str]) -> bool:
        """Tell whether the words around a word alone say that it is what the work is about."""
        if match["others"]:
            return True
        ahead = " ".join(said[: match.start("word")].split()[-_AROUND:])
        after = " ".join(said[match.end() :].split()[: _AROUND + 1])
        return (
            self._patterns.subject.search(ahead) is not None or self._patterns.subject_after.search(after) is not None
        )


@dataclass(frozen=True, slots=True)
class _Tellers:
    """The longest word of each thing that is looked for: most texts hold none, which costs little to see."""

    whole: frozenset[str]
    beginnings: Mapping[str, tuple[str, ...]]
    """Those of which any ending is accepted, by their first three letters."""

    def any_in(self, said: str) -> bool:
        return any(
            word in self.whole or word.startswith(self.beginnings.get(word[:_HEAD], _NO_WORD)) for word in said.split()
        )


_HEAD = 3
_NO_WORD: tuple[str, ...] = ()


def _tellers(words: Iterable[str]) -> _Tellers:
    whole, beginnings = set[str](), dict[str, tuple[str, ...]]()
    for word in words:
        longest = max(word.split(), key=len)
        stem, star, _ = longest.partition("*")
        stem = simple(stem)
        if star and len(stem) >= _HEAD:
            beginnings[stem[:_HEAD]] = (*beginnings.get(stem[:_HEAD], ()), stem)
        else:
            whole.add(stem)
    return _Tellers(frozenset(whole), beginnings)


@dataclass(frozen=True, slots=True)
class _Patterns:
    """What is looked for in folded texts."""

    tellers: _Tellers
    told: re.Pattern[str]
    """Told of oneself, whatever the field."""
    opening: re.Pattern[str]
    kin: re.Pattern[str]
    alone: re.Pattern[str]
    subject: re.Pattern[str]
    subject_after: re.Pattern[str]
    ordinary: re.Pattern[str]
    clauses: re.Pattern[str]
    whole_columns: re.Pattern[str]
    personal_columns: re.Pattern[str]


def _compiled(data: Mapping[str, Any]) -> _Patterns:
    families = data["familles"].values()
    nouns, states, phrases = (
        _alternatives(word for family in families for word in family[part]) for part in ("noms", "etats", "phrases")
    )
    alone = _alternatives(
        word for family in families for word in (*family["mots"], *(family["noms"] if family["noms_seuls"] else ()))
    )
    words = [word for family in families for part in ("noms", "etats", "mots", "phrases") for word in family[part]]
    return _Patterns(
        tellers=_tellers(words),
        told=re.compile(
            rf"\b(?:{phrases}|{_MINE} (?:{_OWN} )?{nouns}|{_AM} (?:{_AS} ){{0,3}}{states}|{_HAVE} (?:{_A} ){{0,3}}{nouns}"
            rf"|{nouns} (?:de la|du|de l) (?:stagiaire|etudiante?))\b"
        ),
        opening=re.compile(rf"(?:^|, )(?:{_AS} ){{0,3}}{states}(?<!s)\b"),
        kin=re.compile(rf"\b{_MINE} {_KIN}\b"),
        alone=re.compile(rf"\b(?P<because>{_BECAUSE} )?(?P<others>{_OTHERS} )?(?P<word>{alone})\b"),
        subject=_any(data["sujets"]),
        subject_after=_any(data["sujets_apres"]),
        ordinary=_any(data["ordinaires"]),
        clauses=_any(data["clauses"]),
        whole_columns=_any(data["colonnes_masquees"]),
        personal_columns=_any(data["colonnes_personnelles"]),
    )


def _pieces(text: str) -> Iterator[tuple[str, str]]:
    """Yield each thing said with what sets it apart from the next."""
    start = 0
    for match in _CUT.finditer(text):
        if match.end() > match.start() or match.start() > start:
            yield text[start : match.start()], match[0]
            start = match.end()
    yield text[start:], ""


def _once(text: str, mark: str) -> str:
    """Return ``text`` with one mark where several follow each other."""
    escaped = re.escape(mark)
    return re.sub(rf"{escaped}(?:[\s.!?…;•|/–—-]*{escaped})+", lambda _: mark, text).strip()


def _any(words: Sequence[str]) -> re.Pattern[str]:
    return re.compile(rf"\b{_alternatives(words)}\b")


def _alternatives(words: Iterable[str]) -> str:
    """Return the pattern of any of ``words``, the longest first; « * » stands for the rest of a word."""
    parts = {" ".join(_starred(part) for part in word.split()) for word in words}
    return f"(?:{'|'.join(sorted(parts, key=lambda part: (-len(part), part)))})"


def _starred(word: str) -> str:
    return r"\w*".join(map(simple, word.split("*")))


_TEXT = {"type": "string", "required": True, "empty": False}
_WORDS = {"type": "list", "required": True, "minlength": 1, "schema": {"type": "string", "regex": ".*[a-z].*"}}
_FAMILY = {
    "type": "dict",
    "schema": {"noms_seuls": {"type": "boolean", "required": True}}
    | dict.fromkeys(("noms", "etats", "mots", "phrases"), _WORDS),
}
_SHAPE = {
    "marque": _TEXT,
    "marque_courte": {**_TEXT, "maxlength": 10},
    "champs": _WORDS,
    "familles": {"type": "dict", "required": True, "minlength": 1, "valuesrules": _FAMILY},
} | dict.fromkeys(
    ("colonnes_masquees", "colonnes_personnelles", "sujets", "sujets_apres", "ordinaires", "clauses"), _WORDS
)


def load_private_words(schemas: Path, fields: Fields) -> PrivateWords:
    """Load ``private_words.yaml`` from the folder ``schemas``. Raises SetupError when it is faulty."""
    path = schemas / "private_words.yaml"
    data = read_yaml(path)
    check_shape(data, _SHAPE, str(path))
    for key in data["champs"]:
        if key not in fields:
            raise SetupError(str(path), f"champs.{key}", "champ inconnu", "Corrigez la clé du champ.")
    return PrivateWords(data)
