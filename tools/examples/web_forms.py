"""The contact form as web forms export it: their own columns, and questions as a faculty would word them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from tools.examples.contact import Row, abroad, perfect

_SENT = datetime(2026, 11, 9, 9, 4, 11)  # noqa: DTZ001 (a spreadsheet's clock)

QUESTIONS: Mapping[str, str] = {
    "etudiant.numero": "Numéro étudiant",
    "etudiant.civilite": "Civilité de l’étudiant",
    "etudiant.nom": "Nom de l’étudiant",
    "etudiant.prenom": "Prénom de l’étudiant",
    "etudiant.date_naissance": "Date de naissance (jj/mm/aaaa)",
    "etudiant.nationalite": "Nationalité",
    "etudiant.email": "Courriel institutionnel",
    "etudiant.telephone": "Votre n° de téléphone",
    "etudiant.adresse": "Adresse personnelle",
    "etudiant.code_postal": "Code postal étudiant",
    "etudiant.ville": "Ville étudiant",
    "protection.caisse": "Organisme de sécurité sociale",
    "protection.attestation_cpam": "Attestation de droits",
    "assurance.responsabilite_civile": "Attestation responsabilité civile",
    "assurance.rc_fin": "Fin de validité RC",
    "formation.diplome": "Formation suivie",
    "formation.annee_universitaire": "Année universitaire",
    "formation.regime": "Régime d’inscription",
    "formation.volume_horaire": "Volume horaire annuel",
    "formation.ects": "Crédits ECTS",
    "formation.responsable_pedagogique": "Responsable pédagogique",
    "formation.autorisation": "Autorisation de stage",
    "formation.date_jury": "Date du jury",
    "enseignant.nom": "Nom Enseignant référent",
    "enseignant.prenom": "Prénom Enseignant référent",
    "enseignant.email": "Mail enseignant référent",
    "organisme.raison_sociale": "Établissement d’accueil",
    "organisme.siret": "N° SIRET",
    "organisme.secteur": "Activité principale",
    "organisme.type": "Type d’organisme",
    "organisme.adresse": "Adresse de l’entreprise",
    "organisme.code_postal": "Code postal de l’organisme",
    "organisme.ville": "Ville de l’organisme",
    "organisme.pays": "Pays de l’organisme",
    "organisme.telephone": "Téléphone entreprise",
    "organisme.service": "Service dans lequel le stage sera effectué",
    "signataire.civilite": "Civilité signataire",
    "signataire.nom": "Nom du signataire",
    "signataire.prenom": "Prénom du signataire",
    "signataire.fonction": "Fonction ou qualité du représentant légal",
    "signataire.email": "Email du représentant légal",
    "tuteur.civilite": "Civilité tuteur professionnel",
    "tuteur.nom": "Nom du tuteur professionnel",
    "tuteur.prenom": "Prénom du tuteur professionnel",
    "tuteur.fonction": "Fonction ou qualité du tuteur de stage",
    "tuteur.email": "Email du tuteur de stage",
    "tuteur.telephone": "Téléphone tuteur professionnel",
    "stage.nature": "Stage obligatoire (oui/non)",
    "stage.sujet": "Intitulé du stage",
    "stage.activites": "Description des activités confiées",
    "stage.competences": "Compétences à acquérir ou à développer",
    "stage.date_debut": "Début du stage",
    "stage.date_fin": "Fin du stage",
    "stage.temps_travail": "Stage à temps complet (oui/non)",
    "stage.heures_hebdomadaires": "Durée hebdomadaire de présence",
    "stage.jours_hebdomadaires": "Nombre de jours par semaine",
    "stage.duree_heures": "Durée totale du stage en heures",
    "stage.conges": "Congés (si oui, préciser dates)",
    "stage.pays": "Pays où se déroule le stage",
    "stage.emploi_dans_organisme": "Salarié de l’organisme d’accueil",
    "stage.nature_travail": "Travail à présenter à l’issue",
    "stage.modalite_validation": "Modalité de validation",
    "stage.avantages": "Avantages",
    "gratification.versee": "Stage gratifié",
    "gratification.montant": "Montant de la gratification",
    "gratification.unite": "Unité de la gratification",
    "gratification.type": "Type de gratification",
    "gratification.modalite": "Modalités de versement",
}
_DATES = ("date_naissance", "rc_fin", "date_jury", "date_debut", "date_fin")


@dataclass(frozen=True)
class Export:
    """One export: its rows of headers, its rows of cells."""

    headers: Sequence[Sequence[Any]]
    rows: Sequence[Sequence[Any]]


@dataclass(frozen=True)
class WebForm:
    """How one tool words the form: its own columns before the questions, its labels where they differ."""

    before: Sequence[str]
    labels: Mapping[str, str] = field(default_factory=dict)
    left_out: frozenset[str] = frozenset()

    def questions(self) -> dict[str, str]:
        """Return the label of each field that the form asks, in its order."""
        asked = {key: label for key, label in QUESTIONS.items() if key not in self.left_out}
        return {key: self.labels.get(key, label) for key, label in asked.items()}


def _answers(number: int, **changes: Any) -> Row:
    """Return a sound form as its author types it into a web form."""
    row = perfect(number)
    row |= {"stage.nature": "Oui", "stage.temps_travail": "Oui", "gratification.versee": "Oui"}
    row |= {"stage.emploi_dans_organisme": "Non", "protection.attestation_cpam": "Oui"}
    row |= {"assurance.responsabilite_civile": "Oui"}
    return row | {key.replace("__", "."): value for key, value in changes.items()}


def _sent(index: int) -> datetime:
    return _SENT + timedelta(days=index, hours=index, minutes=7 * index)


def _day(value: Any) -> Any:
    return f"{value:%d/%m/%Y}" if isinstance(value, date) else value


def _iso(value: Any) -> Any:
    return f"{value:%Y-%m-%d 00:00:00}" if isinstance(value, date) else value


def microsoft() -> Export:
    """Microsoft Forms: the account's name and address, « Nom2 » for a second « Nom », answers ended by « ; »."""
    form = WebForm(
        ("ID", "Heure de début", "Heure de fin", "Adresse de messagerie", "Nom", "Heure de la dernière modification"),
        {"etudiant.nom": "Nom2", "stage.avantages": "Liste des avantages en nature"},
        frozenset({"etudiant.email"}),
    )
    answers = [
        _answers(100, stage__avantages="Titres-restaurant;Transport;", etudiant__civilite="Mlle"),
        _answers(101, stage__avantages="Transport;"),
        _answers(102, stage__avantages=None, tuteur__email="julien.castan(at)hote102.example.org"),
        _answers(103, stage__avantages="Titres-restaurant;"),
    ]
    rows = []
    for index, row in enumerate(answers):
        sent = _sent(index)
        account = "anonymous" if index == 3 else row["etudiant.email"]
        name = None if index == 3 else f"{row['etudiant.prenom']} {row['etudiant.nom']}"
        own = [index + 1, sent - timedelta(minutes=21), sent, account, name, None]
        rows.append([*own, *(row[key] for key in form.questions())])
    return Export([[*form.before, *form.questions().values()]], rows)


