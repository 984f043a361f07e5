"""The rows of the contact-form example: one perfect form, and what makes each other one different."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from tools.examples.people import phone, siret
from tools.examples.systems import esup

Row = dict[str, Any]

_STUDENTS = (
    ("DURAND", "Élodie", "Mme"), ("MARCHETTI", "Paul-Émile", "M."), ("NGUYEN VAN", "Linh", "Mme"),
    ("BENALI", "Yacine", "M."), ("LE GOFF", "Maëlle", "Mme"), ("ROSSIGNOL", "Théo", "M."),
    ("D’ARTIGUES", "Inès", "Mme"), ("KOUASSI", "Aya", "Mme"), ("SZYMAŃSKI", "Noé", "M."), ("FERREIRA", "João", "M."),
    ("PETIT-JEAN", "Chloé", "Mme"), ("O’BRIEN", "Sinéad", "Mme"), ("VASSEUR", "Camille", "Non précisé"),
    ("MÜLLER", "Jonas", "M."), ("TRAORÉ", "Fatoumata", "Mme"), ("GARCÍA", "Lucía", "Mme"),
    ("CHEVALLIER", "Hugo", "M."), ("ÖZDEMIR", "Elif", "Mme"), ("BONNEFOY", "Léa", "Mme"), ("LAMBERT", "Anaïs", "Mme"),
)  # fmt: skip


_HOSTS = (
    "Éditions de la Sauge", "Musée du Vent", "Librairie des Allées", "Festival des Rives", "Atelier Garance",
    "Maison des Langues", "Studio Mistral", "Radio Calanque", "Agence Passerelle", "Théâtre du Port",
    "Cinéma L’Écluse", "Archives du Val", "Imprimerie Solaire", "Galerie Ocre", "Revue Traverses", "École des Docks",
)  # fmt: skip
_TUTORS = ("Astier", "Bellone", "Castan", "Dervieux", "Esposito", "Fabre", "Guérin", "Hachette", "Imbert", "Joly")


def perfect(number: int) -> Row:
    """Return a form with nothing to say about: a private host in France, 35 hours a week, paid.

    Each number is another student in another host; twenty of them share an advisor.
    """
    family, given, title = _STUDENTS[number % len(_STUDENTS)]
    tutor, site = _TUTORS[number % len(_TUTORS)], f"hote{number}" if number else "sauge"
    plain = _plain(given)
    return {
        "formulaire.identifiant": f"FC-{1000 + number}",
        "formulaire.depose_le": datetime(2026, 11, 2, 9, number % 60),  # noqa: DTZ001 (a spreadsheet's clock)
        "etudiant.numero": 21000000 + number,
        "etudiant.civilite": title,
        "etudiant.nom": family,
        "etudiant.prenom": given,
        "etudiant.date_naissance": date(2003, 1 + number % 12, 1 + number % 28),
        "etudiant.nationalite": "française",
        "etudiant.email": f"{plain}.{number}@etu.univ-amu.fr",
        "etudiant.telephone": phone(number),
        "etudiant.adresse": f"{1 + number} rue des Lavandes",
        "etudiant.code_postal": "13100",
        "etudiant.ville": "Aix-en-Provence",
        "etudiant.pays": "France",
        "protection.caisse": "CPAM des Bouches-du-Rhône",
        "protection.attestation_cpam": "oui",
        "assurance.responsabilite_civile": "oui",
        "assurance.rc_compagnie": "Mutuelle des Collines",
        "assurance.rc_police": f"RC-{7000 + number}",
        "assurance.rc_debut": date(2026, 9, 1),
        "assurance.rc_fin": date(2027, 9, 30),
        "assurance.rc_zone": "Monde entier",
        "formation.composante": "Faculté ALLSH",
        "formation.departement": "Lettres et Arts",
        "formation.diplome": "Master Lettres, parcours Édition et médiation",
        "formation.code_etape": "4LT1",
        "formation.annee_universitaire": "2026-2027",
        "formation.regime": "Formation initiale",
        "formation.volume_horaire": "plus de 200 heures",
        "formation.ects": 12,
        "formation.responsable_pedagogique": "Mme Hélène Garrigue",
        "formation.autorisation": "Validée",
        "formation.date_jury": date(2027, 7, 5),
        "enseignant.nom": "Delcourt",
        "enseignant.prenom": "Antoine",
        "enseignant.email": f"antoine.delcourt{number // 20 or ''}@univ-amu.fr",
        "enseignant.telephone": phone(100),
        "organisme.raison_sociale": _HOSTS[number % len(_HOSTS)],
        "organisme.siret": siret(1234 + number),
        "organisme.secteur": "Édition de livres",
        "organisme.type": "Entreprise privée",
        "organisme.effectif": "12",
        "organisme.adresse": "12 cours des Platanes",
        "organisme.code_postal": "13001",
        "organisme.ville": "Marseille",
        "organisme.pays": "France",
        "organisme.telephone": phone(200),
        "organisme.email": f"contact@{site}.example.org",
        "organisme.service": "Service éditorial",
        "signataire.civilite": "Mme",
        "signataire.nom": "Vautrin",
        "signataire.prenom": "Claire",
        "signataire.fonction": "Directrice générale",
        "signataire.email": f"claire.vautrin@{site}.example.org",
        "signataire.telephone": phone(201),
        "tuteur.civilite": "M.",
        "tuteur.nom": tutor,
        "tuteur.prenom": "Julien",
        "tuteur.fonction": "Responsable éditorial",
        "tuteur.email": f"julien.{_plain(tutor)}@{site}.example.org",
        "tuteur.telephone": phone(202),
        "stage.nature": "Obligatoire",
        "stage.sujet": "Préparation éditoriale d’une collection de récits de voyage",
        "stage.activites": "Lecture et rapport sur des manuscrits ; relecture d’épreuves ; préparation de fiches "
        "de présentation pour les libraires ; participation aux réunions de programme.",
        "stage.competences": "Évaluer un texte et argumenter un avis ; appliquer un protocole de correction ; "
        "travailler en équipe selon un calendrier de publication.",
        "stage.date_debut": date(2027, 2, 1),
        "stage.date_fin": date(2027, 5, 28),
        "stage.temps_travail": "Temps plein",
        "stage.heures_hebdomadaires": 35,
        "stage.jours_hebdomadaires": 5,
        "stage.duree_heures": 574,
        "stage.conges": "deux jours par mois, en accord avec le tuteur",
        "stage.pays": "France",
        "stage.emploi_dans_organisme": "non",
        "stage.origine": "Candidature spontanée",
        "stage.confidentiel": "non",
        "stage.nature_travail": "Rapport de stage",
        "stage.modalite_validation": "Soutenance",
        "stage.modalite_suivi": "Un entretien par mois, une visite à mi-parcours",
        "stage.avantages": "Titres-restaurant",
        "gratification.versee": "oui",
        "gratification.montant": "4,50",
        "gratification.unite": "heure",
        "gratification.type": "net",
        "gratification.devise": "EUR",
        "gratification.modalite": "Virement bancaire",
        "gratification.periodicite": "mensuelle",
        **dict.fromkeys(EXTRA),
    }


def _plain(name: str) -> str:
    return name.lower().translate(str.maketrans("éèëêïîöüçñãí’ ", "eeeeiioucnai--"))


EXTRA = (
    "etudiant.titre_sejour_fin", "stage.interruptions", "stage.repartition", "stage.commentaire_temps",
    "stage.travail_exceptionnel", "stage.lieu_adresse", "stage.lieu_ville", "stage.lieu_region",
    "stage.cas_particulier", "stage.commentaires", "stage.convention_hors_etablissement", "assurance.accidents",
    "assurance.rapatriement", "assurance.ceam", "etranger.mobilite_inscription", "etranger.accord_fsd",
    "etranger.protection_locale", "etranger.formulaire_se", "etranger.convention_langue",
    "signataire.refus_signature_electronique", "representant.nom", "representant.prenom", "representant.qualite",
    "representant.email", "representant.telephone",
)  # fmt: skip
"""Columns that most rows leave empty."""


def abroad(country: str, city: str, host: str, **more: Any) -> Row:
    """Return what changes for an internship abroad where everything is in order."""
    return {
        "organisme.raison_sociale": host,
        "organisme.siret": None,
        "organisme.type": "Association",
        "organisme.adresse": more.pop("street", "8 Harbour Street"),
        "organisme.code_postal": more.pop("postcode", None),
        "organisme.ville": city,
        "organisme.pays": country,
        "organisme.telephone": more.pop("phone", "+33 4 65 71 77 00"),
        "signataire.telephone": None,
        "tuteur.telephone": more.pop("tutor_phone", "+33 4 65 71 77 01"),
        "stage.pays": country,
        "stage.lieu_ville": city,
        "gratification.versee": "non",
        "gratification.montant": None,
        "gratification.unite": None,
        "gratification.type": None,
        "gratification.devise": None,
        "gratification.modalite": None,
        "gratification.periodicite": None,
        "assurance.accidents": "oui",
        "assurance.rapatriement": "oui",
        "etranger.mobilite_inscription": date(2026, 11, 10),
        "etranger.accord_fsd": "Accordé",
        "etranger.protection_locale": "non",
        **{key.replace("__", "."): value for key, value in more.items()},
    }


def unpaid() -> Row:
    """Return what changes when no stipend is paid."""
    return {
        "gratification.versee": "non",
        **dict.fromkeys(
            f"gratification.{part}" for part in ("montant", "unite", "type", "devise", "modalite", "periodicite")
        ),
    }


def rows() -> list[Row]:
    """Return the rows of the example, in the order of the file."""
    changes: list[Row] = [
        {},  # prêt, français
        {"etudiant.nom_usage": None, "gratification.montant": "taux légal en vigueur", "gratification.unite": "heure"},
        abroad("Allemagne", "Leipzig", "Literaturhaus Lindenau e.V.", assurance__ceam="oui", phone="+49 341 2345678"),
        abroad("Sénégal", "Dakar", "Association Teranga Livres", street="14 avenue du Baobab", etranger__accord_fsd="Accordé"),
        abroad("Belgique", "Bruxelles", "Maison des Récits ASBL", street="3 rue des Cordiers", assurance__ceam="oui"),
        abroad("Québec", "Montréal", "Éditions du Fleuve", street="220 rue des Érables", postcode="H2X 1Y4",
               etranger__formulaire_se="oui"),
        abroad("États-Unis", "Boston", "Harbor Archive Project"),
        abroad("Viêt Nam", "Hanoï", "Hội Sách Sông Hồng", etranger__accord_fsd="En attente",
               etranger__mobilite_inscription=None),
        abroad("Ukraine", "Lviv", "Halytskyi Archive"),
        abroad("Libye", "Tripoli", "Fondation Médina"),
        abroad("Maroc", "Rabat", "Association Bouregreg", street="5 avenue des Orangers",
               etranger__convention_langue="Francophone", stage__lieu_region="Rabat-Salé"),
        {"organisme.pays": "La Réunion", "organisme.code_postal": "97400", "organisme.ville": "Saint-Denis",
         "stage.pays": "La Réunion", "organisme.telephone": "+262 262 90 12 34"},
        {"organisme.pays": "Nouvelle-Calédonie", "stage.pays": "Nouvelle-Calédonie", "organisme.code_postal": "98800",
         "organisme.ville": "Nouméa", "organisme.siret": None, "organisme.telephone": "+687 28 12 34", **unpaid()},
        {"stage.duree_heures": "1 050,5", "stage.date_fin": date(2027, 9, 10)},
        {"stage.duree_heures": "h"},
        {**unpaid()},
        {"gratification.montant": "3,10"},
        {"gratification.montant": 600, "gratification.unite": "mois"},
        {"gratification.montant": 656.25, "gratification.unite": "mois"},
        {"organisme.type": "Collectivité territoriale", "gratification.montant": "6,00",
         "organisme.raison_sociale": "Commune de Saint-Exemple"},
        {"protection.attestation_cpam": "en cours"},
        {"assurance.responsabilite_civile": None},
        {"stage.date_debut": "03/02/27"},
        {"stage.date_debut": date(2027, 6, 1)},
        {"stage.date_debut": date(2026, 11, 16), "stage.date_fin": date(2027, 2, 26), "stage.duree_heures": 500},
        {"stage.date_debut": date(2027, 7, 1), "stage.date_fin": date(2027, 10, 29), "formation.date_jury": None},
        {"organisme.siret": "123 456 789 00012"},
        {"organisme.siret": int(siret(2222)), "etudiant.telephone": 465710042, "etudiant.code_postal": 1000,
         "etudiant.ville": "Bourg-en-Bresse"},
        {"enseignant.nom": "Imbert", "enseignant.prenom": "Julien", "enseignant.email": "julien.imbert@univ-amu.fr"},
        {"formation.autorisation": "En attente"},
        {"formation.autorisation": "Refusée"},
        {"formation.regime": "Formation continue"},
        {"formation.diplome": "Master Études européennes et internationales, parcours MASNI"},
        {"formation.regime": "Alternance"},
        {"formation.regime": "Césure", "formation.volume_horaire": None, "stage.nature": "Complémentaire",
         "formation.ects": None, "formation.date_jury": None},
        {"stage.activites": "divers", "stage.heures_hebdomadaires": "50h"},
        {"etudiant.email": "chloe.petit-jean@gmail", "tuteur.email": "julien.guerin(at)hote36.example.org"},
        {"etudiant.email": "lucia.garcia@courriel.example.org"},
        {"stage.emploi_dans_organisme": "oui"},
        {"etudiant.nationalite": "marocaine", "etudiant.titre_sejour_fin": date(2027, 4, 30)},
        {"stage.interruptions": "du 24/12/2026 au 02/01/2027"},
        {"stage.interruptions": "du 1er au 7 mars 2027 ; 05/04/2027-09/04/2027", "stage.duree_heures": 504},
        {"etudiant.date_naissance": date(2009, 3, 14), "representant.nom": "Lambert", "representant.prenom": "Sophie",
         "representant.qualite": "mère", "representant.email": "sophie.lambert@courriel.example.org",
         "representant.telephone": phone(8), "stage.heures_jour_max": None},
        {"stage.confidentiel": "oui", "stage.sujet": "Inventaire d’un fonds inédit <réservé> & {{ secret }}"},
        {"organisme.raison_sociale": "Théâtre & Cie <« L’Éclat »> {100 %} = ♥ 🎭 مسرح", "stage.sujet": "=CMD(1)+2"},
        {"stage.activites": ("Relecture et mise en page d’un volume d’hommages, paragraphe après paragraphe. " * 40).strip(),
         "stage.competences": "Rigueur typographique.\nMaîtrise d’un logiciel de mise en page.\nSens du collectif."},
        {"stage.commentaires": "Stage A*Midex", "gratification.montant": "4,35"},
        {"stage.duree_heures": "#REF!"},
        {"organisme.siret": None, "organisme.effectif": None},
        {"gratification.montant": None, "gratification.modalite": None},
    ]  # fmt: skip
    made = [{**perfect(number), **change} for number, change in enumerate(changes)]
    # The same web form answered twice: the newer answer replaces the older one.
    again = {**made[0], "formulaire.depose_le": datetime(2026, 11, 9, 17, 5), "stage.avantages": "Aucun"}  # noqa: DTZ001
    # A row pasted twice, and the same internship with nothing to tell which row came first.
    twice = dict(made[1])
    near = {**made[2], "formulaire.identifiant": "FC-2099", "stage.conges": "à convenir"}
    return [*made, again, twice, near, *_across_rows()]


def _across_rows() -> list[Row]:
    """Return rows that are sound alone and say something together."""
    summer: Row = {
        "stage.date_debut": date(2027, 6, 1),
        "stage.date_fin": date(2027, 8, 27),
        "formation.date_jury": None,
    }
    long, short, busy, one = perfect(60), perfect(61), perfect(62), perfect(63)
    return [
        # Two agreements with one host: 924 hours exceeded.
        {**long, "stage.duree_heures": 560, "stage.date_fin": date(2027, 5, 27)},
        {**long, **summer, "formulaire.identifiant": "FC-2101", "stage.duree_heures": 434},
        # Two short ones: over 308 hours together, the stipend is owed.
        {**short, **unpaid(), "stage.duree_heures": 189, "stage.date_fin": date(2027, 3, 10)},
        {**short, **summer, **unpaid(), "formulaire.identifiant": "FC-2102", "stage.duree_heures": 154,
         "stage.date_fin": date(2027, 6, 30)},
        # Two full-time internships at a time, in two hosts.
        busy,
        {**busy, **_host(perfect(70)), "formulaire.identifiant": "FC-2103", "stage.date_debut": date(2027, 5, 3),
         "stage.date_fin": date(2027, 6, 30), "stage.duree_heures": 287},
        # The contact form of an internship that ESUP-Stage exports too: it lends the insurance and the health cover.
        _also_in_esup(1),
        # One student number, two people.
        one,
        {**perfect(64), "etudiant.numero": one["etudiant.numero"]},
    ]  # fmt: skip


def _also_in_esup(number: int) -> Row:
    line = esup(number)
    return {
        **perfect(65),
        "etudiant.numero": line["N° étudiant"],
        "etudiant.nom": line["Nom Étudiant"],
        "etudiant.prenom": line["Prénom Étudiant"],
        "organisme.raison_sociale": line["Nom structure d’accueil"],
        "organisme.siret": line["SIRET"],
    }


def _host(row: Row) -> Row:
    return {key: value for key, value in row.items() if key.partition(".")[0] in ("organisme", "signataire", "tuteur")}
