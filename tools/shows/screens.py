"""What a manager sees: rapport.html at 1 440 and 380 pixels, and both workbooks as LibreOffice Calc opens them."""

from __future__ import annotations

import shutil
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

from tools.shows.stage import DAY, ROOT, Stage, answer, asked, by_calc, decide, edited, play

_WIDTHS = {1440: 3200, 380: 5200}
"""Width → height of the screenshots, in pixels."""
_DOTS = 60
"""Per inch, of the printed workbooks."""


def scene(stage: Stage) -> None:
    """Play two nights on the examples, with some answers between them, and take the pictures."""
    shutil.copytree(ROOT / "examples", stage.inbox, dirs_exist_ok=True)
    stage.night()
    stage.say("Mme Roux décide, envoie et note des signatures ; la nuit suivante en tient compte.")
    ready = [reference for reference, row in sorted(stage.current().items()) if row["status"] == "prêt"]
    open_now = {reference for reference, row in stage.current().items() if row["status"] == "à vérifier"}
    question = next(one for one in asked(stage.outbox / "suivi.xlsx") if one[0] in open_now)

    def answers(book: Any) -> None:
        decide(book["À décider"], *question, "accepté", "Vu avec l’étudiante")
        for reference in ready[:8]:
            answer(book["Dossiers"], reference, Envoyée_le=date(2026, 11, 16))
        for reference in ready[:4]:
            answer(book["Dossiers"], reference, Signature_organisme=date(2026, 11, 18))

    book = stage.copy("suivi.xlsx", "suivi rempli.xlsx")
    stage.drop(edited(book, book, answers, "Mme Roux"))
    stage.night(DAY.replace(day=23))
    stage.prove(stage.source("suivi rempli.xlsx")["unread"] == [], "toutes ses réponses sont prises")
    stage.prove(stage.current()[question[0]]["status"] == "prêt", f"{question[0]} est prêt")

    pictures = stage.folder / "images"
    pictures.mkdir()
    page = stage.outbox / "rapports/dernier/rapport.html"
    for width, height in _WIDTHS.items():
        picture = _page(page, pictures / f"rapport_{width}.png", width, height)
        stage.prove(picture.is_file(), f"{picture.name}")
    for name in ("suivi.xlsx", "rapports/dernier/a_corriger.xlsx"):
        copy = stage.copy(name, Path(name).name)
        found = _sheets(by_calc(copy, "pdf"), pictures / copy.stem)
        stage.prove(found, f"{copy.stem} : {len(found)} pages")


def _page(page: Path, picture: Path, width: int, height: int) -> Path:
    """Take a picture of ``page`` as Chromium shows it."""
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None:
        raise SystemExit("Chromium est absent : aucune image de la page.")
    switches = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--hide-scrollbars")
    profile = f"--user-data-dir={picture.parent.parent / 'chromium'}"
    command = [program, *switches, profile, f"--screenshot={picture}", f"--window-size={width},{height}", page.as_uri()]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return picture


def _sheets(pdf: Path, stem: Path) -> list[Path]:
    """Take a picture of each page of ``pdf``."""
    subprocess.run(["pdftoppm", "-r", str(_DOTS), "-png", str(pdf), str(stem)], check=True, timeout=120)
    return sorted(stem.parent.glob(f"{stem.name}-*.png"))


if __name__ == "__main__":
    raise SystemExit(play(scene))
