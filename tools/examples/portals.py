"""The forms of the university's own portals, by their labels: IPRO (annex of the guide) and AMUSTAGE."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, TypeAlias

from tools.examples.contact import Row, abroad, perfect
from tools.examples.web_forms import Export

_Cell: TypeAlias = str | Callable[[Row], Any]


def _day(value: Any) -> Any:
    return f"{value:%d/%m/%Y}" if isinstance(value, date) else value


def _address(row: Row) -> str:
    parts = (row["organisme.adresse"], row["organisme.code_postal"], row["organisme.ville"], row["organisme.pays"])
    street, postcode, town, country = parts
    return f"{street}, {postcode + ' ' if postcode else ''}{town}, {country}"


def _name(person: str) -> Callable[[Row], Any]:
    return lambda row: f"{row[f'{person}.prenom']} {row[f'{person}.nom'].upper()}"


def _period(row: Row) -> str:
    return str(row.get("periode") or f"du {_day(row['stage.date_debut'])} au {_day(row['stage.date_fin'])}")


# The annex lists what is typed; the portal knows the student by the account, from which its first columns come.
IPRO: tuple[tuple[str, Mapping[str, _Cell]], ...] = (
    ("Étudiant", {
        "N° étudiant": "etudiant.numero", "Nom": "etudiant.nom", "Prénom": "etudiant.prenom", "Courriel": "etudiant.email",
    }),
    ("Description et nature du stage", {
        "Sujet du stage": "stage.sujet", "Secteur / Fonction": "thematique", "Description des activités confiées":
        "stage.activites", "Date de début et fin de stage": _period, "Commentaires": "stage.commentaires",
        "Durée totale du stage": lambda _: "4 mois", "Répartition si présence discontinue": "stage.repartition",
        "Durée totale de jours de présence effective": lambda _: 82, "Durée totale du stage en heures":
        "stage.duree_heures", "Montant de la gratification": "gratification", "Avantages": "stage.avantages",
        "Zone géographique": lambda _: None, "Diplôme préparé": "formation.diplome", "Volume horaire de la formation "
        "suivie": "formation.volume_horaire", "Responsable pédagogique": "formation.responsable_pedagogique",
        "Enseignant référent": _name("enseignant"), "Votre n° de téléphone": "etudiant.telephone",
    }),
    ("La convention de stage", {
        "Stage à temps complet (oui/non)": lambda _: "oui", "Durée hebdomadaire de présence": lambda _: "35h",
        "Cas particulier": lambda _: None, "Congés (si oui, préciser dates)": "stage.conges",
        "Compétences à développer": "stage.competences", "Travail à présenter à l’issue": "stage.nature_travail",
        "Modalité de validation": "stage.modalite_validation", "Nombre de crédits ECTS (le cas échéant)":
        "formation.ects", "Adresse complète (lieu du stage)": _address, "Caisse Primaire d’Assurance Maladie":
        "protection.caisse",
    }),
    ("L’organisme d’accueil", {
        "Nom de l’entreprise": "organisme.raison_sociale", "Numéro de SIRET": "organisme.siret",
        "Secteur d’activité": "organisme.secteur", "N° de téléphone": "organisme.telephone",
        "Adresse, code postal, ville, pays": _address,
    }),
    ("Le représentant légal de l’organisme d’accueil", {
        "Civilité": "signataire.civilite", "Nom": "signataire.nom", "Prénom": "signataire.prenom",
        "Fonction ou qualité": "signataire.fonction", "Adresse, code postal, ville, pays": _address,
    }),
    ("Le tuteur de l’organisme d’accueil", {
        "Civilité": "tuteur.civilite", "Nom": "tuteur.nom", "Prénom": "tuteur.prenom", "Email": "tuteur.email",
        "N° téléphone": "tuteur.telephone", "Fonction": "tuteur.fonction", "Adresse, code postal, ville, pays": _address,
    }),
)  # fmt: skip


def ipro() -> Export:
    """IPRO: a row of the annex's headings over its labels; dates, address and stipend each in one cell."""
    paid: Row = {"gratification": "4,50 € net de l’heure", "thematique": "Édition"}
    answers = [
        perfect(220) | paid,
        perfect(221) | paid | {"gratification": "3,10 € net de l’heure"},
        perfect(222) | paid | {"periode": "de février à mai 2027"},
        perfect(223) | abroad("États-Unis", "Boston", "Harbor Archive Project") | paid | {"gratification": "néant"},
    ]
    titles = [cell for title, labels in IPRO for cell in (title, *[None] * (len(labels) - 1))]
    return _export(answers, [titles], [cell for _, labels in IPRO for cell in labels.items()])


