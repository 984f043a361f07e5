"""A doubt accepted, then falling when the value changes; a decision for a host; a refusal; what cannot be accepted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from tools.examples.contact import perfect
from tools.examples.people import phone
from tools.shows.stage import Stage, asked, decide, edited, play

_PERSONAL, _OTHER = "lea@exemple.org", "lea.bis@exemple.org"
_DRAFT = "PROJET"
_HOST = {"organisme.raison_sociale": "Musée du Vent", "organisme.siret": perfect(1)["organisme.siret"]}
_WRONG_CODE = {**_HOST, "organisme.code_postal": "99999"}
"""No town of France has it: a doubt, which may be settled for every student of this host."""
_DAYS = [date(2026, 11, day) for day in (21, 23, 24, 25, 26)]


def scene(stage: Stage) -> None:
    """Play five nights."""
    rows = [
        {**perfect(0), "etudiant.email": _PERSONAL},
        {**perfect(1), **_WRONG_CODE},
        {**perfect(2), "etudiant.email": "linh@exemple.org"},
        {**perfect(3), "gratification.montant": "3,10"},
    ]
    stage.deposit(rows)
    stage.night(_DAYS[0])
    doubt, host, refused, blocked = sorted(stage.current())
    stage.say("Première nuit : trois questions à décider, un dossier à corriger.")
    for reference, rule in asked(stage.outbox / "suivi.xlsx"):
        stage.quote([f"{reference} : {_finding(stage, reference, rule)['message']}"])
    stage.prove(_status(stage) == ["à vérifier", "à vérifier", "à vérifier", "à corriger"], "les quatre états")
    stage.prove(_DRAFT in stage.word(f"convention_{doubt}"), f"{doubt} : convention marquée PROJET")
    stage.prove(blocked not in {ref for ref, _ in asked(stage.outbox / "suivi.xlsx")}, f"{blocked} ne se décide pas")

    stage.say("Mme Roux répond dans « À décider », et force une ligne pour le dossier à corriger.")

    def answers(book: Any) -> None:
        sheet = book["À décider"]
        decide(sheet, doubt, "IDE-02", "accepté", "Adresse vérifiée au téléphone")
        decide(sheet, host, "ETS-04", "accepté", "Code CEDEX de l’organisme", "cet organisme")
        decide(sheet, refused, "IDE-02", "refusé", "Écrivez depuis votre adresse universitaire")
        forced = {"Référence": blocked, "Règle": "GRA-02", "Décision": "accepté", "Motif": "Je l’accepte quand même"}
        titles = [str(cell.value).removeprefix("● ") for cell in sheet[1]]
        sheet.append([forced.get(title) for title in titles])

    _return(stage, answers, "réponses de Mme Roux.xlsx", _DAYS[0])
    stage.night(_DAYS[1])
    _tell(stage, "réponses de Mme Roux.xlsx")
    stage.prove(_status(stage) == ["prêt", "prêt", "refusé", "à corriger"], "deux prêts, un refusé, un à corriger")
    stage.prove(_DRAFT not in stage.word(f"convention_{doubt}"), f"{doubt} : la convention n’est plus un projet")
    accepted = _finding(stage, doubt, "IDE-02")
    stage.quote([accepted["fix"]])
    stage.prove(
        accepted["severity"] == "information" and accepted["decision"]["by"] == "Mme Roux", "qui l’a accepté est dit"
    )
    letter = stage.letter(f"message_{refused}")
    stage.prove(
        "Écrivez depuis votre adresse universitaire" in letter, f"{refused} : la lettre de refus donne le motif"
    )
    stage.prove(not _documents(stage, refused, "convention_"), f"{refused} : sa convention est retirée")
    reasons = [one["reason"] for one in stage.source("réponses de Mme Roux.xlsx")["unread"]]
    stage.prove(len(reasons) == 1, "l’acceptation du dossier à corriger est refusée, avec sa raison")
    stage.prove(_finding(stage, blocked, "GRA-02")["severity"] == "bloquant", f"{blocked} reste bloqué")

    stage.say("Un autre étudiant vient dans le même organisme, avec le même code postal.")
    rows.append({**perfect(4), **_WRONG_CODE, "formulaire.depose_le": _at(_DAYS[1])})
    stage.deposit(rows)
    stage.night(_DAYS[2])
    (mate,) = stage.current().keys() - {doubt, host, refused, blocked}
    stage.quote([_finding(stage, mate, "ETS-04")["fix"]])
    stage.prove(stage.current()[mate]["status"] == "prêt", f"{mate} : la décision pour l’organisme vaut pour lui")

    stage.say("L’export suivant change la valeur jugée, et rien que le téléphone de l’autre dossier.")
    rows[0] |= {"etudiant.email": _OTHER, "formulaire.depose_le": _at(_DAYS[2])}
    rows[1] |= {"etudiant.telephone": phone(40), "formulaire.depose_le": _at(_DAYS[2])}
    stage.deposit(rows)
    stage.night(_DAYS[3])
    stage.prove(stage.current()[doubt]["status"] == "à vérifier", f"{doubt} : la décision est tombée")
    stage.prove(_DRAFT in stage.word(f"convention_{doubt}"), f"{doubt} : la convention est de nouveau un projet")
    stage.prove(
        (doubt, "IDE-02") in asked(stage.outbox / "suivi.xlsx"), f"{doubt} : la question revient dans « À décider »"
    )
    stage.prove(stage.current()[host]["status"] == "prêt", f"{host} : ce qui n’a pas été jugé peut changer")

    stage.say("Une nuit de plus, sans rien de nouveau.")
    times = stage.times()
    outcome = stage.night(_DAYS[4])
    stage.prove(outcome.made == 0 and stage.times() == times, "aucun document n’est refait")
    stage.prove(_status(stage) == ["à vérifier", "prêt", "refusé", "à corriger", "prêt"], "les décisions tiennent")


def _return(stage: Stage, edit: Any, name: str, day: date) -> None:
    book = stage.copy("suivi.xlsx", name)
    stage.drop(edited(book, book, edit, "Mme Roux", _at(day, 15)))


def _at(day: date, hour: int = 9) -> datetime:
    return datetime(day.year, day.month, day.day, hour)  # noqa: DTZ001 (a spreadsheet's clock)


def _tell(stage: Stage, file: str) -> None:
    source = stage.source(file)
    stage.quote([*source["notes"], *(f"ligne {one['row']}, {one['reason']}" for one in source["unread"])])


def _status(stage: Stage) -> list[str]:
    return [row["status"] for _, row in sorted(stage.current().items())]


def _finding(stage: Stage, reference: str, rule: str) -> Mapping[str, Any]:
    return next(one for one in stage.current()[reference]["findings"] if one["rule"] == rule)


def _documents(stage: Stage, reference: str, start: str) -> list[str]:
    return [path for path in stage.documents() if path.rpartition("/")[2].startswith(f"{start}{reference}")]


if __name__ == "__main__":
    raise SystemExit(play(scene))
