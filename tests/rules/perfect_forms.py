"""Perfectly filled forms of every kind (design § 2): what could be filled in is there and right, and all have agreed.

One builder makes them all: hypothesis, a seeded sample and the table of named cases only answer its questions. Days,
hours and stipends are computed here as a careful person would with a calendar and the table of rates, not by the
pipeline.
"""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from pipeline.model import Entry
from tests.rules.forms import entry, judge
from tests.rules.perfect.answers import Answer, Fixed, Questions
from tests.rules.perfect.places import EUROPE, Site, choose_site
from tests.rules.perfect.presence import Calendar, after_months, choose_calendar
from tests.rules.perfect.stipends import choose_stipend
from tests.rules.perfect.writing import (
    address,
    write_choice,
    write_day,
    write_money,
    write_number,
    write_phone,
    write_yes_no,
)
from tools.examples.people import phone, siret


@dataclass(frozen=True, slots=True)
class PerfectForm:
    """A form about which nothing above information may be said."""

    changes: Mapping[str, Any]
    """For :func:`tests.rules.forms.entry`: every field, and ``sans_colonne``."""
    first_judged: date
    kinds: frozenset[str]
    """What it is an example of: « place=overseas », « stipend=month_smoothed »…"""
    country: str
    hours: Decimal

    def entry(self, faults: Mapping[str, Any] | None = None) -> Entry:
        """Return the entry, with ``faults`` in place of its cells; a faulty cell has its column."""
        changes = {**self.changes, **(faults or {})}
        given = {key for key, value in (faults or {}).items() if value is not None}
        changes["sans_colonne"] = [key for key in changes["sans_colonne"] if key not in given]
        return dataclasses.replace(entry(changes), first_judged=self.first_judged)


def case(answer: Answer | None = None, /, **wanted: str) -> PerfectForm:
    """Return the form of the kinds ``wanted``; raises ValueError when a kind cannot be had with the others."""
    form = build(Fixed(wanted, answer))
    missing = {f"{question}={taken}" for question, taken in wanted.items()} - form.kinds
    if missing:
        raise ValueError(f"these kinds do not go together: {sorted(missing)}")
    return form


@st.composite
def perfect_forms(draw: st.DrawFn) -> PerfectForm:
    """Return any perfect form: chance answers the first questions, the simplest option the rest.

    Hypothesis draws the chance and how far it goes, so that a form that fails shrinks to the fewest odd answers.
    """
    chance = random.Random(draw(st.integers(0, 2**32 - 1)))  # noqa: S311 (no secret)
    left = draw(st.sampled_from((0, 10, 20, 40, 80) + (1000,) * 20))

    def answer(_: str, count: int) -> int:
        nonlocal left
        left -= 1
        return chance.randrange(count) if left >= 0 else 0

    return build(answer)


# ── people and host ───────────────────────────────────────────────────────────────────────────────

