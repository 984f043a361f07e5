"""What stands in each document: the agreement, its annexes, and the sheets that go with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from tools.agreements.compose import Composer
from tools.agreements.package import PAGE_WIDTH
from tools.agreements.paper import cell, paragraph, row, rows_when, table, tag, text, when
from tools.agreements.parties import CERTIFICATE, IDENTITY, Frame, Line, also, on_one_line
from tools.agreements.signing import SIGNATORIES
from tools.agreements.words import Clause

Texts: TypeAlias = Mapping[str, Sequence[Clause]]
"""The articles under ``convention``, and each section of annexes.yaml under its name."""

Body: TypeAlias = Callable[[Composer, Texts], str]


def _model(c: Composer) -> str:
    """Return the model whose blocks of a section stand in a sheet that is not of one model only."""
    return "bilingue" if c.facing else "francophone"


# ── the agreement and its annexes ─────────────────────────────────────────────────────────────────────────


def agreement(model: str) -> Body:
    """Return what writes the agreement of ``model``, with the annexes that stand in it."""

    def body(c: Composer, texts: Texts) -> str:
        return (
            c.title("titre")
            + c.frames()
            + c.clauses(texts["convention"], model, bound=True)
            + c.signatures()
            + c.annex_heading("annexe.attestation_titre")
            + _certificate(c, texts, model)
            + when(
                "cas.calendrier_long",
                c.annex_heading("annexe.calendrier_titre") + c.clauses(texts["calendrier"], model) + c.calendar(),
            )
        )

    return body


def annex(title: str, section: str, parties: Sequence[str], consigne: str) -> Body:
    """Return what writes an annex of its own: ``section`` of annexes.yaml, then the signatures of ``parties``."""

    def body(c: Composer, texts: Texts) -> str:
        words = c.clauses(texts[section], _model(c), bound=True)
        return c.title(title) + c.frames(IDENTITY) + words + c.signatures(parties, consigne)

    return body


# ── the certificate ───────────────────────────────────────────────────────────────────────────────────────


def _certificate(c: Composer, texts: Texts, model: str) -> str:
    words = c.clauses(texts["attestation"], model)
    return words + text("Espace", "") + c.frames(CERTIFICATE) + c.signatures(("organisme",), "attestation.consigne")


def certificate_form(c: Composer, texts: Texts) -> str:
    """Return the certificate as a form of its own, which the host fills in, signs and issues (D124-9)."""
    return c.title("attestation.titre") + _certificate(c, texts, _model(c))


# ── the summary for the programme director ────────────────────────────────────────────────────────────────

_SUMMARY: tuple[Frame, ...] = (
    Frame(
        "synthese.etudiant",
        (
            Line(
                "stagiaire.nom",
                "{{ etudiant.nom_complet }}{% if etudiant.usage %} ({{ etudiant.usage }}){% endif %}"
                "{% if etudiant.numero %}, n° {{ etudiant.numero }}{% endif %}",
            ),
            Line(
                "formation.diplome",
                "{{ formation.diplome }}{% if formation.element_pedagogique %}\n"
                "{{ formation.element_pedagogique }}{% endif %}",
            ),
            Line(
                "formation.nature",
                "{{ stage.nature }}{% if formation.ects %}, {{ formation.ects }} ECTS{% endif %}"
                "{% if cas.cesure %}, césure{% endif %}",
            ),
        ),
    ),
    Frame(
        "organisme.titre",
        (
            Line(
                "organisme.raison_sociale",
                "{{ organisme.raison_sociale }}{% if organisme.service %}, {{ organisme.service }}{% endif %}",
            ),
            Line(
                "organisme.statut",
                "{{ organisme.type }}{% if organisme.type and organisme.statut %} – {% endif %}{{ organisme.statut }}",
                si="organisme.type or organisme.statut",
            ),
            Line("stage.lieu", on_one_line("stage.lieu"), si="stage.lieu"),
            Line(
                "synthese.avis_voyageurs",
                "{{ avis.niveau }}{% if avis.date %} (état publié le {{ avis.date }}){% endif %}"
                "{% if avis.zones %}\n{{ avis.zones }}{% endif %}",
                si="avis.niveau",
            ),
        ),
    ),
    Frame(
        "stage.titre",
        (
            Line("stage.periode", "{{ stage.periode }}"),
            Line("stage.interruptions", "{{ stage.interruptions }}", si="stage.interruptions"),
            Line("stage.duree", "{{ stage.duree_texte }}"),
            Line("synthese.heures_cumulees", "", si="stage.heures_cumulees"),
            Line(
                "stage.temps_travail",
                "{{ stage.temps_travail }}{% if stage.temps_travail and stage.heures_hebdomadaires %}, {% endif %}"
                "{% if stage.heures_hebdomadaires %}{{ stage.heures_hebdomadaires }} heures par semaine{% endif %}",
                si="stage.temps_travail or stage.heures_hebdomadaires",
            ),
            Line(
                "synthese.gratification",
                "{{ gratification.montant_texte }}"
                "{% if gratification.total %} – {{ gratification.total }} au total{% endif %}",
                si="cas.gratifie and gratification.montant_texte",
            ),
            Line("synthese.sans_gratification", "", si="not cas.gratifie"),
        ),
    ),
    Frame(
        "synthese.suivi",
        (
            Line("synthese.enseignant", "{{ enseignant.nom_complet }}"),
            Line(
                "encadrement.tuteur",
                "{{ tuteur.nom_complet }}{% if tuteur.fonction %}, {{ tuteur.fonction }}{% endif %}",
            ),
            Line(
                "encadrement.tuteur2",
                "{{ tuteur2.nom_complet }}{% if tuteur2.fonction %}, {{ tuteur2.fonction }}{% endif %}",
                si="cas.second_encadrant and tuteur2.nom_complet",
            ),
            Line("synthese.modalite_suivi", "{{ stage.modalite_suivi }}", si="stage.modalite_suivi"),
            Line(
                "synthese.evaluation",
                "{{ stage.nature_travail }}{% if stage.nature_travail and stage.modalite_validation %} – {% endif %}"
                "{{ stage.modalite_validation }}",
                si="stage.nature_travail or stage.modalite_validation",
            ),
            Line("synthese.jury", "{{ formation.date_jury }}", si="formation.date_jury"),
        ),
    ),
    Frame(
        "synthese.contenu",
        (
            Line("synthese.confidentiel", "", si="cas.confidentiel"),
            Line("stage.sujet", "{{ stage.sujet }}", si="not cas.confidentiel"),
            Line("synthese.activites", "{{ stage.activites }}", si="not cas.confidentiel and stage.activites"),
            Line("synthese.competences", "{{ stage.competences }}", si="not cas.confidentiel and stage.competences"),
        ),
    ),
)

_OPINION = (1500, 1500, 1800, PAGE_WIDTH - 4800)


def summary(c: Composer, texts: Texts) -> str:
    """Return the summary sheet, on which the programme director gives an opinion; in French only."""
    return (
        c.title("synthese.titre")
        + c.clauses(texts["synthese"], "français")
        + text("Espace", "")
        + c.frames(_SUMMARY)
        + c.clauses(texts["synthese_points"], "français")
        + tag("for point in convention.a_verifier")
        + text("Puce", "{{ point }}")
        + tag("endfor")
        + _opinion(c)
    )


def _opinion(c: Composer) -> str:
    """The box of the opinion: a cross in one of two cells, the date, remarks and visa."""
    heads = ("favorable", "defavorable", "date", "visa")
    rows = row(cell(sum(_OPINION), paragraph("Titrecadre", c.label("synthese.avis_titre")), span=4), header=True)
    rows += row(
        *(
            cell(width, paragraph("Etiquette", c.label(f"synthese.avis_{head}")))
            for width, head in zip(_OPINION, heads, strict=True)
        )
    )
    rows += row(*(cell(width, text("Signature", "")) for width in _OPINION), height=1000)
    name = c.labels["synthese.avis_titre"].fr
    box = table("Cadre", _OPINION, rows, name=name, first_row=True, first_column=False)
    return text("Espacesolidaire", "") + box


# ── two agreements for one internship ─────────────────────────────────────────────────────────────────────

_WHO_SIGNS = (PAGE_WIDTH - 5000, 2500, 2500)


def covering_note(c: Composer, texts: Texts) -> str:
    """Return the note that goes with our agreement when the host has its own signed too."""
    model = _model(c)
    return (
        c.title("note_double.titre")
        + c.frames(IDENTITY)
        + c.clauses(texts["note_double"], model)
        + text("Espace", "")
        + _who_signs(c)
        + c.clauses(texts["note_double_suite"], model)
    )


def _who_signs(c: Composer) -> str:
    """The table of signatures: a party a row, an agreement a column."""
    heads = ("signatures.colonne_partie", "note_double.colonne_etablissement", "note_double.colonne_organisme")
    rows = row(
        *(cell(w, paragraph("Entetecolonne", c.label(head))) for w, head in zip(_WHO_SIGNS, heads, strict=True)),
        header=True,
    )
    for signatory in SIGNATORIES:
        last = signatory.key == "universite"
        ours = "ne_signe_pas" if signatory.elsewhere else "signe_en_dernier" if last else "signe"
        theirs = "si_demande" if last else "signe"
        party = paragraph(
            "Etiquette", c.label("signatures.universite_partie" if last else f"signatures.{signatory.key}")
        )
        name = when(signatory.name, text("Valeur", f"{{{{ {signatory.name} }}}}"))
        rows += rows_when(
            signatory.si,
            row(
                cell(_WHO_SIGNS[0], party + name),
                *(
                    cell(width, paragraph("Valeur", c.label(f"note_double.{label}")))
                    for width, label in zip(_WHO_SIGNS[1:], (ours, theirs), strict=True)
                ),
            ),
            _WHO_SIGNS,
        )
    name = c.labels["note_double.tableau"].fr
    return table("Cadre", _WHO_SIGNS, rows, name=name, first_row=True, first_column=True) + text("Espace", "")


# ── the accident sheet ────────────────────────────────────────────────────────────────────────────────────

_AWAY = "cas.etranger or cas.pacifique"
_FRENCH_COVER = (
    "not (cas.etranger or cas.pacifique) or cas.at_francaise or cas.quebec_protocole or (cas.pacifique"
    " and not cas.au_dessus_plafond and not cas.plus_de_six_mois and not cas.teletravail_autre_pays)"
)
"""Where the accident is declared to a French fund: as in article 6 of the agreement."""

_SERVICE = "{{ services.conventions.nom }}" + also("services.conventions")

_CALL: tuple[Frame, ...] = (
    Frame(
        "accident.prevenir",
        (
            Line(
                "accident.organisme",
                "{{ organisme.raison_sociale }}{% if organisme.telephone %}\n{{ organisme.telephone }}{% endif %}",
            ),
            Line("encadrement.tuteur", "{{ tuteur.nom_complet }}" + also("tuteur")),
            Line("accident.etablissement", _SERVICE, si=f"not ({_AWAY})"),
            Line("accident.etablissement_48", _SERVICE, si=_AWAY),
            Line(
                "etablissement.telephone_urgence",
                "{{ universite.telephone_urgence }}",
                si="universite.telephone_urgence",
            ),
            Line("encadrement.enseignant", "{{ enseignant.nom_complet }}" + also("enseignant")),
            Line(
                "representant.titre",
                "{{ representant.nom_complet }}" + also("representant"),
                si="cas.mineur and representant.nom_complet",
            ),
            Line("accident.assistance", "", si=_AWAY),
        ),
    ),
)

_REFERENCES: tuple[Frame, ...] = (
    Frame(
        "accident.references",
        (
            Line(
                "accident.caisse",
                "{{ protection.caisse }}{% if protection.caisse_adresse %}\n{{ protection.caisse_adresse }}{% endif %}",
                si=f"protection.caisse and ({_FRENCH_COVER})",
            ),
            Line("stagiaire.titre", "{{ etudiant.nom_complet }}"),
            Line("stagiaire.date_naissance", "{{ etudiant.naissance }}", si="etudiant.naissance", translated=True),
            Line("annexe.convention", "", si="stage.periode"),
            Line(
                "accident.etablissement_nom",
                "{{ universite.nom }}{% if universite.siret %} (SIRET {{ universite.siret }}){% endif %}"
                "{% if universite.adresse %}\n{{ universite.adresse }}{% endif %}",
            ),
            Line(
                "accident.organisme_identifiant",
                "{% if organisme.siret %}SIRET {% endif %}{{ organisme.identifiant_valeur }}",
                si="organisme.identifiant_valeur",
            ),
            Line(
                "accident.responsabilite_civile",
                "{{ assurance.rc_compagnie }}{% if assurance.rc_compagnie and assurance.rc_police %}, {% endif %}"
                "{% if assurance.rc_police %}n° {{ assurance.rc_police }}{% endif %}",
                si="assurance.rc_compagnie or assurance.rc_police",
            ),
        ),
    ),
)


def accident_sheet(c: Composer, texts: Texts) -> str:
    """Return the page that is looked for in a hurry: what to do, whom to call, who declares, to which fund."""
    model = _model(c)
    return (
        c.title("accident.titre")
        + c.clauses(texts["accident"], model)
        + text("Espace", "")
        + c.frames(_CALL)
        + c.clauses(texts["accident_declaration"], model)
        + text("Espace", "")
        + c.frames(_REFERENCES)
    )
