"""Two copies of suivi.xlsx, filled in by two people, in the inbox of one night: what agrees is taken, the rest is told."""

from __future__ import annotations

import html
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl

from tools.examples.contact import perfect
from tools.shows.stage import DAY, Stage, answer, decide, edited, play

_SENT = date(2026, 11, 20)
_CODE = {"organisme.code_postal": "99999"}
_ROUX, _KLEIN = "Mme Roux", "M. Klein"


def scene(stage: Stage) -> None:
    """Play four nights."""
    rows = [perfect(0), perfect(1), {**perfect(2), **_CODE}, {**perfect(3), **_CODE}]
    stage.deposit(rows)
    stage.night()
    one, two, three, four = sorted(stage.current())

    def of_roux(book: Any) -> None:
        sheet = book["Dossiers"]
        answer(sheet, one, Envoyée_le=_SENT, Mode_de_signature="papier", Note_libre="Rappeler la tutrice lundi")
        answer(sheet, two, Envoyée_le=_SENT)
        decide(book["À décider"], three, "ETS-04", "accepté", "Code CEDEX")
        decide(book["À décider"], four, "ETS-04", "accepté", "Code CEDEX")

    def of_klein(book: Any) -> None:
        sheet = book["Dossiers"]
        answer(sheet, one, Envoyée_le=_SENT, Mode_de_signature="électronique")
        answer(sheet, two, Signature_organisme=_SENT, Note_libre="=2+3 n’est pas une formule")
        decide(book["À décider"], three, "ETS-04", "refusé", "Cette adresse n’existe pas")

    stage.say("Deux personnes remplissent chacune leur copie du même suivi.xlsx.")
    for name, edit, who, hour in (("suivi Roux.xlsx", of_roux, _ROUX, 14), ("suivi Klein.xlsx", of_klein, _KLEIN, 16)):
        copy = stage.copy("suivi.xlsx", name)
        stage.drop(edited(copy, copy, edit, who, datetime(2026, 11, 21, hour)))  # noqa: DTZ001 (as the workbook says it)
    original = (stage.outbox / "suivi.xlsx").read_bytes()
    stage.night()
    for name in ("suivi Klein.xlsx", "suivi Roux.xlsx"):
        source = stage.source(name)
        stage.say(f"  {name}")
        stage.quote([*source["notes"], *(f"ligne {row['row']}, {row['reason']}" for row in source["unread"])])
    state = stage.told()
    for reference, what, value, who in (
        (one, "envoyee_le", _SENT, _ROUX),
        (one, "signature_mode", "papier", _ROUX),
        (one, "note", "Rappeler la tutrice lundi", _ROUX),
        (two, "envoyee_le", _SENT, _ROUX),
        (two, "signature_organisme", _SENT, _KLEIN),
        (two, "note", "=2+3 n’est pas une formule", _KLEIN),
    ):
        stage.prove(state[reference].get(what) == (value, who), f"{reference}, {what} : {value}, de {who}")
    stage.prove(
        stage.source("suivi Roux.xlsx")["unread"] == [], "tout ce que Mme Roux a enregistré en premier est pris"
    )
    refused = [row["reason"] for row in stage.source("suivi Klein.xlsx")["unread"]]
    stage.prove(len(refused) == 2, "les deux désaccords sont dits à M. Klein")
    mode, choice = sorted(refused, key=lambda reason: "Décision" in reason)
    stage.prove("papier" in mode and "électronique" in mode, "le mode de signature, avec les deux valeurs")
    stage.prove("accepté" in choice and "refusé" in choice, "la décision, avec les deux réponses")
    page = " ".join(html.unescape(stage.page).split())
    stage.prove(all(" ".join(reason.split()) in page for reason in refused), "rapport.html les dit aussi")
    stage.prove("2 réponses rendues n’ont pas été prises" in page, "et le dit d’emblée")
    stage.prove(
        [stage.current()[r]["status"] for r in (three, four)] == ["prêt", "prêt"], "les deux questions sont réglées"
    )
    book = stage.outbox / "suivi.xlsx"
    stage.prove(
        book.read_bytes() != original and cell(book, one, "Envoyée le") == _SENT, "suivi.xlsx, intact, est remplacé"
    )
    stage.prove(cell(book, two, "Note libre") == "=2+3 n’est pas une formule", "ce qui commence par = reste un texte")

    stage.say("Mme Roux écrit dans le suivi de la boîte de sortie même, et ne le dépose pas.")
    hers = edited(book, book, lambda b: answer(b["Dossiers"], three, Note_libre="à moi"), _ROUX).read_bytes()
    outcome = stage.night(DAY)
    beside = stage.outbox / f"suivi_{DAY.isoformat()}.xlsx"
    stage.quote(outcome.notices)
    stage.prove(book.read_bytes() == hers, "le sien reste tel quel")
    stage.prove(
        beside.is_file() and any(beside.name in notice for notice in outcome.notices), f"le nôtre : {beside.name}"
    )

    stage.say("Elle en dépose une copie.")
    stage.drop(book, "suivi complété.xlsx")
    outcome = stage.night(DAY)
    stage.prove(stage.told()[three].get("note") == ("à moi", _ROUX), "sa réponse est enregistrée")
    stage.prove(
        book.read_bytes() != hers and cell(book, three, "Note libre") == "à moi",
        "et suivi.xlsx est de nouveau le nôtre",
    )
    stage.prove(not beside.exists(), "la copie datée n’est plus là")
    stage.prove(stage.told()[one] == state[one], "rien n’est perdu")


def cell(path: Path, reference: str, title: str) -> object:
    """Return a cell of « Dossiers »."""
    sheet = openpyxl.load_workbook(path)["Dossiers"]
    titles = {str(one.value).removeprefix("● "): index for index, one in enumerate(sheet[2])}
    row = next(cells for cells in sheet.iter_rows(min_row=3) if cells[titles["Référence"]].value == reference)
    value = row[titles[title]].value
    return value.date() if isinstance(value, datetime) else value


if __name__ == "__main__":
    raise SystemExit(play(scene))
