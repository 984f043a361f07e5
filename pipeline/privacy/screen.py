"""What a purge tells on the terminal: references, counts and paths; no name but the folder's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from pipeline.language import short_date
from pipeline.privacy.purge import Plan
from pipeline.privacy.traces import Proof
from pipeline.report.phrases import count

_SHOWN = 40
"""Lines of one kind that are shown; the rest is counted."""


def plan_lines(plan: Plan, outbox: Path) -> Iterator[str]:
    """Yield, line by line, what the purge would do."""
    yield f"{count(len(plan.targets), 'dossier', 'dossiers')} :"
    yield from _some(
        [
            f"{one.reference}, {one.etape}"
            + (f", fin du stage le {short_date(one.end)}" if one.end else "")
            + (f" : {outbox / one.folder}" if one.folder else "")
            for one in plan.targets
        ]
    )
    files = count(plan.files, "fichier", "fichiers")
    yield f"Dossiers de documents supprimés, avec tout ce qu’on y a rangé : {files}."
    yield from _listed("Classeurs, listes et rapports supprimés", plan.found.removed)
    yield from _listed("Rapports réécrits sans ces personnes", plan.found.rewritten)
    if plan.found.removed:
        yield "  Ceux qui servent encore sont refaits, sans ces personnes, par le traitement suivant."
    yield "Registre : tout en est effacé, sauf le numéro de dossier et des comptes sans nom."
    yield from _listed(
        "Copies du registre, traitées de même (les copies endommagées sont supprimées)",
        [path.name for path in plan.copies],
    )
    if plan.staying:
        many = ", ".join(plan.staying[:_SHOWN])
        yield f"Ces personnes ont aussi d’autres dossiers, qui restent avec leurs coordonnées : {many}."
    if plan.naming:
        many = ", ".join(plan.naming[:_SHOWN])
        yield (
            f"Des dossiers qui restent portent le même nom, ou parlent de ces personnes : {many}. Ce qu’ils en disent n’est "
            "pas compté comme une trace : lisez-les."
        )
    yield from (f"À régler d’abord : {name} {reason}." for name, reason in plan.found.blocked)


def inbox_lines(plan: Plan, inbox: Path) -> Iterator[str]:
    """Yield what somebody has to take out of the inbox, which the program never changes."""
    if not plan.rows and not plan.inbox_files:
        return
    yield f"À retirer à la main de la boîte de dépôt ({inbox}), que le programme ne modifie jamais :"
    yield from _some(
        [f"{p.file}, {f'feuille « {p.sheet} », ' if p.sheet else ''}ligne {p.row}" for p in plan.rows]
        + [f"{name} : le fichier entier, ou ce qu’il en dit" for name in plan.inbox_files]
    )
    yield "  En attendant, ces fiches ne sont plus reprises : le registre en reconnaît l’empreinte."


def proof_lines(proof: Proof) -> Iterator[str]:
    """Yield what the search found."""
    files = count(proof.searched, "fichier fouillé", "fichiers fouillés")
    if proof.closed:
        yield from _listed(
            "Fichiers illisibles autrement, fouillés octet par octet", [str(path) for path in proof.closed]
        )
    if proof.is_clean:
        yield f"Vérification : aucune trace dans {files}."
        return
    yield f"Vérification : {count(len(proof.traces), 'trace reste', 'traces restent')} ({files}) :"
    yield from _some([f"{one.path}{f' › {one.inside}' if one.inside else ''}" for one in proof.traces])
    yield "Retirez-les, puis relancez « conventions purge » : la vérification reprend où elle en était."


def _listed(title: str, names: Sequence[str]) -> Iterator[str]:
    if names:
        yield f"{title} : {len(names)}."
        yield from _some(names)


def _some(lines: Sequence[str]) -> Iterator[str]:
    yield from (f"  {line}" for line in lines[:_SHOWN])
    if len(lines) > _SHOWN:
        yield f"  … et {count(len(lines) - _SHOWN, 'autre', 'autres')}."
