# ruff: noqa: DTZ001 (the cells of a spreadsheet have no time zone)
"""Outcomes made by hand for the tests of the reports; every person and host is invented."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from pathlib import Path

from pipeline.config import Settings, load_settings
from pipeline.model import (
    CellValue,
    Deposit,
    Entry,
    ErrorCell,
    Failure,
    Finding,
    Form,
    Layout,
    Model,
    Outcome,
    Place,
    Severity,
    Source,
    Standing,
    Status,
    Value,
    Verdict,
    column_letters,
)
from pipeline.tables import Tables, load_tables

ROOT = Path(__file__).resolve().parents[2]
DAY = date(2026, 11, 21)
UGLY = "<b>Télé & Fils</b> \"l’Étoile\" 'd’or' {{ 7*7 }} {% raw %} =cmd|'/c calc'!A1 % 🎭 שלום مرحبا"
LONG = "Le service accompagne les équipes ; " * 280
HEADERS = (
    "Horodateur", "Numéro étudiant", "Nom de l’étudiant", "Prénom", "Adresse électronique", "Civilité", "Formation",
    "Organisme d’accueil", "SIRET", "Ville", "Pays", "Date de début", "Date de fin", "Durée effective (heures)",
    "Confidentiel ?", "Sujet", "", "Remarque libre",
)  # fmt: skip
KEYS = (
    "formulaire.depose_le", "etudiant.numero", "etudiant.nom", "etudiant.prenom", "etudiant.email",
    "etudiant.civilite", "formation.diplome", "organisme.raison_sociale", "organisme.siret", "organisme.ville",
    "stage.pays", "stage.date_debut", "stage.date_fin", "stage.duree_heures", "stage.confidentiel", "stage.sujet",
)  # fmt: skip
LAYOUT = Layout("imprime_contact", 3, HEADERS, {key: (index,) for index, key in enumerate(KEYS)})
FILE = "scolarité/Réponses [2026-2027] imprimé contact.xlsx"


def tables() -> Tables:
    """Return the tables of the project."""
    return load_tables(ROOT / "schemas")


def settings() -> Settings:
    """Return the shipped settings."""
    return load_settings(ROOT / "conventions.toml")


def finding(
    rule: str,
    severity: Severity,
    fields: tuple[str, ...],
    row: int,
    message: str,
    fix: str = "Merci de compléter cette rubrique avec l’organisme.",
    **changes: str,
) -> Finding:
    """Return a finding on the cells of ``fields`` in ``row`` of LAYOUT."""
    cells = tuple(f"{column_letters(LAYOUT.columns[key][0])}{row}" for key in fields if key in LAYOUT.columns)
    motif = changes.get("motif", "correction") if severity == "bloquant" else None
    jalon = changes.get("jalon", "édition")
    return Finding(
        rule, severity, motif, jalon, fields, cells, message, fix, "In English.", "Please mend.", "000 III.iii"  # type: ignore[arg-type]  # texts of the test, all of the literal types
    )  # fmt: skip


def verdict(
    row: int,
    status: Status,
    findings: tuple[Finding, ...] = (),
    *,
    file: str = FILE,
    sheet: str = "Réponses",
    reference: str | None = "",
    standing: Standing = "current",
    layout: Layout = LAYOUT,
    model: Model | None = "français",
    zone: str | None = "FR_METRO_DROM_COM",
    values: Mapping[str, Value] | None = None,
    original: tuple[CellValue, ...] | None = None,
) -> Verdict:
    """Return a judged row of a sound form, changed by what is given."""
    sound: dict[str, Value] = {
        "etudiant.numero": f"2100{row:04d}",
        "etudiant.nom": "LAMBERTIN",
        "etudiant.prenom": "Élodie",
        "formation.diplome": "Master Lettres modernes",
        "organisme.raison_sociale": "Théâtre des Trois Ponts",
        "stage.pays": "FR",
        "stage.date_debut": date(2027, 1, 4 + row % 20),
        "stage.date_fin": date(2027, 6, 30),
    }
    sound.update(values or {})
    start = sound.get("stage.date_debut")
    cells: tuple[CellValue, ...] = original or (
        datetime(2026, 11, 2, 14, 30), 21000000 + row, str(sound["etudiant.nom"]), str(sound["etudiant.prenom"]),
        "elodie.lambertin@etu.exemple.fr", "Mme", str(sound["formation.diplome"]),
        str(sound["organisme.raison_sociale"]), 12345678900012, "Aix-en-Provence", "France",
        start if isinstance(start, date) else None, date(2027, 6, 30), 612, "non", "Médiation auprès des publics",
        None, None,
    )  # fmt: skip
    place = Place(file, sheet, row)
    given = {key: cells[index] for index, key in enumerate(KEYS) if index < len(cells) and cells[index] is not None}
    form = Form(place, layout, given, cells)
    number = f"C2026-{row:06d}" if reference == "" else reference
    deposit = Deposit(form, sound, {}, f"{row:064x}", datetime(2026, 11, 2, 14, 30))
    entry = Entry(deposit, number, standing, None, DAY, 1, f"dossiers/2026-2027/{number}_LAMBERTIN_Elodie")
    return Verdict(entry, status, model, zone, findings)


def full_outcome() -> Outcome:
    """Return an outcome with every status, level, kind of source and ugly text."""
    duration = finding(
        "DUR-01", "bloquant", ("stage.duree_heures",), 5,
        "La durée effective indiquée, 975 h, dépasse le maximum de 924 h (six mois) par année d’enseignement dans un "
        "même organisme (code de l’éducation, art. L124-5 et D124-6).",
        "Réduisez la période ou l’horaire d’au moins 51 h, en accord avec l’organisme, puis renvoyez le formulaire "
        "corrigé.",
    )  # fmt: skip
    missing = finding(
        "LIG-06", "bloquant", ("tuteur.nom", "tuteur.prenom", "organisme.adresse"), 6,
        "Trois informations nécessaires n’ont pas encore été données : nom et prénom du tuteur, adresse.",
    )  # fmt: skip
    advice = finding(
        "GEO-03", "à vérifier", ("organisme.ville", "stage.pays"), 7,
        "Une partie du territoire est formellement déconseillée au Maroc : frontière mauritanienne (France "
        "Diplomatie, conseils du 13/04/2026).",
        "Indiquez la ville et la région exactes du stage.",
    )  # fmt: skip
    awaited = finding(
        "GEO-05", "à vérifier", ("etranger.accord_fsd",), 7,
        "Tout stage à l’étranger demande l’accord du fonctionnaire de sécurité et de défense ; il n’est pas encore "
        "rendu.",
        "Vous n’avez rien à faire : le service le demande pour vous.", jalon="signature",
    )  # fmt: skip
    late = finding(
        "DAT-03", "bloquant", ("stage.date_debut",), 8,
        "Le stage devait commencer le 02/11/2026 et la convention n’était pas signée à cette date.",
        "Si le stage n’a pas commencé, convenez d’une nouvelle date avec l’organisme.", motif="refus",
    )  # fmt: skip
    elsewhere = finding(
        "ROU-01", "bloquant", ("formation.diplome",), 9,
        "Les conventions de la formation continue sont établies par un autre service.",
        "Écrivez au bureau de la formation continue.", motif="réorientation",
    )  # fmt: skip
    ugly = finding("LIG-09", "bloquant", ("stage.sujet",), 11, f"La valeur « {UGLY} » n’a pas été comprise.", UGLY)
    double = finding("LIG-01", "bloquant", (), 12, "Cette ligne répète la ligne 4 de la même feuille.",
                     "Supprimez l’une des deux lignes.")  # fmt: skip
    known = finding("LAN-02", "information", ("stage.pays",), 4, "La convention est établie en français.", "–")
    bad = (
        datetime(1850, 1, 1, 12), ErrorCell("#REF!"), "=HYPERLINK(\"x\")", "+33 6", "@toto", "-1", "Master <Arts> & Co",
        UGLY, "00000000000000", time(8, 30), timedelta(hours=35), date(1899, 1, 1), True, float("nan"), "#N/A", LONG,
        "\x00\x1f\ud800", "fin\nde\nligne",
    )  # fmt: skip
    rabat: Mapping[str, Value] = {"stage.pays": "MA", "etudiant.nom": "OUALDI-PRÉVOST", "etudiant.prenom": "Inès",
                                  "stage.date_debut": date(2026, 12, 1)}  # fmt: skip
    old = Layout("pstage", 1, ("Numéro de Convention", "Nom étudiant"), {"etudiant.nom": (1,)})
    verdicts = (
        verdict(4, "prêt", (known,)),
        verdict(5, "à corriger", (duration,)),
        verdict(6, "à corriger", (missing, finding("ACT-01", "à vérifier", ("etudiant.nom",), 6, "Deux rôles pour une "
                                                    "même personne."))),
        verdict(7, "à vérifier", (advice, awaited), model="francophone", zone="RESTE_DU_MONDE", values=rabat),
        verdict(8, "refusé", (late,), values={"stage.date_debut": date(2026, 11, 2)}),
        verdict(9, "réorienté", (elsewhere,)),
        verdict(10, "remplacé", standing="replaced", reference="C2026-000004"),
        verdict(11, "à corriger", (ugly,), original=bad, model=None, zone=None,
                values={"organisme.raison_sociale": UGLY, "etudiant.nom": "=1+1", "stage.pays": "JP"}),
        verdict(12, "à corriger", (double,), standing="double", reference="C2026-000004"),
        verdict(2, "à corriger", (missing,), file="pstage.csv", sheet="", layout=old, reference="C2026-000099",
                original=("P-17", "ZÉRAH")),
    )  # fmt: skip
    stem = "dossiers/2026-2027/C2026-000004_LAMBERTIN_Elodie"
    documents = {
        verdicts[0].place: (
            f"{stem}/convention_C2026-000004.docx", f"{stem}/convention_C2026-000004.pdf",
            f"{stem}/pieces_C2026-000004.pdf", f"{stem}/message_C2026-000004.eml",
        ),
        verdicts[1].place: ("dossiers/2026-2027/C2026-000005_LAMBERTIN_Elodie/message #1 %?.eml",),
    }  # fmt: skip
    sources = (
        Source(FILE, "Réponses", "a" * 64, "imprime_contact", "lu", None, 9, ((14, "ligne de total"),),
               ("Colonne « Q » sans en-tête : non lue.",)),
        Source("pstage.csv", "", "b" * 64, "pstage", "inchangé", None, 1),
        Source("notes <b>&.docx", "", "c" * 64, None, "rejeté", "ce format n’est pas lu ; enregistrez en .xlsx"),
        Source("copie.xlsx", "", "d" * 64, None, "en attente", "le fichier est encore en cours de copie"),
    )  # fmt: skip
    return Outcome(
        "20261121T020000Z", DAY, sources, verdicts, documents, 4,
        (Failure("dossiers/2026-2027/C2026-000007_X/convention_C2026-000007.pdf", "LibreOffice n’a pas répondu"),),
        ("wkhtmltopdf est absent : les listes de pièces sont faites en .html, sans PDF.",), 3.14159,
    )  # fmt: skip


def empty_outcome() -> Outcome:
    """Return the outcome of a run over an empty inbox."""
    return Outcome("20261121T020000Z", DAY, (), (), {})


def sound_outcome() -> Outcome:
    """Return an outcome in which nothing needs work."""
    sound = verdict(4, "prêt")
    source = Source(FILE, "Réponses", "a" * 64, "imprime_contact", "lu", None, 1)
    return Outcome("20261121T020000Z", DAY, (source,), (sound,), {}, 3)