_LONG_GIVEN = "Marie-Antoinette-Joséphine-Emmanuelle-Wilhelmine"
STUDENTS = (
    ("DURAND", "Élodie"), ("D’ARTIGUES", "Inès"), ("O'Brien", "Sinéad"), ("de La Fontaine-Saint-Ange", "Côme"),
    ("NGUYỄN VĂN", "Lĩnh"), ("SZYMAŃSKI", "Noé"), ("JOÃO FERREIRA", "Gonçalo"), ("ÂNGELO", "SÃO"), ("Na", "Yu"),
    ("VAN DER WESTHUIZEN-MONTMORENCY-LUXEMBOURG-BEAUFORT", _LONG_GIVEN), ("ŒUVRARD", "Maëlle"), ("Le Goff", "Théo"),
    ("ÇELİK", "Ömer"), ("د", "Aya"),
)  # fmt: skip
TUTORS = (
    ("Astier", "Julien"),
    ("L’Hermitte", "Zoé"),
    ("von Thurn und Taxis", "Gloria"),
    ("Durand", "Paul"),
    ("Li", "Na"),
)
SIGNERS = (
    ("Vautrin", "Claire", "Directrice générale"), ("Le Bihan", "Yann", "Secrétaire général"),
    ("Kowalska", "Ewa", "secrétaire de mairie"), ("D'Almeida", "Rui", "Président de l’association"),
    ("Ó Súilleabháin", "Áine", "Head of Human Resources"),
)  # fmt: skip
ADVISORS = (("Delcourt", "Antoine"), ("Garrigue", "Hélène"), ("Ben Saïd", "Leïla"))
HOSTS = {
    "private": (("Éditions de la Sauge", "Entreprise privée"), ("L’Œil & Cie (S.A.R.L.)", "SARL"), ("1+1=2 studio", "SAS")),
    "public": (("Commune de Saint-Exemple", "Collectivité territoriale"), ("Musée national des Collines", "Établissement public"),
               ("Centre hospitalier de la Plaine", "Hôpital public"), ("Préfecture de l’Arc", "Administration")),
    "association": (("Association Teranga Livres", "Association loi 1901"), ("Fondation Médina", "Fondation")),
    "mutual": (("Mutuelle des Vallons", "Mutuelle"),),
    "public_company": (("Société d’économie mixte du Port", "SEM"),),
    "other": (("Cabinet d’une traductrice", "Autre"), ("Atelier sans statut", None)),
    "consular": (("Chambre de commerce des Collines", "Organisme consulaire français"),),
}  # fmt: skip
LONG_TEXT = ("Relecture, mise en page et présentation de volumes aux libraires, semaine après semaine. " * 40)[
    :1499
] + "."
TASKS = (
    "Lecture et rapport sur des manuscrits ; relecture d’épreuves ; participation aux réunions de programme.",
    "Vingt lettres, juste.",
    "Accueil du public et médiation.\nRédaction de fiches « livre » ; suivi d’un tableau de bord (100 %).",
    LONG_TEXT,
)
SKILLS = ("Évaluer un texte et argumenter un avis ; travailler en équipe.", "Maîtrise d’un logiciel", LONG_TEXT)


# ── the form ──────────────────────────────────────────────────────────────────────────────────────

AGES = ("adult", "eighteen", "minor", "sixteen", "mature")
NATIONALITIES = {
    "french": ("française", "Français", "FR", "France"),
    "european": ("italienne", "allemande", "suisse", "Polonais"),
    "dual": ("franco-marocaine", "française et américaine", "Algérienne / française"),
    "third": ("marocaine", "chinoise", "sénégalaise", "américaine"),
    "several_third": ("marocaine et canadienne",),
    "microstate": ("monégasque",),
    "untold": (None,),
}


def build(answer: Answer) -> PerfectForm:
    """Return the perfect form that these answers describe."""
    ask = Questions(answer)
    site = choose_site(ask)
    age = ask.kind("age", AGES)
    minor = age in ("minor", "sixteen")
    time_, judged = choose_calendar(ask, site, minor=minor)
    host_kind = ask.kind("host", _host_kinds(site, time_))
    cells: dict[str, Any] = dict.fromkeys(judge().tables.fields)
    cells |= _student(ask, site, time_, age, judged)
    cells |= _host(ask, site, host_kind)
    cells |= _people(ask, cells)
    cells |= _internship(ask, site, time_, cells)
    public = host_kind in ("public", "consular")
    stipend = choose_stipend(ask, site, time_, public=public, untold=host_kind == "other")
    _settle_seat(cells, site, time_, paid=stipend["versee"])
    cells |= _written_stipend(ask, stipend)
    cells |= _cover(ask, site, time_)
    if site.abroad:
        cells |= _abroad(ask, site, time_)
    cells["etranger.convention_langue"] = _language(ask, site)
    if stipend["versee"] is False and (site.country.code == "CA" or site.country.pacific):
        cells["etranger.formulaire_se"] = write_yes_no(ask, True)
    return PerfectForm(_finished(ask, cells), judged, frozenset(ask.kinds), site.country.code, time_.hours)


