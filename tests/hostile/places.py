"""What is no ordinary file, cannot be reached, or is too many."""

from __future__ import annotations

import os
import socket
import stat
from pathlib import Path

from tests.hostile.bad_file import Family, Ground
from tests.hostile.parts import form_xlsx

PLACES = Family("Links, devices, rights, numbers")
_ORDINARY = "ce n’est pas un fichier ordinaire"


def _not_root() -> str:
    return "" if os.geteuid() == 0 else "only root can make a device"


def _root() -> str:
    return "root reads everything" if os.geteuid() == 0 else ""


@PLACES.entry(
    "lien-dedans", "a link to another file of the inbox, which is read under both names", "lu", rows=2, files=2
)
def _link_inside(folder: Path, _: Ground) -> None:
    (folder / "a.xlsx").write_bytes(form_xlsx("lien-dedans"))
    (folder / "b.xlsx").symlink_to("a.xlsx")


@PLACES.entry("lien-dehors", "a link to a file outside the inbox", "rejeté", "ce lien mène hors de la boîte de dépôt")
def _link_outside(folder: Path, ground: Ground) -> None:
    (folder / "a.csv").symlink_to(ground.canary)


@PLACES.entry("lien-dehors-relatif", "the same by dots", "rejeté", "ce lien mène hors de la boîte de dépôt")
def _link_climbing(folder: Path, ground: Ground) -> None:
    (folder / "a.csv").symlink_to(os.path.relpath(ground.canary, folder))


@PLACES.entry("lien-dossier", "a link to a folder of the inbox", "rejeté", "ce lien mène à un dossier")
def _link_to_folder(folder: Path, _: Ground) -> None:
    (folder / "a.csv").symlink_to("..", target_is_directory=True)


@PLACES.entry("lien-boucle", "two links to each other", "rejeté", "ce lien ne mène à aucun fichier", files=2)
def _loop(folder: Path, _: Ground) -> None:
    (folder / "a.csv").symlink_to("b.csv")
    (folder / "b.csv").symlink_to("a.csv")


@PLACES.entry("lien-casse", "a link to nothing", "rejeté", "ce lien ne mène à aucun fichier")
def _dangling(folder: Path, _: Ground) -> None:
    (folder / "a.csv").symlink_to("absent.csv")


@PLACES.entry("lien-peripherique", "a link to a device", "rejeté", "ce lien mène hors de la boîte de dépôt")
def _link_to_device(folder: Path, _: Ground) -> None:
    (folder / "a.csv").symlink_to("/dev/zero")


@PLACES.entry("tube", "a FIFO that nobody writes to", "rejeté", _ORDINARY)
def _fifo(folder: Path, _: Ground) -> None:
    os.mkfifo(folder / "a.csv")


@PLACES.entry("prise", "a socket", "rejeté", _ORDINARY)
def _socket(folder: Path, _: Ground) -> None:
    with socket.socket(socket.AF_UNIX) as one:
        # Bound by a short name: the path of a socket may have no more than 107 bytes.
        at = os.open(folder, os.O_RDONLY)
        try:
            one.bind(f"/proc/self/fd/{at}/a.csv")
        finally:
            os.close(at)


@PLACES.entry("peripherique", "a device that never ends", "rejeté", _ORDINARY, impossible=_not_root)
def _device(folder: Path, _: Ground) -> None:
    os.mknod(folder / "a.csv", 0o600 | stat.S_IFCHR, os.makedev(1, 5))


@PLACES.entry("dossier-extension", "a folder whose name ends in .xlsx, with a form in it", "lu")
def _folder(folder: Path, _: Ground) -> None:
    (folder / "a.xlsx").mkdir()
    (folder / "a.xlsx" / "b.xlsx").write_bytes(form_xlsx("dossier-extension"))


@PLACES.entry(
    "droits-fichier", "a file that nobody may read", "rejeté", "ce fichier ne peut pas être lu", impossible=_root
)
def _closed_file(folder: Path, _: Ground) -> None:
    (folder / "a.xlsx").write_bytes(form_xlsx("droits-fichier"))
    (folder / "a.xlsx").chmod(0)


@PLACES.entry(
    "droits-dossier", "a folder that nobody may open", "rejeté", "ce sous-dossier ne peut pas être lu", impossible=_root
)
def _closed_folder(folder: Path, _: Ground) -> None:
    (folder / "b").mkdir(mode=0)


@PLACES.entry(
    "droits-traversee",
    "a folder that may be listed but not entered",
    "rejeté",
    "ce fichier ne peut pas être lu",
    impossible=_root,
)
def _unsearchable(folder: Path, _: Ground) -> None:
    (folder / "b").mkdir()
    (folder / "b" / "a.xlsx").write_bytes(form_xlsx("droits-traversee"))
    (folder / "b").chmod(0o400)


@PLACES.entry("nombre-fichiers", "two thousand tiny files", "rejeté", "aucun", files=2000, few=60, heavy=True)
def _many(folder: Path, ground: Ground) -> None:
    for number in range(2000 if ground.full else 60):
        (folder / f"{number:04d}.csv").write_bytes(b"%d\n" % number)


@PLACES.entry("profondeur", "a form two hundred folders deep", "lu")
def _deep(folder: Path, _: Ground) -> None:
    place = folder
    for _level in range(200):
        place /= "d"
    place.mkdir(parents=True)
    (place / "a.xlsx").write_bytes(form_xlsx("profondeur"))


def reopen(inbox: Path) -> None:
    """Give the rights back that an entry took, so that the folder can be removed."""
    for name in ("droits-dossier/b", "droits-traversee/b"):
        if (inbox / name).is_dir():
            (inbox / name).chmod(0o700)
