"""The tables of the first pages: who, what, when, where; one line of a table is one fact with its label."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """``label`` (key of labels.yaml) and ``value`` (Jinja); the line exists only when ``si`` is true.

    ``translated``: the value reads differently in English and is printed in both languages.
    """

    label: str
    value: str
    si: str | None = None
    mentions: tuple[int, ...] = ()
    translated: bool = False
    each: str | None = None
    """Jinja loop (``c in stage.calendrier``): one paragraph of ``value`` for each turn."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One table: title (key of labels.yaml), lines, condition."""

    title: str
    lines: tuple[Line, ...]
    si: str | None = None


def contact(person: str) -> str:
    """Return the Jinja text "telephone – e-mail" of a person or service, without a lonely dash."""
    both = f"{person}.telephone and {person}.courriel"
    return (
        f"{{{{ {person}.telephone }}}}{{% if {both} %}} – {{% endif %}}{{{{ {person}.courriel }}}}"
        if person.startswith(("services.", "universite"))
        else f"{{{{ {person}.telephone }}}}{{% if {person}.telephone and {person}.email %}} – {{% endif %}}"
        f"{{{{ {person}.email }}}}"
    )


def reachable(person: str) -> str:
    """Return the Jinja condition under which a person or service has a telephone or an e-mail."""
    mail = "courriel" if person.startswith(("services.", "universite")) else "email"
    return f"{person}.telephone or {person}.{mail}"


def also(person: str) -> str:
    """Return the Jinja text that writes the contact of a person or service on a second line, when there is one."""
    return f"{{% if {reachable(person)} %}}\n{contact(person)}{{% endif %}}"


def on_one_line(name: str) -> str:
    """Return the Jinja text that writes an address without its line breaks."""
    return f"{{{{ {name} | replace('\\n', ', ') }}}}"


FRAMES: tuple[Frame, ...] = (
    Frame(
        "etablissement.titre",
        (
            Line(
                "etablissement.nom",
                "{{ universite.nom }}{% if universite.siret %} (SIRET {{ universite.siret }}){% endif %}",
            ),
            Line(
                "etablissement.composante",
                "{{ universite.composante }}{% if universite.departement %}\n{{ universite.departement }}{% endif %}",
                si="universite.composante",
            ),
            Line("etablissement.adresse", "{{ universite.adresse }}", si="universite.adresse"),
            Line(
                "etablissement.represente_par",
                "{{ universite.representant }}"
                "{% if universite.representant and universite.qualite %}, {% endif %}{{ universite.qualite }}"
                "{% if universite.delegation %}\n{{ universite.delegation }}{% endif %}",
                si="universite.representant or universite.qualite",
                translated=False,
            ),
            Line("etablissement.contact", contact("universite"), si=reachable("universite")),
            Line(
                "etablissement.telephone_urgence",
                "{{ universite.telephone_urgence }}",
                si="universite.telephone_urgence",
            ),
            Line(
                "etablissement.service_gestionnaire",
                "{{ services.conventions.nom }}" + also("services.conventions"),
            ),
        ),
    ),
    Frame(
        "organisme.titre",
        (
            Line("organisme.raison_sociale", "{{ organisme.raison_sociale }}"),
            Line(
                "organisme.statut",
                "{{ organisme.type }}{% if organisme.type and organisme.statut %} – {% endif %}{{ organisme.statut }}",
                si="organisme.type or organisme.statut",
                translated=True,
            ),
            Line(
                "organisme.identifiant",
                "{{ organisme.identifiant_valeur }}",
                si="organisme.identifiant_valeur",
            ),
            Line("organisme.adresse", "{{ organisme.adresse_complete }}", si="organisme.adresse_complete"),
            Line("organisme.contact", contact("organisme"), si=reachable("organisme")),
            Line("organisme.effectif", "{{ organisme.effectif }}", si="organisme.effectif"),
            Line(
                "organisme.represente_par",
                "{{ signataire.nom_complet }}{% if signataire.fonction %}, "
                "{{ signataire.fonction }}{% endif %}" + also("signataire"),
            ),
            Line("organisme.service", "{{ organisme.service }}", si="organisme.service"),
        ),
    ),
    Frame(
        "stagiaire.titre",
        (
            Line(
                "stagiaire.nom",
                "{{ etudiant.nom_complet }}{% if etudiant.usage %} ({{ etudiant.usage }}){% endif %}",
            ),
            Line("stagiaire.date_naissance", "{{ etudiant.naissance }}", translated=True),
            Line("stagiaire.numero", "{{ etudiant.numero }}", si="etudiant.numero"),
            Line("stagiaire.adresse", "{{ etudiant.adresse_complete }}", si="etudiant.adresse_complete"),
            Line("stagiaire.contact", contact("etudiant"), si=reachable("etudiant")),
        ),
    ),
    Frame(
        "representant.titre",
        (
            Line(
                "representant.nom",
                "{{ representant.nom_complet }}{% if representant.qualite %}, {{ representant.qualite }}{% endif %}",
            ),
            Line("representant.contact", contact("representant"), si=reachable("representant")),
        ),
        si="cas.mineur and representant.nom_complet",
    ),
    Frame(
        "formation.titre",
        (
            Line("formation.diplome", "{{ formation.diplome }}", mentions=(1,)),
            Line("formation.element", "{{ formation.element_pedagogique }}", si="formation.element_pedagogique"),
            Line(
                "formation.volume_horaire",
                "{{ formation.volume_horaire }}",
                si="not cas.cesure and formation.volume_horaire",
                mentions=(1,),
                translated=True,
            ),
            Line("formation.cesure", "", si="cas.cesure", mentions=(1,)),
            Line("formation.nature", "{{ stage.nature }}", translated=True),
            Line(
                "formation.ects",
                "{{ formation.ects }}",
                si="formation.ects and not cas.complementaire",
                translated=True,
            ),
            Line(
                "formation.responsable",
                "{{ formation.responsable_pedagogique }}",
                si="formation.responsable_pedagogique",
            ),
        ),
    ),
    Frame(
        "stage.titre",
        (
            Line("stage.sujet", "{{ stage.sujet }}", translated=True),
            Line("stage.periode", "{{ stage.periode }}", mentions=(5,), translated=True),
            Line(
                "stage.interruptions",
                "{{ i }}",
                si="cas.interruptions",
                each="i in stage.interruptions_liste",
                translated=True,
            ),
            Line("stage.duree", "{{ stage.duree_texte }}", mentions=(5,), translated=True),
            Line("stage.cumul", "", si="stage.heures_cumulees", mentions=(5,), translated=True),
            Line("stage.rappel_calcul", ""),
            Line(
                "stage.heures_hebdomadaires",
                "{{ stage.heures_hebdomadaires }}",
                si="stage.heures_hebdomadaires",
                mentions=(6,),
                translated=True,
            ),
            Line("stage.temps_travail", "{{ stage.temps_travail }}", si="stage.temps_travail", translated=True),
            Line(
                "stage.calendrier",
                "",
                si="cas.discontinu and not cas.calendrier_long and stage.calendrier",
                mentions=(6,),
                each="c in stage.calendrier",
                translated=True,
            ),
            Line("stage.calendrier_annexe", "", si="cas.calendrier_long", mentions=(6,)),
            Line("stage.lieu", "{{ stage.lieu }}", si="stage.lieu", translated=True),
        ),
    ),
    Frame(
        "encadrement.titre",
        (
            Line(
                "encadrement.enseignant",
                "{{ enseignant.nom_complet }}" + also("enseignant"),
                mentions=(2,),
            ),
            Line(
                "encadrement.tuteur",
                "{{ tuteur.nom_complet }}{% if tuteur.fonction %}, {{ tuteur.fonction }}{% endif %}" + also("tuteur"),
                mentions=(2,),
            ),
            Line(
                "encadrement.tuteur2",
                "{{ tuteur2.nom_complet }}{% if tuteur2.fonction %}, {{ tuteur2.fonction }}{% endif %}"
                "{% if tuteur2.email %}\n{{ tuteur2.email }}{% endif %}",
                si="cas.second_encadrant and tuteur2.nom_complet",
            ),
        ),
    ),
    Frame(
        "protection.titre",
        (
            Line(
                "protection.caisse",
                "{{ protection.caisse }}{% if protection.caisse_adresse %}\n{{ protection.caisse_adresse }}{% endif %}",
                si="protection.caisse",
                mentions=(9,),
            ),
            Line(
                "protection.medecine_preventive",
                "{{ services.medecine_preventive.nom }}" + also("services.medecine_preventive"),
                si="services.medecine_preventive.telephone or services.medecine_preventive.courriel",
            ),
            Line(
                "protection.respect_egalite",
                "{{ services.respect_egalite.nom }}" + also("services.respect_egalite"),
            ),
            Line("protection.accident", "", mentions=(9,)),
        ),
    ),
)