def _host_kinds(site: Site, time_: Calendar) -> tuple[str, ...]:
    """Return the kinds of host: a stipend that is due asks for its type (ETS-12), chambers are French."""
    due = site.country.stipend == "OUI" and time_.hours > 308
    left_out = ({"other"} if due else set()) | ({"consular"} if site.abroad else set())
    return tuple(kind for kind in HOSTS if kind not in left_out)


def _student(ask: Questions, site: Site, time_: Calendar, age: str, judged: date) -> dict[str, Any]:
    family, given = ask.of("student", STUDENTS)
    years = {"adult": 21, "eighteen": 18, "minor": 17, "sixteen": 16, "mature": 45}[age]
    born = after_months(time_.start, -12 * years)
    if age in ("adult", "mature", "minor"):
        born -= timedelta(days=ask.of("born", (100, 1, 300)))
    home = ask.kind("home", ("france", "unsaid", "overseas", "abroad"))
    country, region, postcode, town = {
        "france": ("France", "FR", "13100", "Aix-en-Provence"),
        "unsaid": (None, "FR", ask.of("home postcode", ("01000", 1000, "20137")), "Bourg-en-Bresse"),
        "overseas": ("La Réunion", "RE", "97400", "Saint-Denis"),
        "abroad": ("Allemagne", "DE", None, "Leipzig"),
    }[home]
    cells: dict[str, Any] = {
        "formulaire.identifiant": ask.of("form number", ("FC-1000", 1000, None)),
        "formulaire.depose_le": ask.of("deposited", (datetime.combine(judged, time(9, 30)), None)),
        "etudiant.numero": ask.of("number", (21000000, "21000000", "01234567", 1234567, 21000000.0)),
        "etudiant.civilite": write_choice(ask, "etudiant.civilite", ask.of("title", ("Mme", "M.", "Non précisé", None))),
        "etudiant.nom": family,
        "etudiant.prenom": given,
        "etudiant.date_naissance": write_day(ask, born),
        "etudiant.email": ask.of("e-mail", (address(given, family, "etu.univ-amu.fr"), "P.Nom@ETU.UNIV-AMU.FR")),
        "etudiant.email_personnel": ask.of("own e-mail", (None, "prenom+stage@courriel.example.org")),
        "etudiant.telephone": write_phone(ask, region, 42),
        "etudiant.adresse": ask.of("address", ("12 rue des Lavandes", "Bât. B, appt 3\n12 rue de l’Œuf")),
        "etudiant.code_postal": postcode,
        "etudiant.ville": town,
        "etudiant.pays": country,
        "formation.composante": "Faculté ALLSH",
        "formation.departement": ask.of("department", ("Lettres et Arts", None)),
        "formation.diplome": ask.of("degree", ("Master Lettres, parcours Édition et médiation", "Licence 3 LEA",
                                               "Master Didactique et apprentissage des langues")),
        "formation.code_etape": ask.of("step", ("4LT1", None)),
        "formation.regime": write_choice(ask, "formation.regime", "Formation initiale"),
        "formation.volume_horaire": ask.of("taught", ("plus de 200 heures", 400, "450,5 h", "200", "200+", "> 200 h")),
        "formation.responsable_pedagogique": "Mme Hélène Garrigue",
        "formation.autorisation": write_choice(ask, "formation.autorisation", "Validée"),
        "formation.date_jury": write_day(ask, ask.of("board", (None, time_.end + timedelta(days=1), time_.end + timedelta(days=40)))),
        "formation.inscription_administrative": write_yes_no(ask, ask.of("enrolled", (None, True))),
    }  # fmt: skip
    year = time_.end.year - 1 if time_.end.month < 9 else time_.end.year
    if time_.end.month == 9 and time_.start.month != 9:
        year -= 1
    if time_.end.month == 9 and time_.start.year < time_.end.year:
        year = time_.start.year if time_.start.month >= 9 else time_.end.year - 1
    written = (f"{year}-{year + 1}", f"{year}/{year + 1}", year, f"{year}/{(year + 1) % 100:02d}")
    september = time_.start.month == time_.end.month == 9
    cells["formation.annee_universitaire"] = ask.of("year", written if september else (*written, None))
    cells |= _nationality(ask, site, time_)
    if age in ("minor", "sixteen"):
        cells |= {
            "representant.nom": ask.of("guardian", (family, "de Montmorency-Luxembourg-Beaufort-Saint-Ange-de-La-Rochefoucauld")),
            "representant.prenom": "Sophie",
            "representant.qualite": ask.of("quality", ("mère", "tuteur légal", None)),
            "representant.email": ask.of("guardian's e-mail", ("sophie.parent@courriel.example.org", None)),
            "representant.telephone": ask.of("guardian's phone", (phone(8), None)),
        }  # fmt: skip
    return cells


