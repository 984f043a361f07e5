"""Zip archives that lie, explode or are broken."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from pathlib import Path

from tests.hostile.bad_file import Family, Ground
from tests.hostile.parts import form_parts, form_xlsx, zipped

ARCHIVES = Family("Archives")
_DAMAGED = "le fichier est endommagé"
_UNPACKED = "le contenu décompressé dépasse la taille admise"
_SHEET = "xl/worksheets/sheet1.xml"


@ARCHIVES.entry(
    "bombe-membre", "a zip bomb: one member that unpacks to twice what is allowed", "rejeté", _UNPACKED, heavy=True
)
def _one_member(folder: Path, ground: Ground) -> None:
    with zipfile.ZipFile(folder / "a.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in form_parts("bombe-membre").items():
            archive.writestr(name, content)
        with archive.open("xl/media/image1.bmp", "w", force_zip64=True) as stream:
            for _ in range(2 * ground.limits.unpacked_bytes // 1_000_000):
                stream.write(bytes(1_000_000))


@ARCHIVES.entry("bombe-membres", "a zip bomb of many members, none of them large", "rejeté", _UNPACKED, heavy=True)
def _many_members(folder: Path, ground: Ground) -> None:
    count = 200
    size = 2 * ground.limits.unpacked_bytes // count
    with zipfile.ZipFile(folder / "a.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in form_parts("bombe-membres").items():
            archive.writestr(name, content)
        for number in range(count):
            archive.writestr(f"xl/media/image{number}.bmp", bytes(size))


@ARCHIVES.entry("bombe-poupees", "bombs inside a bomb: what a workbook embeds is never opened", "lu")
def _nested(folder: Path, _: Ground) -> None:
    inner = bytes(1_000_000)
    for depth in range(5):
        inner = zipped({f"{depth}.zip": inner})
    (folder / "a.xlsx").write_bytes(zipped({**form_parts("bombe-poupees"), "xl/embeddings/oleObject1.zip": inner}))


@ARCHIVES.entry("bombe-chevauchement", "a zip bomb whose members share the same bytes", "rejeté", "le ", heavy=True)
def _overlap(folder: Path, ground: Ground) -> None:
    size = ground.limits.unpacked_bytes // 10
    raw = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = raw.compress(bytes(size)) + raw.flush()
    name, crc = b"xl/workbook.xml", zlib.crc32(bytes(size))
    local = struct.pack("<IHHHHHIIIHH", 0x04034B50, 20, 0, 8, 0, 33, crc, len(packed), size, len(name), 0) + name
    entry = (
        struct.pack(
            "<IHHHHHHIIIHHHHHII",
            0x02014B50, 20, 20, 0, 8, 0, 33, crc, len(packed), size, len(name), 0, 0, 0, 0, 0, 0,
        )
        + name
    )  # fmt: skip
    count = 1000
    end = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, count, count, count * len(entry), len(local + packed), 0)
    (folder / "a.xlsx").write_bytes(local + packed + entry * count + end)


@ARCHIVES.entry(
    "bombe-tailles", "a member that says ten bytes and unpacks to more than is allowed", "rejeté", _UNPACKED, heavy=True
)
def _lying(folder: Path, ground: Ground) -> None:
    size = 2 * ground.limits.unpacked_bytes
    content = bytearray(zipped({**form_parts("bombe-tailles"), "xl/media/image1.bmp": bytes(size)}))
    for place in _all(bytes(content), struct.pack("<I", size)):
        content[place : place + 4] = struct.pack("<I", 10)
    (folder / "a.xlsx").write_bytes(bytes(content))


@ARCHIVES.entry("bombe-noms", "60 000 empty members", "lu", heavy=True)
def _names(folder: Path, ground: Ground) -> None:
    parts = form_parts("bombe-noms")
    parts |= {f"xl/vide/{number}": b"" for number in range(60_000 if ground.full else 2_000)}
    (folder / "a.xlsx").write_bytes(zipped(parts))


@ARCHIVES.entry("zip-coupe", "a workbook cut in its middle", "rejeté", _DAMAGED)
def _cut(folder: Path, _: Ground) -> None:
    content = form_xlsx("zip-coupe")
    (folder / "a.xlsx").write_bytes(content[: len(content) // 2])


@ARCHIVES.entry("zip-signature", "the first two bytes of a zip and nothing else", "rejeté", _DAMAGED)
def _signature(folder: Path, _: Ground) -> None:
    (folder / "a.xlsx").write_bytes(b"PK")


@ARCHIVES.entry("zip-vide", "an archive without any member", "rejeté", "ce n’est pas un classeur")
def _nothing(folder: Path, _: Ground) -> None:
    (folder / "a.xlsx").write_bytes(zipped({}))


@ARCHIVES.entry("zip-repertoire", "a broken central directory", "rejeté", _DAMAGED)
def _directory(folder: Path, _: Ground) -> None:
    content = bytearray(form_xlsx("zip-repertoire"))
    begin = content.index(b"PK\x01\x02")
    content[begin + 20 : begin + 60] = b"\xff" * 40
    (folder / "a.xlsx").write_bytes(bytes(content))


@ARCHIVES.entry("zip-controle", "a member whose checksum is wrong", "rejeté", _DAMAGED)
def _checksum(folder: Path, _: Ground) -> None:
    content = bytearray(form_xlsx("zip-controle"))
    for place in (content.index(b"PK\x01\x02") + 16, 14):
        content[place] ^= 0xFF
    (folder / "a.xlsx").write_bytes(bytes(content))


@ARCHIVES.entry("zip-chemins", "member names that climb out of the archive: nothing is unpacked to the disk", "lu")
def _paths(folder: Path, _: Ground) -> None:
    names = ("../../../../tmp/echappe.csv", "/etc/echappe", "C:\\echappe", "xl/../../../echappe", "a\nb", "")
    (folder / "a.xlsx").write_bytes(zipped({**form_parts("zip-chemins"), **dict.fromkeys(names, b"x")}))


@ARCHIVES.entry("zip-doublons", "the same sheet twice under one member name", "lu")
def _twice(folder: Path, _: Ground) -> None:
    other = form_parts("zip-doublons-2")[_SHEET]
    parts = form_parts("zip-doublons")
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in [*parts.items(), (_SHEET.replace("1", "9"), other)]:
            archive.writestr(name, content)
    (folder / "a.xlsx").write_bytes(stream.getvalue().replace(b"sheet9.xml", b"sheet1.xml"))


@ARCHIVES.entry("zip-commentaire", "a comment of 60 000 odd bytes", "lu")
def _comment(folder: Path, _: Ground) -> None:
    stream = io.BytesIO(form_xlsx("zip-commentaire"))
    with zipfile.ZipFile(stream, "a") as archive:
        archive.comment = bytes(range(256)) * 234
    (folder / "a.xlsx").write_bytes(stream.getvalue())


@ARCHIVES.entry("zip-avant", "a program before the archive", "rejeté", _DAMAGED)
def _before(folder: Path, _: Ground) -> None:
    (folder / "a.xlsx").write_bytes(b"MZ\x90\0" + b"\0" * 1020 + form_xlsx("zip-avant"))


@ARCHIVES.entry("zip-apres", "rubbish after the archive", "lu")
def _after(folder: Path, _: Ground) -> None:
    (folder / "a.xlsx").write_bytes(form_xlsx("zip-apres") + b"\0rubbish" * 50)


@ARCHIVES.entry("zip-chiffre", "members locked with a zip password", "rejeté", _DAMAGED)
def _locked(folder: Path, _: Ground) -> None:
    content = bytearray(form_xlsx("zip-chiffre"))
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        for place in _all(bytes(content), mark):
            content[place + flags] |= 1
    (folder / "a.xlsx").write_bytes(bytes(content))


@ARCHIVES.entry("zip-methode", "members packed by an unknown method", "rejeté", _DAMAGED)
def _method(folder: Path, _: Ground) -> None:
    content = bytearray(form_xlsx("zip-methode"))
    for mark, method in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        for place in _all(bytes(content), mark):
            content[place + method] = 99
    (folder / "a.xlsx").write_bytes(bytes(content))


def _all(content: bytes, mark: bytes) -> list[int]:
    """Return every place at which ``mark`` stands."""
    places, place = [], content.find(mark)
    while place >= 0:
        places.append(place)
        place = content.find(mark, place + 1)
    return places