def google() -> Export:
    """Google Forms: a timestamp and the account's address, no identifier; days as the sheet shows them."""
    form = WebForm(("Horodateur", "Adresse e-mail"), left_out=frozenset({"etudiant.email"}))
    answers = [
        _answers(120),
        _answers(121),
        _answers(122, etudiant__email="chloe.exemple@courriel.example.org"),
        _answers(123, **{key.replace(".", "__"): value for key, value in _bologna().items()}),
    ]
    rows = []
    for index, row in enumerate(answers):
        own = [f"{_sent(index):%d/%m/%Y %H:%M:%S}", row["etudiant.email"]]
        rows.append([*own, *(_day(row[key]) for key in form.questions())])
    return Export([[*form.before, *form.questions().values()]], rows)


def _bologna() -> Row:
    return abroad("Italie", "Bologne", "Archivio delle Voci", street="7 via dei Portici", phone="+39 051 234 5678")


def limesurvey() -> Export:
    """LimeSurvey with whole questions: sub-questions in brackets, an answer that was never sent."""
    form = WebForm(
        ("ID de la réponse", "Date de soumission", "Dernière page", "Langue de départ", "Tête de série",
         "Date de lancement", "Date de la dernière action"),
        {"protection.attestation_cpam": "Attestations fournies [Assurance maladie]",
         "assurance.responsabilite_civile": "Attestations fournies [Responsabilité civile]"},
    )  # fmt: skip
    begun = {key: None for key in QUESTIONS if not key.startswith("etudiant.")}
    answers = [_answers(140), _answers(141), _answers(142) | begun, _answers(143, stage__duree_heures="1 050,5")]
    rows = []
    for index, row in enumerate(answers):
        started, sent = _sent(index) - timedelta(minutes=18), f"{_sent(index):%Y-%m-%d %H:%M:%S}"
        own = [index + 3, None if index == 2 else sent, 1 if index == 2 else 5, "fr", 1834500211 + index]
        own += [f"{started:%Y-%m-%d %H:%M:%S}", sent]
        rows.append([*own, *(_iso(row[key]) for key in form.questions())])
    return Export([[*form.before, *form.questions().values()]], rows)


