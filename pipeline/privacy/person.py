"""What tells one person from all others: the phrases whose absence proves that nothing of her is left."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import phonenumbers

from pipeline.model import Deposit
from pipeline.privacy.raw import RawPhrases
from pipeline.privacy.wrapping import sayings
from pipeline.tables.words import without_accents

_NOT_WORD = re.compile(r"[\W_]+")
_MARKS = re.compile("[\u0300-\u036f\u0640\u064b-\u065f]+")
"""Accents, and the vowels and stretches of Arabic, which one writes or not."""
_LETTERS = {"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ı": "i"}
"""Small letters that are written otherwise where a keyboard lacks them, and that no accent makes."""
_NAMES = ("etudiant.nom", "etudiant.nom_usage")
_GIVEN = ("etudiant.prenom", "etudiant.prenom_usage")
_NUMBER, _ADDRESS = "etudiant.numero", "etudiant.adresse"
_OWN = (_NUMBER, "etudiant.email", "etudiant.email_personnel")
_PHONE = "etudiant.telephone"
_REFERENCE = re.compile(r"C\d{4}-\d{6}|")
_SHORTEST_WORD, _SHORTEST_PHRASE = 3, 5
"""Letters of a surname that is searched alone, and of any other phrase: shorter ones stand everywhere by chance."""


def folded(text: str) -> str:
    """Return the words of ``text`` without case, accents and punctuation, a space around each: « É-mail » → « e mail »."""
    if text.isascii():
        plain = text.casefold()
    else:
        plain = _MARKS.sub("", unicodedata.normalize("NFKD", text)).casefold()
        for letter, written in _LETTERS.items():
            plain = plain.replace(letter, written)
    return f" {_NOT_WORD.sub(' ', plain).strip()} "


@dataclass(frozen=True, slots=True)
class Needles:
    """The phrases that are searched for."""

    typed: tuple[str, ...]
    """As they are written."""
    within: tuple[str, ...] = ()
    """Those of them that are no part of a word of anybody else's: searched in bytes, where words have no bounds."""

    @property
    def phrases(self) -> tuple[str, ...]:
        """The same folded, each once."""
        return _phrases(self.typed)

    def raw(self) -> RawPhrases:
        """Return what finds them in bytes, in the encodings and cases in which programs write."""
        return _raw(self.within)

    def hold(self, text: str) -> bool:
        """Tell whether ``text`` says one of them, as whole words."""
        index = _by_word(self.typed)
        return any(_says(folded(saying), index) for saying in sayings(text))

    def with_also(self, more: Iterable[str]) -> Needles:
        """Return these and ``more``."""
        added = tuple(more)
        return Needles(*(tuple(dict.fromkeys((*known, *added))) for known in (self.typed, self.within)))


def _says(said: str, index: Mapping[str, Sequence[str]]) -> bool:
    words = index.keys() & said.split()
    return any(phrase in said for word in words for phrase in index[word])


@cache
def _phrases(typed: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(phrase for one in typed if (phrase := folded(one)).strip()))


@cache
def _raw(within: tuple[str, ...]) -> RawPhrases:
    texts = {text for one in within for text in (one, one.upper(), one.lower(), one.title())}
    return RawPhrases({coded for text in texts for form in (text, without_accents(text)) for coded in _encoded(form)})


@cache
def _by_word(typed: tuple[str, ...]) -> Mapping[str, tuple[str, ...]]:
    """Return the phrases by their first words: a text is asked only for those of which it has the first."""
    found: dict[str, tuple[str, ...]] = {}
    for phrase in _phrases(typed):
        word = phrase.split()[0]
        found[word] = (*found.get(word, ()), phrase)
    return found


