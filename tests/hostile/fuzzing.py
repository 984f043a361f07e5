"""What the fuzz tests share: how many cases, hostile values for cells, and ways of damaging a file.

The profile says how many: « suite » few and always the same, « nightly » (HYPOTHESIS_PROFILE=nightly) thousands, new ones
each night. A failure prints its shortest case and a line ``@reproduce_failure`` that plays it again; the nightly profile
also keeps it in .hypothesis/, which no commit holds, and begins with it the next time.
"""

from __future__ import annotations

import io
import random
import re
import string
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import TypeAlias

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from pipeline.model import CellValue, ErrorCell
from tests.conftest import NIGHTLY
from tests.hostile.kinds import old_workbook
from tests.hostile.ods import sound_ods
from tests.hostile.parts import ROOT, form_csv, form_xlsx, labels
from tools.examples.contact import perfect

HELD = (
    HealthCheck.too_slow,
    HealthCheck.data_too_large,
    HealthCheck.function_scoped_fixture,
    HealthCheck.large_base_example,
)
_PHASES = [phase for phase in Phase if phase is not Phase.explain]  # it takes minutes to say little
Damage: TypeAlias = Callable[[bytes, random.Random], bytes]


def cases(suite: int, nightly: int = 2000) -> settings:
    """Return the settings of a fuzz test: its number of cases in the suite and in the night."""
    return settings(max_examples=nightly if NIGHTLY else suite, phases=_PHASES, suppress_health_check=HELD)


# ── cells ─────────────────────────────────────────────────────────────────────────────────────────────

UGLY = (
    "<script>alert(1)</script>", "{{ 7*7 }}{% raw %}", "=cmd|' /C calc'!A0", "+33 6", "-1", "@SUM(A1)", "#REF!", "a\r\nBcc: b@c.fr",
    "../../etc/passwd", "CON", "a\x00b", "\x1b[2J", "\u202eabc", "\u2028", "\ufeff", "\uffff", "🎭‍👩🏽", "שלום مرحبا",
    "e\u0301", "ﬁ", "İ", "ß", "oui", "non", "X", "n/a", "-", "?", "0", "00000", "1e999", "NaN", "inf", "٣٥", "²", "½", "1/0", "35h",
    "12:60", "31/02/2027", "29/02/2100", "00/00/0000", "01/01/0001", "31/12/9999", "2027-13-45", "du 01/02/2027 au 30/01/2027",
    "01/02/2027-26/02/2027 : 7 h/jour", "01/02/2027-26/02/2027 : 1e9 h/jour", "France", "Corée", "Mars", "EUR", "€", "12 345,67 €",
    "1 234 567 890 123 456 789,99", "2 55 08 14 168 025 38", "255081416802538", "jean@é.fr", "a@b", "a" * 300 + "@b.fr",
    "mot " * 2000, "é" * 12_000, "a\tb", "\xa0", " ", "«»", "'", '"', "\\", "%s%n", "\u0000", "_x000D_", "]]>", "&amp;&#0;", "1,2,3", ";",
)  # fmt: skip
_DAYS = st.sampled_from([date(1, 1, 1), date(1899, 12, 30), date(2027, 2, 1), date(2100, 2, 28), date(9999, 12, 31)])
_MOMENTS = st.sampled_from([datetime.min, datetime(2027, 2, 1, 23, 59), datetime.max])  # noqa: DTZ001, DTZ901 (cells know no zone)
_OTHERS = st.sampled_from(
    [time.min, time(12, 30), time.max, timedelta.min, timedelta(hours=35), timedelta.max, timedelta(-1)]
    + [ErrorCell("#REF!"), ErrorCell(""), ErrorCell("<b>"), True, False]
)
_NUMBERS = st.sampled_from(
    [0, -1, 35, 574, 10**15, 10**40, -(10**40), 2**63, 0.1, -0.0, 1e308, 5e-324, float("inf"), float("-inf")]
)
VALUES: st.SearchStrategy[CellValue] = st.one_of(
    st.sampled_from(UGLY),
    st.text(max_size=30).filter(bool),
    st.text(string.digits + " .,/-:h€%", min_size=1, max_size=14),
    _NUMBERS,
    st.integers(),
    st.floats(allow_nan=False),
    _DAYS,
    _MOMENTS,
    _OTHERS,
)