CODES: Mapping[str, str] = {
    "G01Q01": "etudiant.numero", "G01Q02": "etudiant.civilite", "G01Q03[SQ001]": "etudiant.nom",
    "G01Q03[SQ002]": "etudiant.prenom", "G01Q04": "etudiant.date_naissance", "G01Q05": "etudiant.nationalite",
    "G01Q06": "etudiant.email", "G01Q07": "etudiant.telephone", "G01Q08[SQ001]": "etudiant.adresse",
    "G01Q08[SQ002]": "etudiant.code_postal", "G01Q08[SQ003]": "etudiant.ville", "G01Q08[SQ004]": "etudiant.pays",
    "G01Q09": "protection.caisse", "G01Q10[CPAM]": "protection.attestation_cpam",
    "G01Q10[RC]": "assurance.responsabilite_civile", "G01Q10[IA]": "assurance.accidents",
    "G01Q10[RAPAT]": "assurance.rapatriement", "G01Q11": "assurance.rc_fin", "G02Q01": "formation.diplome",
    "G02Q02": "formation.annee_universitaire", "G02Q03": "formation.regime", "G02Q04": "formation.volume_horaire",
    "G02Q05": "formation.ects", "G02Q06": "formation.responsable_pedagogique", "G02Q07": "formation.autorisation",
    "G02Q08": "formation.date_jury", "G02Q09[SQ001]": "enseignant.nom", "G02Q09[SQ002]": "enseignant.prenom",
    "G02Q09[SQ003]": "enseignant.email", "G03Q01": "organisme.raison_sociale", "G03Q02": "organisme.siret",
    "G03Q03": "organisme.secteur", "G03Q04": "organisme.type", "G03Q04[other]": "autre",
    "G03Q05": "organisme.effectif", "G03Q06[SQ001]": "organisme.adresse", "G03Q06[SQ002]": "organisme.code_postal",
    "G03Q06[SQ003]": "organisme.ville", "G03Q06[SQ004]": "organisme.pays", "G03Q07": "organisme.telephone",
    "G03Q08": "organisme.service", "G03Q09": "signataire.civilite", "G03Q10[SQ001]": "signataire.nom",
    "G03Q10[SQ002]": "signataire.prenom", "G03Q10[SQ003]": "signataire.fonction", "G03Q10[SQ004]": "signataire.email",
    "G03Q11": "tuteur.civilite", "G03Q12[SQ001]": "tuteur.nom", "G03Q12[SQ002]": "tuteur.prenom",
    "G03Q12[SQ003]": "tuteur.fonction", "G03Q12[SQ004]": "tuteur.email", "G03Q12[SQ005]": "tuteur.telephone",
    "G04Q01": "stage.nature", "G04Q02": "stage.sujet", "G04Q03": "stage.activites", "G04Q04": "stage.competences",
    "G04Q05": "stage.date_debut", "G04Q06": "stage.date_fin", "G04Q07": "stage.temps_travail",
    "G04Q08": "stage.heures_hebdomadaires", "G04Q09": "stage.jours_hebdomadaires", "G04Q10": "stage.duree_heures",
    "G04Q11": "stage.conges", "G04Q12": "stage.pays", "G04Q13": "stage.nature_travail",
    "G04Q14": "stage.modalite_validation", "G04Q15": "stage.emploi_dans_organisme", "G05Q01": "gratification.versee",
    "G05Q02": "gratification.montant", "G05Q03": "gratification.unite", "G05Q04": "gratification.type",
    "G05Q05": "gratification.modalite",
}  # fmt: skip
_CODED: Row = {
    "formation.regime": "A1", "formation.autorisation": "Y", "stage.nature": "Y", "stage.temps_travail": "Y",
    "gratification.versee": "Y", "gratification.unite": "A1", "gratification.type": "A1", "organisme.type": "A4",
    "protection.attestation_cpam": "Y", "assurance.responsabilite_civile": "Y", "assurance.accidents": "N",
    "assurance.rapatriement": "N", "stage.emploi_dans_organisme": "N", "etudiant.nationalite": "française",
    "formation.volume_horaire": "450.0000000000", "stage.heures_hebdomadaires": "35.0000000000",
    "stage.duree_heures": "574.0000000000", "stage.jours_hebdomadaires": "5.0000000000",
    "formation.ects": "12.0000000000", "gratification.montant": "4.5000000000",
}  # fmt: skip