def _nationality(ask: Questions, site: Site, time_: Calendar) -> dict[str, Any]:
    kind = ask.kind("nationality", tuple(NATIONALITIES))
    needs = kind in ("third", "several_third") and not site.abroad
    until = ask.of("permit", (time_.end, time_.end + timedelta(days=200)))
    return {
        "etudiant.nationalite": ask.of("nationality as", NATIONALITIES[kind]),
        "etudiant.titre_sejour_fin": write_day(
            ask, until if needs or (kind == "microstate" and not site.abroad) else None
        ),
    }


def _host(ask: Questions, site: Site, kind: str) -> dict[str, Any]:
    name, type_ = ask.of("host name", HOSTS[kind])
    seats = ["there", "elsewhere"] if site.country.code in ("FR", "DE", "ES", "LU", "SN") else ["there"]
    seat = ask.kind("seat", seats)
    countries = judge().tables.countries
    country, written, town, postcode = site.country, site.written, site.town, site.postcode
    if seat == "elsewhere":
        country = countries["DE" if site.country.code == "FR" else "FR"]
        written, town, postcode = (
            country.name,
            ("Berlin", "Paris")[country.code == "FR"],
            ("10115", "75011")[country.code == "FR"],
        )
    cells: dict[str, Any] = {
        "organisme.raison_sociale": name,
        "organisme.type": type_,
        "organisme.secteur": ask.of("sector", ("Édition de livres", None)),
        "organisme.effectif": ask.of("workforce", (12, "10 à 49", None)),
        "organisme.adresse": ask.of("host address", ("12 cours des Platanes", "8 Harbour Street\n2nd floor")),
        "organisme.code_postal": int(postcode) if postcode and postcode.isdigit() and ask.of("postcode cell", (0, 1)) else postcode,
        "organisme.ville": town,
        "organisme.pays": written,
        "organisme.telephone": write_phone(ask, country.code, 200),
        "organisme.email": ask.of("host e-mail", ("contact@sauge.example.org", None)),
        "organisme.service": "Service éditorial",
        "stage.pays": site.written,
    }  # fmt: skip
    if country.has_siret:
        number = siret(1234)
        spaced = f"{number[:3]} {number[3:6]} {number[6:9]} {number[9:]}"
        ways = (number, spaced, int(number), "35600000000048", spaced.replace(" ", "."))
        given = ask.of("siret", (*ways, None) if kind == "association" else ways)
        cells |= {"organisme.siret": given, "organisme.identifiant": None if given else "W131234567"}
    elif country.pacific:
        cells["organisme.identifiant"] = ask.of("local number", (None, "1 234 567.001"))
    cells |= _where(ask, site, seat, town)
    return cells


def _where(ask: Questions, site: Site, seat: str, town: str) -> dict[str, Any]:
    """Return the place of the internship; abroad its town is told, for the security officer."""
    there = {"stage.lieu_ville": site.town, "stage.lieu_region": site.region}
    if seat == "elsewhere":
        return {**there, "stage.lieu_adresse": "3 rue des Cordiers"}
    ways = ["told"] if site.abroad else ["unsaid", "told", "shouted", "another_town"]
    way = ask.kind("where", ways)
    if way == "unsaid":
        return {}
    if way == "shouted":
        return {**there, "stage.lieu_ville": town.upper().replace("-", " ")}
    if way == "another_town":
        return {**there, "stage.lieu_ville": "Autreville", "stage.lieu_adresse": "3 rue des Cordiers, Autreville"}
    return there