IDENTITY: tuple[Frame, ...] = (
    Frame(
        "annexe.convention",
        (
            Line("stagiaire.titre", "{{ etudiant.nom_complet }}"),
            Line("organisme.titre", "{{ organisme.raison_sociale }}"),
            Line("stage.periode", "{{ stage.periode }}", translated=True),
            Line("stage.lieu", on_one_line("stage.lieu"), si="stage.lieu", translated=True),
        ),
    ),
)
"""What tells, on an annex that lies alone on a desk, which internship it belongs to."""

CERTIFICATE: tuple[Frame, ...] = (
    Frame(
        "attestation.organisme",
        (
            Line("organisme.raison_sociale", "{{ organisme.raison_sociale }}"),
            Line("organisme.adresse", on_one_line("organisme.adresse_complete"), si="organisme.adresse_complete"),
            Line("organisme.contact", contact("organisme"), si=reachable("organisme")),
        ),
    ),
    Frame(
        "attestation.stagiaire",
        (
            Line("stagiaire.nom", "{{ etudiant.nom_complet }}"),
            Line("stagiaire.date_naissance", "{{ etudiant.naissance }}", translated=True),
            Line("stagiaire.adresse", on_one_line("etudiant.adresse_complete"), si="etudiant.adresse_complete"),
            Line("stagiaire.contact", contact("etudiant"), si=reachable("etudiant")),
            Line("formation.diplome", "{{ formation.diplome }}"),
            Line(
                "attestation.etablissement",
                "{{ universite.nom }}{% if universite.composante %} – {{ universite.composante }}{% endif %}",
            ),
        ),
    ),
    Frame(
        "attestation.stage",
        (
            Line("attestation.dates_prevues", "{{ stage.periode }}", translated=True),
            Line("attestation.dates_reelles", ""),
            Line("attestation.duree", "", mentions=(15,)),
            Line("attestation.gratification", "", mentions=(15,)),
        ),
    ),
)
"""The certificate that the host fills in and signs at the end: what is known stands, the rest has dots."""
