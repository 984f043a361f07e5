"""Names of files that break lines, shells, terminals and reports."""

from __future__ import annotations

import os
from pathlib import Path

from tests.hostile.bad_file import Builder, Family, Ground
from tests.hostile.parts import form_csv, form_xlsx

NAMES = Family("Names")


def _named(key: str, name: str) -> Builder:
    def build(folder: Path, _: Ground) -> None:
        (folder / name).write_bytes(form_xlsx(key))

    return build


for _key, _title, _name in (
    ("nom-ligne", "a line end in the name", "a\nb.xlsx"),
    ("nom-tabulation", "a tab and a carriage return in the name", "a\tb\rc.xlsx"),
    ("nom-guillemets", "quotation marks in the name", "a\"b'c«d».xlsx"),
    ("nom-commande", "commands of the shell in the name", "$(touch echappe)`touch echappe`;touch echappe|&.xlsx"),
    ("nom-tiret", "a leading dash, as of an option", "-rf --config=b.xlsx"),
    ("nom-direction", "a mark that writes the name from right to left", "fiche\u202excslx.xlsx"),
    ("nom-emoji", "an emoji of several marks and letters of several scripts", "👩🏽‍🎓ﷺ漢字.xlsx"),
    ("nom-balises", "markup and a template in the name", "<script>alert(1)<-script>{{ 7*7 }}{% x %}&amp;.xlsx"),
    ("nom-formule", "a formula in the name", "=cmd|' -C calc'!A0.xlsx"),
    ("nom-echappement", "escape sequences of the terminal in the name", "a\x1b[31m\x1b]0;titre\x07.xlsx"),
    ("nom-reserve", "a name that Windows keeps for itself", "CON.xlsx"),
    ("nom-espaces", "spaces and dots at both ends", " .a. .xlsx"),
    ("nom-pourcent", "percent signs and a question mark", "a%2e%2e%2fb%s%n?x=1#y.xlsx"),
):
    NAMES.entry(_key, _title, "lu")(_named(_key, _name))


@NAMES.entry("nom-255", "a name of 255 bytes", "lu")
def _long(folder: Path, _: Ground) -> None:
    (folder / ("é" * 125 + ".xlsx")).write_bytes(form_xlsx("nom-255"))


@NAMES.entry("nom-octets", "two names that are no UTF-8 and look alike", "lu", rows=2, files=2)
def _not_utf8(folder: Path, _: Ground) -> None:
    for number, byte in enumerate((b"\xff", b"\xfe")):
        with open(os.fsencode(folder) + b"/a" + byte + b".csv", "wb") as file:  # noqa: PTH123 (no Path of raw bytes)
            file.write(form_csv(f"nom-octets-{number}").encode())


@NAMES.entry("nom-accents", "one name written with two codes of the same accent", "lu", rows=2, files=2)
def _accents(folder: Path, _: Ground) -> None:
    for number, name in enumerate(("é.xlsx", "e\u0301.xlsx")):
        (folder / name).write_bytes(form_xlsx(f"nom-accents-{number}"))


@NAMES.entry("nom-verrou", "the mark that Excel leaves beside an open workbook", "en attente", "fichier temporaire")
def _lock(folder: Path, _: Ground) -> None:
    (folder / "~$a.xlsx").write_bytes(b"\x05Nom de quelqu\0" * 12)


@NAMES.entry("nom-partiel", "half-copied files", "en attente", "fichier temporaire", files=3)
def _partial(folder: Path, _: Ground) -> None:
    for name in ("a.xlsx.part", "b.csv.crdownload", "c.tmp"):
        (folder / name).write_bytes(form_xlsx("nom-partiel")[:900])


@NAMES.entry("nom-cache", "hidden files and a README", "passé", files=0)
def _hidden(folder: Path, _: Ground) -> None:
    for name in (".a.xlsx", ".~lock.a.ods#", "README.xlsx"):
        (folder / name).write_bytes(form_xlsx("nom-cache"))
    (folder / ".dossier").mkdir()
    (folder / ".dossier" / "a.xlsx").write_bytes(form_xlsx("nom-cache"))