def _people(ask: Questions, cells: Mapping[str, Any]) -> dict[str, Any]:
    student = (cells["etudiant.nom"], cells["etudiant.prenom"])
    family, given = ask.of("tutor", [who for who in TUTORS if who[0].lower() != str(student[1]).lower()])
    country = judge().tables.countries.find(str(cells["organisme.pays"]))
    region = country.code if country else "FR"
    signer = ask.of("signatory", SIGNERS)
    mail = address(given, family, "sauge.example.org")
    people: dict[str, Any] = {
        "tuteur.civilite": write_choice(ask, "etudiant.civilite", ask.of("title", ("Mme", "M.", "Non précisé", None))),
        "tuteur.nom": family,
        "tuteur.prenom": given,
        "tuteur.fonction": ask.of("tutor's post", ("Responsable éditoriale", "Assistante de direction", "Secrétaire")),
        "tuteur.email": ask.of("tutor's e-mail", (mail, mail.upper(), f"{given} {family} <{mail}>", f"mailto:{mail}")),
        "tuteur.telephone": write_phone(ask, region, 202),
        "signataire.civilite": ask.of("title", ("Mme", "M.", None)),
        "signataire.nom": signer[0],
        "signataire.prenom": signer[1],
        "signataire.fonction": signer[2],
        "signataire.email": address(signer[1], signer[0], "sauge.example.org"),
        "signataire.telephone": ask.of("signatory's phone", (None, write_phone(ask, region, 201))),
    }
    if ask.kind("signatory", ("another", "tutor", "without_email")) == "tutor":
        people |= {
            "signataire.nom": family,
            "signataire.prenom": given,
            "signataire.email": mail,
            "signataire.fonction": "Gérante",
        }
    elif "signatory=without_email" in ask.kinds:
        people |= {"signataire.email": None, "signataire.refus_signature_electronique": write_yes_no(ask, True)}
    advisor, first = ask.of("advisor", ADVISORS)
    domain = ask.of("advisor's domain", ("univ-amu.fr", "lettres.univ-amu.fr", "UNIV-AMU.FR"))
    second = {"tuteur2.nom": "Roux", "tuteur2.prenom": "Ève", "tuteur2.email": "eve.roux@sauge.example.org"}
    return {
        **people,
        **(second if ask.of("second supervisor", (False, True)) else {}),
        "enseignant.nom": advisor,
        "enseignant.prenom": first,
        "enseignant.email": address(first, advisor, domain),
        "enseignant.telephone": ask.of("advisor's phone", (None, write_phone(ask, "FR", 100))),
    }


