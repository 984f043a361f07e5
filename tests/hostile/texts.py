"""Text files that are none, or odd ones."""

from __future__ import annotations

from pathlib import Path

from tests.hostile.bad_file import Family, Ground
from tests.hostile.parts import form_csv

TEXTS = Family("Text files")
_NOT_TEXT = "le contenu n’est pas du texte"
_NO_FORM = "aucun"
_WIDE = "plus de "


@TEXTS.entry("texte-vide", "a file of no byte", "rejeté", "le fichier est vide")
def _empty(folder: Path, _: Ground) -> None:
    (folder / "a.csv").write_bytes(b"")


@TEXTS.entry("texte-un-octet", "a file of one byte", "rejeté", _NO_FORM)
def _one_byte(folder: Path, _: Ground) -> None:
    (folder / "a.csv").write_bytes(b"x")


@TEXTS.entry("texte-marque", "nothing but a byte order mark", "rejeté", "le fichier ne contient aucune donnée")
def _mark(folder: Path, _: Ground) -> None:
    (folder / "a.csv").write_bytes(b"\xef\xbb\xbf")


@TEXTS.entry("texte-nul", "NUL bytes", "rejeté", _NOT_TEXT)
def _nul(folder: Path, _: Ground) -> None:
    (folder / "a.csv").write_bytes(b"\0" * 5000)


@TEXTS.entry("texte-octets", "bytes of no text at all", "rejeté", _NOT_TEXT)
def _bytes(folder: Path, _: Ground) -> None:
    (folder / "a.csv").write_bytes(bytes(range(256)) * 20)


@TEXTS.entry("texte-utf16", "UTF-16 without its mark", "lu")
def _utf16(folder: Path, _: Ground) -> None:
    (folder / "a.csv").write_bytes(form_csv("texte-utf16").encode("utf-16-le"))


@TEXTS.entry("texte-latin", "Windows’ own eight-bit letters (cp1252)", "lu")
def _latin(folder: Path, _: Ground) -> None:
    (folder / "a.csv").write_bytes(form_csv("texte-latin").encode("cp1252"))


@TEXTS.entry("texte-utf8-faux", "UTF-8 with broken sequences in it", "lu")
def _broken_utf8(folder: Path, _: Ground) -> None:
    (folder / "a.csv").write_bytes(form_csv("texte-utf8-faux").encode().replace(b"Durand", b"Dur\xc3\xffand", 1))


@TEXTS.entry("texte-fins-de-ligne", "line ends of three systems in one file", "lu", rows=3)
def _line_ends(folder: Path, _: Ground) -> None:
    head, one = form_csv("texte-fins-de-ligne", end="\n").splitlines()
    two, three = (form_csv(f"texte-fins-de-ligne-{i}", end="\n").splitlines()[1] for i in (2, 3))
    (folder / "a.csv").write_bytes(f"{head}\n{one}\r\n{two}\r{three}\n\r\n".encode())


@TEXTS.entry("texte-guillemet", "a quotation mark that is never closed", "rejeté", "un guillemet ouvert")
def _quote(folder: Path, _: Ground) -> None:
    (folder / "a.csv").write_bytes(form_csv("texte-guillemet").encode() + b'\r\n"21000001;DURAND\r\n')


@TEXTS.entry("texte-formule", "formulas, DDE calls among them, as texts of a CSV", "lu")
def _formula(folder: Path, _: Ground) -> None:
    changes = {
        "stage.sujet": '=HYPERLINK("http://127.0.0.1:9/","Cliquez")',
        "stage.activites": "=cmd|' /C calc'!A0",
        "stage.competences": "@SUM(1+1)*cmd|' /C calc'!A0",
        "organisme.raison_sociale": "+1+1",
    }
    (folder / "a.csv").write_bytes(form_csv("texte-formule", changes=changes).encode())


@TEXTS.entry("texte-separateur", "a line sep= that names a letter as the separator", "rejeté", "système non reconnu")
def _separator(folder: Path, _: Ground) -> None:
    (folder / "a.csv").write_bytes(b"sep=e\r\n" + form_csv("texte-separateur").encode())


@TEXTS.entry("texte-controles", "control characters and escape sequences in the cells", "lu")
def _controls(folder: Path, _: Ground) -> None:
    changes = {"stage.sujet": "Édition\x1b[2J\x07 d’un\x00 recueil \u202e\u2066 de récits\x0b\x0c"}
    text = form_csv("texte-controles", changes=changes).replace("\x00", "")
    (folder / "a.csv").write_bytes(text.encode())


@TEXTS.entry("texte-virgules", "100 MB of commas", "rejeté", "le fichier dépasse la taille admise", heavy=True)
def _commas(folder: Path, ground: Ground) -> None:
    with (folder / "a.csv").open("wb") as file:
        for _ in range(100 if ground.full else 1):
            file.write(b"," * 1_000_000)
        file.truncate(max(file.tell(), 2 * ground.limits.file_bytes))


@TEXTS.entry("texte-une-ligne", "one line of 20 MB", "rejeté", _NO_FORM, heavy=True)
def _one_line(folder: Path, ground: Ground) -> None:
    (folder / "a.csv").write_bytes(b"a" * (20_000_000 if ground.full else 200_000))


@TEXTS.entry("texte-colonnes", "a line of a million semicolons with a value after them", "rejeté", _WIDE, heavy=True)
def _wide(folder: Path, ground: Ground) -> None:
    line = ";" * (1_000_000 if ground.full else 10_000) + "x"
    (folder / "a.csv").write_bytes(f"{form_csv('texte-colonnes')}{line}\r\n".encode())


@TEXTS.entry("texte-lignes", "two million lines", "rejeté", _WIDE, heavy=True)
def _long(folder: Path, ground: Ground) -> None:
    lines = 2_000_000 if ground.full else 20_000
    (folder / "a.csv").write_bytes(form_csv("texte-lignes").encode() + b"21;A;B\r\n" * lines)


@TEXTS.entry("texte-lignes-vides", "a form under two million empty lines", "lu", heavy=True)
def _blank_lines(folder: Path, ground: Ground) -> None:
    lines = 2_000_000 if ground.full else 20_000
    (folder / "a.csv").write_bytes(form_csv("texte-lignes-vides").encode() + b"\r\n" * lines)


@TEXTS.entry(
    "texte-cellule", "a cell of a million characters in a text: its row is told", "lu", rows=0, unread=1, heavy=True
)
def _cell(folder: Path, ground: Ground) -> None:
    size = 1_000_000 if ground.full else 60_000
    (folder / "a.csv").write_bytes(
        form_csv("texte-cellule", changes={"stage.activites": "mot " * (size // 4)}).encode()
    )