def needles_of(
    mine: Iterable[Deposit],
    others: Iterable[Deposit],
    folders: Iterable[str],
    common: Collection[str],
    fixed: Iterable[str] = (),
) -> Needles:
    """Return what is the person's alone.

    ``mine`` is all that is erased, ``others`` all that stays: a phrase that stands there too (a homonym's name, the
    address of a hall of residence, or everything when the same person keeps another dossier) is nobody's trace.
    ``folders`` are the paths of the dossiers' folders; one that bears the reference alone names nobody. ``common`` are words
    of the program itself, folded: a surname that is one of them is searched with the given name only. ``fixed`` are texts
    that stay: who works here and is named in the configuration.
    """
    candidates = list(dict.fromkeys(phrase for deposit in mine for phrase in _candidates(deposit, common)))
    taken = [folded(text) for text in (*fixed, *(text for deposit in others for text in _texts(deposit)))]
    spoken = "|".join(taken)
    alone = [phrase for phrase in candidates if folded(phrase) not in spoken]
    within = [phrase for phrase in alone if folded(phrase).strip() not in spoken]
    return Needles(tuple(alone), tuple(within)).with_also(
        name for path in folders if not _REFERENCE.fullmatch(name := path.rpartition("/")[2])
    )


def identity_of(mine: Iterable[Deposit]) -> Needles:
    """Return what names the person wherever it stands: full names, number, e-mails."""
    return Needles(tuple(dict.fromkeys(phrase for deposit in mine for phrase in _identity(deposit))))


def is_named_in(deposit: Deposit, identity: Needles) -> bool:
    """Tell whether a form says one of the phrases of :func:`identity_of`."""
    return identity.hold("\n".join(_texts(deposit)))


def _identity(deposit: Deposit) -> Iterator[str]:
    given = _named(deposit, _GIVEN)
    for name in _named(deposit, _NAMES):
        yield from _whole_names(name, given)
    for key in _OWN:
        yield from _long_enough(_told(deposit, key))


def _candidates(deposit: Deposit, common: Collection[str]) -> Iterator[str]:
    yield from _identity(deposit)
    for name in _named(deposit, _NAMES):
        word = folded(name).strip()
        if len(word) > _SHORTEST_WORD and word not in common:
            yield name
    address = str(deposit.values.get(_ADDRESS) or "")
    words = folded(address).split()
    if any(word.isdigit() for word in words) or not all(word in common for word in words):
        yield from _long_enough(address)
    yield from _long_enough(_told(deposit, _NUMBER).lstrip("0"))
    yield from _phones(_told(deposit, _PHONE))


def _named(deposit: Deposit, keys: Iterable[str]) -> list[str]:
    """Return the names under ``keys``; as the cell says them where they could not be read."""
    return [str(name) for key in keys if (name := deposit.values.get(key) or deposit.form.cells.get(key))]


def _whole_names(name: str, given: Iterable[str]) -> Iterator[str]:
    for first in given:
        yield from (f"{name} {first}", f"{first} {name}")


def _told(deposit: Deposit, key: str) -> str:
    """Return what stands under ``key``; of a cell that could not be read only what tells one person: no « néant »."""
    if deposit.values.get(key):
        return str(deposit.values[key])
    cell = str(deposit.form.cells.get(key) or "")
    return cell if "@" in cell or sum(sign.isdigit() for sign in cell) >= _SHORTEST_PHRASE else ""


def _long_enough(phrase: str) -> Iterator[str]:
    if len(folded(phrase).strip()) >= _SHORTEST_PHRASE:
        yield phrase


def _phones(text: str) -> Iterator[str]:
    """Yield the ways in which a phone number is written."""
    yield from _long_enough(text)
    try:
        number = phonenumbers.parse(text, "FR")
    except phonenumbers.NumberParseException:
        return
    formats = phonenumbers.PhoneNumberFormat
    for one in (formats.E164, formats.INTERNATIONAL, formats.NATIONAL):
        written = phonenumbers.format_number(number, one)
        yield written
        yield written.replace(" ", "")
    bare, national = phonenumbers.national_significant_number(number), written
    if national.startswith("0"):
        yield f"+{number.country_code} (0){national[1:]}"
    yield f"00{number.country_code}{bare}"
    yield from _long_enough(bare)  # a spreadsheet eats the zero


def _texts(deposit: Deposit) -> Iterator[str]:
    yield from (str(value) for value in (*deposit.values.values(), *deposit.form.cells.values()) if value is not None)
    given = _named(deposit, _GIVEN)
    for name in _named(deposit, _NAMES):
        yield from _whole_names(name, given)
    yield from _phones(_told(deposit, _PHONE))


def _encoded(text: str) -> Iterator[bytes]:
    for encoding in ("utf-8", "latin-1", "utf-16-le", "utf-16-be"):
        try:
            yield text.encode(encoding)
        except UnicodeEncodeError:
            continue
