"""LIG-03, ETS-08: one number, two people; one SIRET, several names."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.check.batch import BatchHit, batch_rule
from pipeline.check.batch.frame import Batch, bare_name
from pipeline.check.batch.people import firsts
from pipeline.check.rules import Hit, Parameters


@batch_rule("LIG-03")
def bears_another_identity(batch: Batch, _: Parameters) -> Iterator[BatchHit]:
    """Same number and a family name, a given name or a birth date that contradicts another row's."""
    for group in batch.all_groups("student_number"):
        compared = firsts(group, lambda line: line.identity)
        for line in group:
            others = [other for other in compared if line.identity.differs(other.identity)]
            if others:
                slots = {
                    "num": line.student_number,
                    "a": line.identity.full_name,
                    "b": others[0].identity.full_name,
                }
                renamed = all(line.identity.renamed(other.identity) for other in others)
                yield line, Hit(("etudiant.numero",), slots, "changement_de_nom" if renamed else None), others


@batch_rule("ETS-08")
def gives_another_name_to_a_siret(batch: Batch, p: Parameters) -> Iterator[BatchHit]:
    """Names that are not alike, legal forms apart; one name under several SIRET is normal."""
    for group in batch.all_groups("siret"):
        named = [line for line in group if line.host_name]
        names = {line.number: bare_name(line.host_name or "") for line in named}
        if len(set(names.values())) < 2:
            continue
        compared = firsts(named, lambda line: bare_name(line.host_name or ""))
        for line in named:
            others = [o for o in compared if _unlike(names[line.number], names[o.number], p["ressemblance"])]
            if others:
                shown = dict.fromkeys([line.host_name or "", *sorted(o.host_name or "" for o in others)])
                yield line, Hit(("organisme.raison_sociale",), {"siret": line.siret, "noms": list(shown)}), others


def _unlike(one: str, two: str, least: int) -> bool:
    from rapidfuzz import fuzz  # here: a process that compares no rows does not load it

    return one != two and fuzz.token_set_ratio(one, two) < least