@st.composite
def rows(draw: st.DrawFn) -> tuple[CellValue, ...]:
    """Return one row under the headers of :func:`labels`: a perfect form, some or all of its cells hostile."""
    keys = list(labels())
    row: dict[str, CellValue] = {**perfect(draw(st.integers(1, 60)))}
    wrong = draw(st.dictionaries(st.sampled_from(keys), st.none() | VALUES, max_size=12))
    if draw(st.integers(0, 9)) == 9:
        chance = draw(st.randoms(use_true_random=False))
        pool = draw(st.lists(VALUES, min_size=1, max_size=8))
        wrong = {key: chance.choice(pool) for key in keys if chance.random() < 0.9} | wrong
    row |= wrong
    return tuple(row.get(key) for key in keys)


@st.composite
def headers(draw: st.DrawFn) -> list[tuple[CellValue, ...]]:
    """Return the first rows of a sheet: known labels in any order, some of them damaged, doubled or missing."""
    known = draw(st.sampled_from([list(labels().values()), _known_headers()]))
    taken = draw(st.lists(st.sampled_from(known), max_size=14))
    if draw(st.booleans()):  # enough to be recognised
        taken = [labels()[key] for key in ("etudiant.numero", "organisme.raison_sociale", "stage.date_debut")] + taken
    line: list[CellValue] = [draw(_spelt(text)) if draw(st.integers(0, 4)) == 0 else text for text in taken]
    above = draw(st.lists(st.lists(st.none() | VALUES, max_size=4).map(tuple), max_size=3))
    return [*above, tuple(draw(st.permutations(line)))]


def _spelt(text: str) -> st.SearchStrategy[CellValue]:
    return st.one_of(
        st.sampled_from([text.upper(), f" {text} * :", text + "\n(obligatoire)", text[:-1], text + " 2", "", None]),
        VALUES,
    )


@cache
def _known_headers() -> list[str]:
    """Return the headers of a real export of another system."""
    return (ROOT / "examples" / "pstage_export.csv").read_text(encoding="cp1252").splitlines()[0].split(";")


# ── files ─────────────────────────────────────────────────────────────────────────────────────────────


@cache
def sound_files() -> Mapping[str, bytes]:
    """Return the files that are damaged, by their names: one of each format at least."""
    shipped = ("google_forms.csv", "framaforms.csv", "microsoft_forms.xlsx", "ipro_fiches.xlsx")
    return {
        **{name: (ROOT / "examples" / name).read_bytes() for name in shipped},
        "fiche.xlsx": form_xlsx("essai"),
        "fiche.xls": old_workbook("essai"),
        "fiche.ods": sound_ods("essai"),
        "fiche.csv": form_csv("essai").encode("utf-16"),
    }


