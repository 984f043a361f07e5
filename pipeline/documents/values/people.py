"""Names and addresses of the student, the host and the other people, put together from their fields."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.documents.values.tree import Tree
from pipeline.documents.values.writer import Writer


def full_name(person: Mapping[str, str | None]) -> str | None:
    if not person.get("nom"):
        return None
    title = person.get("civilite")
    if title in ("Non précisé", "Not stated"):
        title = None
    return " ".join(part for part in (title, person.get("prenom"), str(person["nom"]).upper()) if part)


def student(tree: Tree) -> Tree:
    student = tree["etudiant"]
    used = [student["prenom_usage"], student["nom_usage"]]
    return {
        "nom_complet": full_name(student),
        "adresse_complete": address(student),
        "usage": " ".join(part for part in used if part) or None,
        "naissance": student["date_naissance"],
    }


def address(group: Mapping[str, str | None]) -> str | None:
    town = " ".join(part for part in (group.get("code_postal"), group.get("ville")) if part)
    country = group.get("pays")
    lines = [group.get("adresse"), town, country if country != "France" else None]
    return "\n".join(line for line in lines if line) or None


def fund(write: Writer, tree: Tree) -> Tree:
    """Return the address of the health insurance fund: the form's, else the one of the table of funds."""
    written = tree["protection"]["caisse_adresse"]
    known = write.facts.tables.funds.find(tree["protection"]["caisse"] or "")
    return {"caisse_adresse": written or (known.address if known else None)}


def host(write: Writer, tree: Tree) -> Tree:
    host, facts = tree["organisme"], write.facts
    if host["siret"]:
        label, value = "SIRET", host["siret"]
    else:
        label, value = write.either("Identifiant", "Identifier"), host["identifiant"]
    status = {
        True: write.either("organisme de droit public", "public-law body"),
        False: write.either("organisme de droit privé", "private-law organisation"),
    }
    return {
        "adresse_complete": address(host),
        "identifiant_libelle": label,
        "identifiant_valeur": value,
        "statut": status.get(facts.public_host) if facts.public_host is not None else None,
    }