AMUSTAGE: Mapping[str, _Cell] = {
    "Convention n°": "formulaire.identifiant", "Date de dernière modification": "formulaire.depose_le",
    "N° étudiant": "etudiant.numero", "Nom étudiant": "etudiant.nom", "Prénom étudiant": "etudiant.prenom",
    "Mail universitaire étudiant": "etudiant.email", "Téléphone de l’étudiant": "etudiant.telephone",
    "Adresse étudiant": "etudiant.adresse", "Code postal étudiant": "etudiant.code_postal",
    "Ville étudiant": "etudiant.ville", "Région CPAM *": lambda _: "Provence-Alpes-Côte d’Azur",
    "Libellé CPAM *": "protection.caisse", "Adresse CPAM *": lambda _: "13421 Marseille Cedex 20",
    "Formation *": lambda _: "4LT1 - Master Lettres, parcours Édition et médiation", "Année inscription":
    lambda _: "2026/2027", "Élément pédagogique *": lambda _: "4LT1S1 - Stage : 12 crédits ECTS",
    "Nombre d’heures de formation *": lambda _: "Plus de 200 heures", "Type de convention": lambda _:
    "FORMATION INITIALE", "Langue de la convention *": lambda _: "Français (stage en France)",
    "Étab. d’accueil – Nom": "organisme.raison_sociale", "Numéro de SIRET": "organisme.siret",
    "Étab. d’accueil – Adresse": "organisme.adresse", "Étab. d’accueil – Code postal": "organisme.code_postal",
    "Étab. d’accueil – Ville": "organisme.ville", "Pays de la convention *": "organisme.pays",
    "Étab. d’accueil – Téléphone": "organisme.telephone", "Service d’accueil": "organisme.service",
    "Tuteur professionnel – Civilité": "tuteur.civilite", "Tuteur professionnel – Nom": "tuteur.nom",
    "Tuteur professionnel – Prénom": "tuteur.prenom", "Tuteur professionnel – Fonction": "tuteur.fonction",
    "Tuteur professionnel – Mail": "tuteur.email", "Tuteur professionnel – Téléphone": "tuteur.telephone",
    "Pays du stage": "stage.pays", "Thématique du stage *": lambda _: "Lettres", "Sujet *": "stage.sujet",
    "Compétences *": "stage.competences", "Fonctions et tâches *": "stage.activites", "Détails": lambda _: None,
    "Date de début du stage *": "stage.date_debut", "Date de fin du stage *": "stage.date_fin",
    "Interruption au cours du stage ?": "interruption", "Périodes d’interruptions actuelles :": "stage.interruptions",
    "Avez-vous des horaires de travail réguliers": lambda _: "Oui",
    "Nombre d’heures hebdomadaires du stage *": lambda _: "35",
    "Nombre de jours de congés autorisés ou modalités des congés et autorisations d’absence durant le stage":
    "stage.conges", "Durée effective du stage en nombre d’heures *": "stage.duree_heures",
    "Temps de travail *": lambda _: "temps plein", "Commentaire sur le temps de travail": lambda _: None,
    "Gratification au cours du stage ?": lambda _: "Oui", "Montant de la gratificati...": "gratification.montant",
    "Type de gr...": "gratification.type", "par Durée *": "gratification.unite",
    "Monnaie utilisée pour le paiement *": lambda _: "Euro", "Modalité de versement de la gratification *":
    "gratification.modalite", "Comment le stage a-t-il été trouvé ? *": "stage.origine",
    "Confidentialité du stage / Thème du stage": lambda _: "Non",
    "Nature du travail à fournir suite au stage *": "stage.nature_travail",
    "Modalité de validation du stage *": "stage.modalite_validation", "Modalité de suivi du stagiaire":
    "stage.modalite_suivi", "Liste des avantages en nature": "stage.avantages", "Travail exceptionnel": lambda _: None,
    "Enseignant référent – Nom": "enseignant.nom", "Enseignant référent – Prénom": "enseignant.prenom",
    "Enseignant référent – Mail": "enseignant.email", "Signataire – Civilité": "signataire.civilite",
    "Signataire – Nom": "signataire.nom", "Signataire – Prénom": "signataire.prenom",
    "Signataire – Fonction": "signataire.fonction", "Signataire – Mail": "signataire.email",
    "Validation pédagogique": "validation", "Validation administrative": lambda _: "Non",
}  # fmt: skip


def amustage() -> Export:
    """AMUSTAGE: the labels of its screens, those of a person under the name of the tab."""
    plain: Row = {"interruption": "Non", "validation": "Oui"}
    answers = [
        perfect(240) | plain,
        perfect(241) | plain | {"interruption": "Oui", "stage.interruptions": "01/03/2027 - 07/03/2027",
                                "stage.duree_heures": 539},
        perfect(242) | plain | {"interruption": "Oui"},
        perfect(243) | plain | {"validation": "En attente de validation"},
    ]  # fmt: skip
    for index, row in enumerate(answers):
        row["formulaire.identifiant"] = 51928 + index
    return _export(answers, [], list(AMUSTAGE.items()))


def _export(answers: list[Row], above: list[list[Any]], columns: list[tuple[str, _Cell]]) -> Export:
    rows = [[_day(cell(row) if callable(cell) else row.get(cell)) for _, cell in columns] for row in answers]
    return Export([*above, [label for label, _ in columns]], rows)