def _internship(ask: Questions, site: Site, time_: Calendar, cells: Mapping[str, Any]) -> dict[str, Any]:
    nature = ask.kind("nature", ("Obligatoire", "Complémentaire"))
    confidential = ask.kind("confidential", ("no", "unsaid", "yes", "yes_and_empty"))
    week, hours = time_.week, time_.hours
    empty = confidential == "yes_and_empty"
    days = time_.weights if week is not None and time_.schedule is None else (hours / 7).quantize(Decimal("0.1"))
    full = week.full if week is not None else False
    longest = max(h for _, h in time_.days)
    breaks = ask.of("breaks as", (" ; ", "\n", ", ")).join(f"du {a:%d/%m/%Y} au {b:%d/%m/%Y}" for a, b in time_.breaks)
    leave = ("deux jours par mois, en accord avec le tuteur", "2,5 j/mois", "Oui : 10 jours à Noël")
    return {
        "formation.ects": ask.of("credits", (None, 12, "6 ECTS") if nature == "Obligatoire" else (None, 0)),
        "stage.nature": write_choice(ask, "stage.nature", nature),
        "stage.thematique": ask.of("theme", (None, "Édition")),
        "stage.sujet": ask.of("subject", ("Préparation éditoriale d’une collection", "Médiation : « lire à voix haute » & co")),
        "stage.activites": None if empty else ask.of("tasks", TASKS),
        "stage.competences": None if empty else ask.of("skills", SKILLS),
        "stage.date_debut": write_day(ask, time_.start),
        "stage.date_fin": write_day(ask, time_.end),
        "stage.interruptions": breaks or ask.of("no break", (None, "Non", "aucune")),
        "stage.repartition": time_.schedule,
        "stage.temps_travail": write_choice(ask, "stage.temps_travail", "Temps plein" if full else "Temps partiel"),
        "stage.heures_hebdomadaires": write_number(ask, week.weekly if week else None),
        "stage.jours_hebdomadaires": write_number(ask, Decimal(week.days) if week else None, "jours"),
        "stage.heures_jour_max": ask.of("longest day", (None, write_number(ask, longest))),
        "stage.duree_heures": write_number(ask, hours),
        "stage.duree_jours": ask.of("days", (None, write_number(ask, days, "jours"))),
        "stage.conges": ask.of("leave", leave if hours > 308 and not site.abroad else (*leave, None)),
        "stage.commentaire_temps": ask.of("about time", (None, "Horaires de bureau", "Jamais la nuit ni le dimanche")),
        "stage.travail_exceptionnel": ask.of("exceptional", (None, "Deux dimanches, de 10 h à 18 h", "Un jour de télétravail")),
        "stage.teletravail_part": ask.of("remote", (None, "un jour par semaine")),
        "stage.teletravail_pays": ask.of("remote from", (None, cells["stage.pays"])),
        "stage.emploi_dans_organisme": write_yes_no(ask, ask.of("employed", (False, None))),
        "stage.origine": write_choice(ask, "stage.origine", ask.of("origin", ("Candidature spontanée", "Autre", None))),
        "stage.confidentiel": write_yes_no(ask, {"no": False, "unsaid": None}.get(confidential, True)),
        "stage.nature_travail": "Rapport de stage",
        "stage.modalite_validation": "Soutenance",
        "stage.modalite_suivi": ask.of("follow-up", ("Un entretien par mois", None)),
        "stage.avantages": ask.of("benefits", ("Titres-restaurant", "Logement", None)),
        "stage.cas_particulier": ask.of("special", (None, "Fauteuil roulant : bureau au rez-de-chaussée")),
        "stage.commentaires": ask.of("comment", (None, "Merci de votre aide.", "Gratification versée chaque mois")),
        "stage.convention_hors_etablissement": write_yes_no(ask, ask.of("own model", (None, False))),
    }  # fmt: skip


def _settle_seat(cells: dict[str, Any], site: Site, time_: Calendar, *, paid: bool) -> None:
    """Say whether the host's seat is in France, where that leaves nothing to decide (GRA-10)."""
    if site.abroad and (paid or time_.hours <= 308):
        cells["organisme.siege_en_france"] = "oui" if cells["organisme.pays"] == "France" else "non"


def _written_stipend(ask: Questions, stipend: Mapping[str, Any]) -> dict[str, Any]:
    written = {f"gratification.{part}": value for part, value in stipend.items()}
    written["gratification.versee"] = write_yes_no(ask, stipend["versee"])
    written["gratification.montant"] = write_money(ask, stipend["montant"])
    for part in ("unite", "type", "periodicite", "devise"):
        written[f"gratification.{part}"] = write_choice(ask, f"gratification.{part}", stipend.get(part))
    return written


