"""A dossier from its sending to its certificate: signatures in order, a changed form, an amendment, a change that needs more."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from tools.examples.contact import Row, abroad, perfect
from tools.shows.stage import DAY, Stage, answer, edited, play

_WHO = "Mme Roux"
_LONGER: Row = {"stage.date_fin": date(2027, 6, 25), "stage.duree_heures": 700, "assurance.rc_fin": date(2027, 9, 30)}
_ACTORS = ("Signature_organisme", "Signature_tuteur", "Signature_référent", "Signature_étudiant_(représentant)")


def scene(stage: Stage) -> None:
    """Play the year of one internship in Leipzig."""
    form = perfect(0) | abroad("Allemagne", "Leipzig", "Literaturhaus Lindenau e.V.", phone="+49 341 2345678")
    form |= {"etranger.accord_fsd": None, "assurance.ceam": None}
    stage.deposit([form])
    stage.night(DAY)
    ((reference, row),) = stage.current().items()
    stage.prove(row["status"] == "prêt", f"{reference} : la convention est prête, les pièces sont attendues")

    stage.say("Décembre : la convention part, tout le monde signe ; il manque la carte européenne et l’accord du FSD.")
    signed = {title: date(2026, 12, number) for number, title in enumerate(_ACTORS, 7)}
    _tell(stage, reference, "décembre", date(2026, 12, 14), Envoyée_le=date(2026, 12, 1), **signed,
          Signature_université=date(2026, 12, 14))  # fmt: skip
    refused = _refusals(stage, "décembre")
    stage.prove(len(refused) == 1 and "Signature université" in refused[0], "la signature de l’université est refusée")
    stage.prove("FSD" in refused[0] or "sécurité" in refused[0] or "arte européenne" in refused[0], "avec la raison")
    stage.prove(_etape(stage, reference) == "envoyé", f"{reference} est envoyé")

    stage.say("La carte et l’accord arrivent, mais une signature a été notée par erreur : elle est retirée.")
    _tell(stage, reference, "retrait", date(2026, 12, 15), CEAM_fin=date(2027, 12, 31), FSD_réponse="Accordé",
          FSD_date=date(2026, 12, 15), Annexe_étranger="reçu", Signature_référent=None)  # fmt: skip
    stage.prove(_refusals(stage, "retrait") == [], "les pièces et la réponse sont prises")
    _tell(stage, reference, "trop tôt", date(2026, 12, 16), Signature_université=date(2026, 12, 16))
    refused = _refusals(stage, "trop tôt")
    stage.prove(
        len(refused) == 1 and "référent" in refused[0], "sans la signature du référent, l’université ne signe pas"
    )
    _tell(stage, reference, "signée", date(2026, 12, 17), Signature_référent=date(2026, 12, 10),
          Signature_université=date(2026, 12, 17))  # fmt: skip
    stage.prove(
        _refusals(stage, "signée") == [] and _etape(stage, reference) == "signé", f"{reference} est signé par tous"
    )
    agreement, letter = _named(stage, f"convention_{reference}"), stage.letter(f"message_{reference}")

    stage.say("Mars : un nouvel export donne une autre date de fin.")
    stage.deposit([form | _LONGER | {"formulaire.depose_le": _at(date(2027, 3, 1))}])
    outcome = stage.night(date(2027, 3, 1))
    stage.prove([one.number for one in outcome.amended] == [1], "un avenant n° 1 est fait")
    text = stage.word(f"avenant_1_{reference}")
    stage.quote(line for line in text.splitlines() if re.search("28 mai 2027|25 juin 2027", line))
    stage.prove("28 mai 2027" in text and "25 juin 2027" in text, "son tableau dit avant et après")
    stage.prove(
        _named(stage, f"convention_{reference}") == agreement, "la convention signée est la même, octet pour octet"
    )
    stage.prove("Avenant n° 1" in stage.letter(f"message_avenant_1_{reference}"), "un message l’accompagne")
    stage.prove(stage.letter(f"message_{reference}") == letter, "et rien n’annonce de nouveau la convention")
    amendment = _named(stage, f"avenant_1_{reference}")
    _tell(stage, reference, "avenant", date(2027, 3, 8), Avenant_signé_le=date(2027, 3, 8))

    stage.say("Avril : la personne qui signe pour l’organisme n’est plus la même.")
    other = {"signataire.nom": "Autre", "formulaire.depose_le": _at(date(2027, 4, 5))}
    stage.deposit([form | _LONGER | other])
    outcome = stage.night(date(2027, 4, 5))
    stage.quote(one.reason for one in outcome.amended)
    stage.prove(
        [one.number for one in outcome.amended] == [None] and outcome.amended[0].reason, "pas d’avenant, et la raison"
    )
    stage.prove(_named(stage, f"avenant_2_{reference}") == {}, "rien n’est fait")
    stage.prove(_named(stage, f"convention_{reference}") == agreement, "la convention signée est la même")
    stage.prove(_named(stage, f"avenant_1_{reference}") == amendment, "l’avenant signé aussi")
    stage.deposit([form | _LONGER | {"formulaire.depose_le": _at(date(2027, 4, 12))}])
    outcome = stage.night(date(2027, 4, 12))
    stage.prove(not any(one.fresh or one.reason for one in outcome.amended), "la fiche rétablie ne demande rien")

    stage.say("Juin : le stage prend fin.")
    stage.night(date(2027, 5, 28))
    stage.prove(_named(stage, "message_attestation") == {}, "rien à la fin d’origine")
    stage.night(date(2027, 6, 28))
    letter = stage.letter("message_attestation")
    stage.quote([letter[:160] + "…"])
    stage.prove("25 juin 2027" in letter, "le message à la tutrice ou au tuteur porte la fin de l’avenant")
    stage.prove("25 juin 2027" in stage.word(f"attestation_{reference}"), "l’attestation préremplie aussi")
    stage.prove(_etape(stage, reference) == "terminé", f"{reference} est terminé")
    times = stage.times()
    outcome = stage.night(date(2027, 6, 29))
    stage.prove(outcome.made == 0 and stage.times() == times, "la nuit suivante ne fait rien")


def _tell(stage: Stage, reference: str, name: str, day: date, **answers: object) -> None:
    """Fill in the follow-up of the night before and let the next night pass; ``name`` is the file’s."""
    book = stage.copy("suivi.xlsx", f"{name}.xlsx")

    def edit(opened: Any) -> None:
        titles = {"CEAM_fin": "CEAM (fin)"}
        answer(opened["Dossiers"], reference, **{titles.get(key, key): value for key, value in answers.items()})

    stage.drop(edited(book, book, edit, _WHO))
    stage.night(day)


def _refusals(stage: Stage, name: str) -> list[str]:
    source = stage.source(f"{name}.xlsx")
    reasons = [str(one["reason"]) for one in source["unread"]]
    stage.quote([*source["notes"], *reasons])
    return reasons


def _etape(stage: Stage, reference: str) -> str:
    return stage.etapes()[reference]


def _named(stage: Stage, start: str) -> Mapping[str, bytes]:
    return {path: data for path, data in stage.documents().items() if path.rpartition("/")[2].startswith(start)}


def _at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 8)  # noqa: DTZ001 (a spreadsheet's clock)


if __name__ == "__main__":
    raise SystemExit(play(scene))