def limesurvey_codes() -> Export:
    """LimeSurvey with codes of questions and of answers: numbers with ten decimals, « -oth- » for another answer."""
    before = ("id", "submitdate", "lastpage", "startlanguage", "seed", "startdate", "datestamp")
    other = {"organisme.type": "-oth-", "autre": "Association"}
    answers: list[Row] = [
        {**perfect(160), **_CODED, "etudiant.civilite": "F"},
        {**perfect(161), **_CODED, "etudiant.civilite": "M", **other},
        {**perfect(162), **_CODED, "formation.autorisation": "N"},
        {**perfect(163), **_CODED},
    ]
    rows = []
    for index, row in enumerate(answers):
        sent = f"{_sent(index):%Y-%m-%d %H:%M:%S}"
        own = [index + 1, None if index == 3 else sent, 5, "fr", 991200 + index, sent, sent]
        rows.append([*own, *(_iso(row.get(key)) for key in CODES.values())])
    return Export([[*before, *CODES]], rows)


_SECTIONS = {
    "etudiant": "Étudiant", "protection": "Étudiant", "assurance": "Étudiant", "formation": "Formation",
    "enseignant": "Enseignant référent", "organisme": "Organisme d’accueil", "signataire": "Représentant légal",
    "tuteur": "Tuteur de stage", "stage": "Stage", "gratification": "Gratification",
}  # fmt: skip
_SHORT = {
    "etudiant.nom": "Nom", "etudiant.prenom": "Prénom", "etudiant.email": "Courriel", "etudiant.telephone": "Téléphone",
    "etudiant.adresse": "Adresse", "etudiant.code_postal": "Code postal", "etudiant.ville": "Ville",
    "enseignant.nom": "Nom", "enseignant.prenom": "Prénom", "enseignant.email": "Courriel",
    "organisme.adresse": "Adresse", "organisme.code_postal": "Code postal", "organisme.ville": "Ville",
    "organisme.pays": "Pays", "organisme.telephone": "Téléphone", "signataire.civilite": "Civilité",
    "signataire.nom": "Nom", "signataire.prenom": "Prénom", "signataire.fonction": "Fonction",
    "signataire.email": "Courriel", "tuteur.civilite": "Civilité", "tuteur.nom": "Nom", "tuteur.prenom": "Prénom",
    "tuteur.fonction": "Fonction", "tuteur.email": "Courriel", "tuteur.telephone": "Téléphone", "stage.pays": "Pays",
    "gratification.montant": "Montant", "gratification.unite": "Unité", "gratification.type": "Type",
}  # fmt: skip


def drupal() -> Export:
    """Drupal Webform: a row of sections over the questions, a draft among the answers."""
    form = WebForm(
        ("Numéro de série", "SID", "UUID", "Soumis", "Modifié", "En brouillon", "Adresse IP distante", "Langue"), _SHORT
    )
    answers = [
        _answers(180),
        _answers(181, gratification__montant="3,10"),
        _answers(182),
        _answers(183) | {key: None for key in QUESTIONS if key.startswith(("stage.", "gratification."))},
        _answers(184, stage__interruptions=None),
    ]
    titles: list[str | None] = ["Détails de la soumission", *[None] * (len(form.before) - 1)]
    last = None
    for key in form.questions():
        title = _SECTIONS[key.partition(".")[0]]
        titles.append(None if title == last else title)
        last = title
    rows = []
    for index, row in enumerate(answers):
        sent = _sent(index)
        own = [
            index + 1,
            4210 + 3 * index,
            f"6f1c0a52-0000-4000-8000-0000000042{10 + index}",
            f"{sent:%Y-%m-%d %H:%M:%S}",
        ]
        own += [
            f"{sent + timedelta(hours=1):%Y-%m-%d %H:%M:%S}",
            "Oui" if index == 3 else "Non",
            "(inconnu)",
            "Français",
        ]
        rows.append([*own, *(_day(row[key]) for key in form.questions())])
    return Export([titles, [*form.before, *form.questions().values()]], rows)


def framaforms() -> Export:
    """Framaforms: the form's title above the headers, semicolons, days as typed."""
    form = WebForm(
        (
            "Numéro de soumission",
            "Date de soumission",
            "Date de modification",
            "Brouillon",
            "Adresse IP",
            "Nom d’utilisateur",
        ),
        {"gratification.montant": "Gratification mensuelle brute"},
        frozenset({"gratification.unite", "gratification.type"}),
    )
    answers = [
        _answers(200, gratification__montant="656,25"),
        _answers(201, gratification__montant="700"),
        _answers(202, gratification__montant="450.00 Net"),
        _answers(203, gratification__montant="656,25", stage__date_fin=date(2027, 1, 29)),
    ]
    rows = []
    for index, row in enumerate(answers):
        own = [
            index + 1,
            f"{_sent(index):%d/%m/%Y - %H:%M}",
            f"{_sent(index):%d/%m/%Y - %H:%M}",
            None,
            "(inconnu)",
            "Anonyme",
        ]
        rows.append([*own, *(_day(row[key]) for key in form.questions())])
    return Export([["Imprimé contact – convention de stage"], [*form.before, *form.questions().values()]], rows)
