"""Twenty-four sound internships, each unlike the others: between them, every clause of the agreements is printed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from tools.examples.contact import Row, abroad, perfect, unpaid
from tools.examples.people import phone

_FIRST = 300
"""The forms before it are those of the other examples."""

_GUARDIAN: Row = {
    "representant.nom": "Vasseur",
    "representant.prenom": "Dominique",
    "representant.qualite": "titulaire de l’autorité parentale",
    "representant.email": "dominique.vasseur@courriel.example.org",
    "representant.telephone": phone(8),
}
_SECOND: Row = {
    "tuteur2.nom": "Kaplan",
    "tuteur2.prenom": "Esther",
    "tuteur2.fonction": "Archiviste",
    "tuteur2.email": "esther.kaplan@hote.example.org",
}
_LONG = (
    "Recenser les boîtes d’un fonds de correspondances, dresser l’inventaire de chacune, transcrire les lettres les"
    " plus fragiles et rédiger pour le public une notice illustrée ; présenter chaque mois l’avancement à l’équipe. "
)


def _places(country: str, postcode: str, city: str, telephone: str) -> Row:
    return {
        "organisme.pays": country,
        "organisme.code_postal": postcode,
        "organisme.ville": city,
        "organisme.telephone": telephone,
        "signataire.telephone": None,
        "tuteur.telephone": telephone,
        "stage.pays": country,
    }


def _paid(amount: float, unit: str, currency: str = "EUR") -> Row:
    return {
        "gratification.versee": "oui",
        "gratification.montant": amount,
        "gratification.unite": unit,
        "gratification.type": "net",
        "gratification.devise": currency,
        "gratification.modalite": "Virement bancaire",
        "gratification.periodicite": "mensuelle",
    }


CASES: Mapping[str, Row] = {
    "entreprise": {
        "gratification.montant": "taux légal en vigueur",
        "stage.travail_exceptionnel": "Télétravail deux jours par semaine",
        "stage.teletravail_part": "40 %",
        "stage.interruptions": "8/02/2027 ; 15/02/2027 ; 22/02/2027 ; 1/03/2027 ; 8/03/2027 ; 15/03/2027 ;"
        " 22/03/2027 ; 12/04/2027 ; 19/04/2027 ; 26/04/2027",
        "stage.duree_heures": 504,
        "stage.commentaire_temps": "Présence de 9 h à 17 h, pause d’une heure",
        **_SECOND,
    },
    "hopital": {
        "organisme.raison_sociale": "Centre hospitalier de la Plaine",
        "organisme.type": "Établissement public",
        "signataire.fonction": "Directrice des affaires générales",
        "stage.date_fin": date(2027, 3, 12),
        "stage.duree_heures": 210,
        "stage.nature": "Complémentaire",
        "stage.travail_exceptionnel": "Travail de nuit et un dimanche sur quatre",
        "stage.conges": None,
        "stage.avantages": None,
        "formation.ects": None,
        **unpaid(),
    },
    "mineur": {
        "etudiant.date_naissance": date(2009, 9, 14),
        "gratification.montant": 780,
        "gratification.unite": "mois",
        "stage.heures_jour_max": 7,
        "stage.travail_exceptionnel": "Déplacements chez les libraires de la région",
        **_GUARDIAN,
    },
    "cesure": {
        "formation.regime": "Césure",
        "formation.volume_horaire": None,
        "stage.nature": "Complémentaire",
        "formation.ects": None,
        "formation.date_jury": None,
        "organisme.raison_sociale": "Commune de Saint-Exemple",
        "organisme.type": "Collectivité territoriale",
        "signataire.fonction": "Maire",
        "stage.modalite_suivi": None,
    },
    "reunion": {
        **_places("La Réunion", "97400", "Saint-Denis", "+262 262 90 12 34"),
        "organisme.raison_sociale": "Association Mémoire des Cirques",
        "organisme.type": "Association",
        "stage.repartition": " ; ".join(
            f"du {day:02d}/{month:02d}/2027 au {day + 4:02d}/{month:02d}/2027, 7 h par jour"
            for month, day in ((2, 1), (2, 15), (3, 1), (3, 15), (4, 12), (4, 26), (5, 10), (5, 24))
        ),
        "stage.heures_hebdomadaires": 35,
        "stage.duree_heures": 280,
        "stage.confidentiel": "oui",
        **unpaid(),
    },
    "laboratoire": {
        "organisme.raison_sociale": "Université des Deux-Rives",
        "organisme.type": "Établissement public",
        "organisme.service": "Laboratoire des écritures anciennes",
        "organisme.zrr": "non",
        "stage.confidentiel": "oui",
        "stage.commentaires": "STAGE AMIDEX",
        "gratification.montant": "4,50",
        "stage.convention_hors_etablissement": "oui",
    },
    "noumea": {
        **_places("Nouvelle-Calédonie", "98800", "Nouméa", "+687 28 12 34"),
        "organisme.raison_sociale": "Médiathèque du Lagon",
        "organisme.siret": None,
        "organisme.identifiant": "RIDET 1 234 567.001",
        "assurance.accidents": "oui",
        "assurance.rapatriement": "oui",
        **unpaid(),
    },
    "quebec": {
        **abroad("Québec", "Montréal", "Éditions du Fleuve", street="220 rue des Érables", postcode="H2X 1Y4",
                 etranger__formulaire_se="oui"),
        "stage.duree_heures": 581,
    },
    "quebec_gratifie": {
        **abroad("Québec", "Québec", "Presses de la Citadelle", street="12 côte de la Falaise", postcode="G1R 2J2"),
        "stage.duree_heures": 581,
        "stage.nature": "Complémentaire",
        "formation.ects": None,
        "stage.convention_hors_etablissement": "oui",
        **_paid(1800, "mois", "CAD"),
    },
    "allemagne": {
        **abroad("Allemagne", "Leipzig", "Literaturhaus Lindenau e.V.", phone="+49 341 2345678"),
        "stage.duree_heures": 567,
        "assurance.ceam": "oui",
        "stage.nature": "Complémentaire",
        "formation.ects": None,
        "stage.conges": None,
        **_paid(350, "mois"),
    },
    "suisse": {
        **abroad("Suisse", "Berne", "Stiftung Aarebuch", phone="+41 31 312 45 67"),
        "stage.duree_heures": 588,
        "etudiant.nationalite": "sénégalaise",
        "etudiant.titre_sejour_fin": date(2027, 12, 31),
        "etranger.convention_langue": "Bilingue",
    },
    "londres": {
        **abroad("Royaume-Uni", "Londres", "Thames Paper Museum", phone="+44 20 7946 0123"),
        "stage.duree_heures": 581,
        "stage.travail_exceptionnel": "Télétravail un jour par semaine",
        "stage.teletravail_part": "20 %",
        "stage.teletravail_pays": "France",
    },
    "boston": {
        **abroad("États-Unis", "Boston", "Harbor Archive Project", phone="+1 617 555 0142"),
        "stage.duree_heures": 588,
        "etudiant.date_naissance": date(2009, 9, 14),
        "stage.confidentiel": "oui",
        "stage.convention_hors_etablissement": "oui",
        "stage.travail_exceptionnel": "Déplacements à New York pour consulter un second fonds",
        "stage.sujet": (_LONG * 2)[:249] + ".",
        "stage.activites": (_LONG * 9)[:1499] + ".",
        "stage.competences": (_LONG * 9)[:1499] + ".",
        "stage.avantages": "Logement et repas de midi",
        "etranger.protection_locale": "oui",
        **_paid(900, "mois", "USD"),
        **_GUARDIAN,
        **_SECOND,
    },
    "dakar": {
        **abroad("Sénégal", "Dakar", "Institut culturel français de Dakar", street="14 avenue du Baobab"),
        "organisme.type": "Organisme consulaire français",
        "organisme.siege_en_france": "oui",
        "signataire.fonction": "Consule générale",
        "stage.date_debut": date(2027, 1, 11),
        "stage.date_fin": date(2027, 7, 30),
        "stage.temps_travail": "Temps partiel",
        "stage.heures_hebdomadaires": 28,
        "stage.jours_hebdomadaires": 4,
        "stage.duree_heures": 770,
        "formation.date_jury": date(2027, 9, 15),
        **_paid(4.5, "heure"),
    },
    "luxembourg": {
        **abroad("Luxembourg", "Luxembourg", "Atelier du livre de l’Alzette", street="3 rue des Tisserands",
                 phone="+352 26 12 34 56"),
        "assurance.ceam": "oui",
        "organisme.siege_en_france": "oui",
        **_paid(1900, "mois"),
    },
    "ecole": {
        "organisme.raison_sociale": "École élémentaire des Micocouliers",
        "organisme.type": "Établissement public",
        "signataire.fonction": "Inspectrice de l’éducation nationale",
        "tuteur.fonction": "Directeur de l’école",
        "stage.repartition": "du 01/02/2027 au 05/02/2027, 6 h par jour ; du 08/03/2027 au 12/03/2027, 6 h par jour ;"
        " du 12/04/2027 au 16/04/2027, 6 h par jour",
        "stage.date_fin": date(2027, 4, 16),
        "stage.heures_hebdomadaires": 30,
        "stage.temps_travail": "Temps partiel",
        "stage.duree_heures": 90,
        **unpaid(),
    },
    "lycee": {
        "organisme.raison_sociale": "Lycée Marguerite-Exemple",
        "organisme.type": "Établissement public",
        "signataire.fonction": "Proviseure",
        "etudiant.date_naissance": date(2009, 9, 14),
        "stage.travail_exceptionnel": "Présence à la journée portes ouvertes, un samedi matin",
        "stage.date_fin": date(2027, 3, 12),
        "stage.duree_heures": 210,
        **_GUARDIAN,
    },
    "entreprise_publique": {
        "organisme.raison_sociale": "Société d’économie mixte du Port",
        "organisme.type": "Entreprise publique",
        "organisme.zrr": "oui",
    },
    "papeete": {
        **_places("Polynésie française", "98713", "Papeete", "+689 40 50 12 34"),
        "organisme.raison_sociale": "Association des lecteurs du Lagon",
        "organisme.type": "Association",
        "organisme.siret": None,
        "organisme.identifiant": "TAHITI A12345",
        "stage.duree_heures": 560,
        "assurance.accidents": "oui",
        "assurance.rapatriement": "oui",
        **unpaid(),
    },
    "wallis": {
        **_places("Wallis-et-Futuna", "98600", "Mata-Utu", "+681 72 12 34"),
        "organisme.raison_sociale": "Bibliothèque de Mata-Utu",
        "organisme.type": "Collectivité territoriale",
        "organisme.siret": None,
        "organisme.identifiant": "W-1234",
        "stage.duree_heures": 567,
        "assurance.accidents": "oui",
        "assurance.rapatriement": "oui",
        **_paid(140000, "mois", "XPF"),
    },
    "belgrade": {
        **abroad("Serbie", "Belgrade", "Izdavačka kuća Sava", phone="+381 11 234 5678", etranger__formulaire_se="oui"),
        "stage.duree_heures": 560,
    },
    "lifou": {
        **_places("Nouvelle-Calédonie", "98820", "Lifou", "+687 45 12 34"),
        "organisme.raison_sociale": "Centre culturel des Loyauté",
        "organisme.siret": None,
        "organisme.identifiant": "RIDET 7 654 321.001",
        "assurance.accidents": "oui",
        "assurance.rapatriement": "oui",
        "stage.teletravail_part": "10 %",
        "stage.teletravail_pays": "France",
        **_paid(70000, "mois", "XPF"),
    },
    "gaspe": {
        **abroad("Québec", "Gaspé", "Musée de la Baie", street="80 boulevard du Golfe", postcode="G4X 1A1",
                 etranger__formulaire_se="oui"),
        "stage.duree_heures": 581,
        "stage.travail_exceptionnel": "Télétravail les deux dernières semaines",
        "stage.teletravail_part": "10 %",
        "stage.teletravail_pays": "France",
    },
    "lisbonne": {
        **abroad("Portugal", "Lisbonne", "Institut culturel français du Portugal", phone="+351 21 345 6789"),
        "assurance.ceam": "oui",
        "organisme.type": "Organisme consulaire français",
        "organisme.siege_en_france": "oui",
        "signataire.fonction": "Conseillère culturelle",
        "stage.date_fin": date(2027, 3, 12),
        "stage.duree_heures": 210,
    },
}  # fmt: skip
"""What makes each internship unlike a plain one, under a name that tests and pictures use."""


def forms() -> Iterator[tuple[str, Row]]:
    """Return each case with its whole form, in the order of the file."""
    for number, (name, change) in enumerate(CASES.items(), _FIRST):
        yield name, {**perfect(number), **change}