def _flip(content: bytes, chance: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(chance.choice((1, 1, 3, 40))):
        changed[chance.randrange(len(changed))] = chance.choice((0, 0xFF, chance.randrange(256)))
    return bytes(changed)


def _cut(content: bytes, chance: random.Random) -> bytes:
    first, last = sorted(chance.randrange(len(content) + 1) for _ in range(2))
    return content[:first] if chance.random() < 0.5 else content[:first] + content[last:]


def _swap(content: bytes, chance: random.Random) -> bytes:
    a, b, c = sorted(chance.randrange(len(content) + 1) for _ in range(3))
    return content[:a] + content[b:c] + content[a:b] + content[c:]


def _repeat(content: bytes, chance: random.Random) -> bytes:
    first = chance.randrange(len(content))
    return (
        content[:first] + content[first : first + chance.randrange(1, 400)] * chance.choice((2, 50)) + content[first:]
    )


def _insert(content: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(content) + 1)
    return (
        content[:at]
        + chance.choice((chance.randbytes(8), b'"', b"\0", b"\r", b"\x1a", "\ufeff".encode()))
        + content[at:]
    )


_HOSTILE = (b"", b"-1", b"0", b"99999999999999999999", b"NaN", b"A0", b"XFD1048576", b"ZZZZ9", b"../../x", b"rId99", b"e", b"s", b"d", b"b",
            b"n", b"str", b"inlineStr", b"&lt;", b"&a;", "é".encode(), b"\xff", b"1900-01-00", b"true", b"1e400")  # fmt: skip
_ATTRIBUTE = re.compile(rb"=\"[^\"]*\"")
_ELEMENT = re.compile(rb"<[^<>]*>")
_TEXT = re.compile(rb">[^<>]+<")


def _edit(content: bytes, chance: random.Random) -> bytes:
    """Return the XML with an attribute, a tag or a text changed."""
    pattern, shape = chance.choice(((_ATTRIBUTE, b'="%b"'), (_ELEMENT, b"%b"), (_TEXT, b">%b<")))
    found = list(pattern.finditer(content))
    if not found:
        return _flip(content, chance) if content else b"x"
    hit = chance.choice(found)
    other = chance.choice((shape % chance.choice(_HOSTILE), chance.choice(found).group()))
    return content[: hit.start()] + other + content[hit.end() :]


def _repack(content: bytes, chance: random.Random) -> bytes:
    """Return the archive with members changed, taken away, doubled or in each other's place."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = [(name, archive.read(name)) for name in archive.namelist()]
    except (
        zipfile.BadZipFile,
        zlib.error,
        OSError,
        EOFError,
        ValueError,
        NotImplementedError,
        RuntimeError,
    ):  # damaged before
        return _flip(content, chance)
    if not members:
        return content
    at = chance.randrange(len(members))
    name, inside = members[at]
    match chance.randrange(6):
        case 0:
            del members[at]
        case 1:
            members.append((chance.choice(members)[0], inside))
        case 2:
            members[at] = (chance.choice(("../../x", "xl/worksheets/sheet1.xml", "content.xml", name.upper())), inside)
        case 3:
            members[at] = (name, chance.choice((_flip, _cut, _swap))(inside or b" ", chance))
        case _:
            members[at] = (name, _edit(inside, chance))
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, data in members:
            archive.filelist.append(_entry(archive, member, data))
    return stream.getvalue()


def _entry(archive: zipfile.ZipFile, name: str, data: bytes) -> zipfile.ZipInfo:
    """Write one member, also under a name that is there already, which zipfile would warn of."""
    archive.NameToInfo.clear()
    archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return archive.filelist.pop()


_WAYS: Mapping[str, Damage] = {
    "flip": _flip, "cut": _cut, "swap": _swap, "repeat": _repeat, "insert": _insert, "repack": _repack,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Damaged:
    """A file that was sound before it was damaged: what is printed of it is enough to damage it again."""

    name: str
    sound: str
    how: tuple[str, ...]
    seed: int

    @property
    def content(self) -> bytes:
        """The bytes of the file."""
        content, chance = sound_files()[self.sound], random.Random(self.seed)  # noqa: S311 (no secret)
        for way in self.how:
            content = _WAYS[way](content or b" ", chance)
        return content


@st.composite
def damaged_files(draw: st.DrawFn) -> Damaged:
    """Return a file that was sound before it was damaged, once or several times."""
    sound = draw(st.sampled_from(sorted(sound_files())))
    ways = [*_WAYS, *["repack"] * 10] if sound_files()[sound].startswith(b"PK") else [*_WAYS][:-1]
    how = draw(st.lists(st.sampled_from(ways), min_size=1, max_size=4))
    name = draw(st.sampled_from([sound] * 9 + ["a.xlsx", "a.csv", "a.tsv", "a.ods", "a.xls"]))
    return Damaged(name, sound, tuple(how), draw(st.integers(0, 2**48)))