def _cover(ask: Questions, site: Site, time_: Calendar) -> dict[str, Any]:
    fund, address = ask.of("fund", (("CPAM des Bouches-du-Rhône", None), ("CPAM 69", None), ("CPAM du Rhône", "69907 Lyon"),
                                    ("Caisse primaire d'assurance maladie (CPAM) de Paris", None),
                                    ("MSA Provence Azur", "152 avenue de Hambourg, 13008 Marseille"),
                                    ("Techniker Krankenkasse", "Bramfelder Str. 140, Hambourg")))  # fmt: skip
    later = (time_.end, time_.end + timedelta(days=30), time_.end + timedelta(days=400))
    area: str | None = "Monde entier"
    if not site.abroad:
        area = ask.of("area", ("France", "Europe", "Monde entier", None))
    elif site.country.code in EUROPE:
        area = ask.of("area", ("Europe", "Monde entier"))
    return {
        "protection.caisse": fund,
        "protection.caisse_adresse": address,
        "protection.attestation_cpam": write_yes_no(ask, True),
        "protection.attestation_cpam_fin": write_day(ask, ask.of("cover until", (None, *later))),
        "assurance.responsabilite_civile": write_yes_no(ask, True),
        "assurance.rc_compagnie": ask.of("insurer", ("Mutuelle des Collines", None)),
        "assurance.rc_police": ask.of("policy", ("RC-7000", 123456789012345, None)),
        "assurance.rc_debut": write_day(ask, ask.of("from", (None, time_.start, time_.start - timedelta(days=90)))),
        "assurance.rc_fin": write_day(ask, ask.of("until", later)),
        "assurance.rc_zone": write_choice(ask, "assurance.rc_zone", area),
    }


def _abroad(ask: Questions, site: Site, time_: Calendar) -> dict[str, Any]:
    month_before = after_months(time_.start, -1)
    later = (None, time_.end, time_.end + timedelta(days=300))
    return {
        "assurance.accidents": write_yes_no(ask, True),
        "assurance.accidents_fin": write_day(ask, ask.of("accidents until", later)),
        "assurance.rapatriement": write_yes_no(ask, True),
        "assurance.rapatriement_fin": write_day(ask, ask.of("repatriation until", later)),
        "assurance.ceam": write_yes_no(ask, True if site.country.ehic else None),
        "assurance.ceam_fin": write_day(ask, ask.of("card until", later)) if site.country.ehic else None,
        "assurance.maladie_complementaire": write_yes_no(ask, ask.of("supplementary", (None, True, False))),
        "etranger.mobilite_inscription": write_day(
            ask, ask.of("registered", (month_before, month_before - timedelta(days=20)))
        ),
        "etranger.accord_fsd": write_choice(ask, "etranger.accord_fsd", "Accordé"),
        "etranger.protection_locale": write_yes_no(ask, ask.of("local cover", (False, True, None))),
    }


_ASKED = {"français": "Français (stage en France)", "bilingue": "Anglais (stage étranger)",
          "francophone": "Francophone (stage étranger dans un pays francophone)"}  # fmt: skip


def _language(ask: Questions, site: Site) -> str | None:
    """Return the language asked for: none, or the right one where the region leaves no doubt (LAN-02)."""
    doubtful = site.country.code == "CM" and site.model == "francophone"
    if ask.kind("language", ("unsaid", "asked")) == "unsaid" or doubtful:
        return None
    return write_choice(ask, "etranger.convention_langue", _ASKED[site.model])


def _finished(ask: Questions, cells: dict[str, Any]) -> dict[str, Any]:
    """Leave out the columns of a source that asks less, and write « sans objet » where nothing is to be said."""
    unsaid = ask.of("empty as", (None, None, "sans objet", "n/a", "-", ""))
    for key in ("etudiant.titre_sejour_fin", "stage.commentaires", "stage.travail_exceptionnel", "stage.avantages",
                "stage.cas_particulier", "assurance.ceam_fin", "stage.duree_jours", "organisme.email"):  # fmt: skip
        if cells[key] is None:
            cells[key] = unsaid
    columns = ask.kind("columns", ("all", "filled_only", "host_country_only"))
    kept = {key for key, field in judge().tables.fields.items() if field.needed == "toujours"}
    without = [key for key, value in cells.items() if value is None and key not in kept]
    without = without if columns == "filled_only" else []
    if columns == "host_country_only":
        if cells["stage.pays"] == cells["organisme.pays"]:
            without = ["stage.pays"]
        else:
            ask.kinds.discard("columns=host_country_only")
    return {**cells, "sans_colonne": without}
