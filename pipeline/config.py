"""``conventions.toml`` → :class:`Settings`, validated; nothing of any university stands elsewhere."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from babel.numbers import list_currencies

from pipeline.errors import SetupError
from pipeline.model import Limits
from pipeline.settings.delegations import DELEGATIONS_SHAPE, Delegation, load_delegations
from pipeline.settings.mail import DIGEST_SHAPE, DigestSettings, load_digest
from pipeline.settings.portfolios import PORTFOLIOS_SHAPE, Portfolio, load_portfolios
from pipeline.settings.reminders import REMINDERS_SHAPE, ReminderSettings, load_reminder_settings
from pipeline.settings.retention import RETENTION_SHAPE, Retention, load_retention
from pipeline.tables.yamls import check_shape


@dataclass(frozen=True, slots=True)
class Service:
    """A service that people are sent to; every contact but the name may be empty."""

    name: str
    email: str = ""
    phone: str = ""
    address: str = ""
    form_url: str = ""
    in_text: str = ""
    """Its name inside a French sentence, with its article: « le bureau des stages »."""
    in_text_en: str = ""

    @property
    def contact(self) -> str:
        """The best way to reach it: e-mail, else web form, else phone, else its name. Never empty."""
        return self.email or self.form_url or self.phone or self.name

    @property
    def reach(self) -> str:
        """Whom to write to, inside a French sentence: the address, else the name and its form or phone."""
        return self.email or _with_remark(self.in_text, self.form_url or self.phone)

    @property
    def reach_en(self) -> str:
        """The same inside an English sentence."""
        return self.email or _with_remark(self.in_text_en, self.form_url or self.phone)


def _with_remark(name: str, remark: str) -> str:
    return f"{name} ({remark})" if remark else name


@dataclass(frozen=True, slots=True)
class University:
    """The university and its signatory."""

    name: str
    faculty: str
    address: str
    city: str
    country: str
    phone: str
    email: str
    site: str
    siret: str
    representative: str
    quality: str
    delegation: str
    emergency_phone: str
    logo: Path | None
    inner_names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AcademicYear:
    """Bounds of the academic year N: from ``start`` of N to ``end`` of N + 1 (month, day)."""

    start: tuple[int, int]
    end: tuple[int, int]

    def bounds(self, year: int) -> tuple[date, date]:
        """Return the first and last day of the academic year that begins in ``year``."""
        return date(year, *self.start), date(year + 1, *self.end)

    def years_containing(self, first: date, last: date) -> tuple[int, ...]:
        """Return the academic years that hold both days, the earlier first; September may belong to two."""
        years = range(first.year - 1, first.year + 1)
        return tuple(y for y in years if self.bounds(y)[0] <= first and last <= self.bounds(y)[1])


@dataclass(frozen=True, slots=True)
class Redirection:
    """Programmes whose agreements another service draws up."""

    service: str
    titles: tuple[str, ...]
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Office:
    """The service that handles the agreements of some departments, by their names or codes."""

    service: str
    departments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Closure:
    """Days on which the university handles no form, from ``start`` to ``end``, both included."""

    start: date
    end: date
    label: str


@dataclass(frozen=True, slots=True)
class Funding:
    """A funding recognised in the comments, which fixes how the stipend must be written."""

    name: str
    pattern: str
    wording: str


@dataclass(frozen=True, slots=True)
class ExchangeRate:
    """What one unit of a currency is worth in euros, on a day, by a source that can be looked up."""

    currency: str
    euros: Decimal
    day: date
    source: str


@dataclass(frozen=True, slots=True)
class Settings:
    """What ``conventions.toml`` says."""

    path: Path
    university: University
    guide: str
    academic_year: AcademicYear
    student_number: str
    student_domains: tuple[str, ...]
    staff_domains: tuple[str, ...]
    processing_days: int
    processing_text: str
    processing_text_en: str
    copies_france: int
    copies_abroad: int
    services: Mapping[str, Service]
    continuing_education: str
    redirections: tuple[Redirection, ...]
    offices: tuple[Office, ...]
    delegations: tuple[Delegation, ...]
    """Who signs for the university; when none fits, ``university.representative``."""
    closures: tuple[Closure, ...]
    fundings: tuple[Funding, ...]
    group: str
    register: Path | None
    workers: int
    pdf: bool
    batch_timeout: int
    document_timeout: int
    limits: Limits
    advice_days: int = 60
    """Travel advice older than this many days is to be read again."""
    free_megabytes: int = 2000
    """Free room on the disk of the outbox below which ``conventions doctor`` warns, before what a night may need."""
    exchange: Mapping[str, ExchangeRate] = field(default_factory=dict)
    """Currency → its rate; amounts in any other currency are accepted and not compared."""
    templates: Path | None = None
    """Folder of the university's own Word templates, which replace the shipped ones of the same name."""
    attach: bool = True
    """Messages carry their documents; False: they only name them."""
    attached_bytes: int = 7_000_000
    """What a message may carry; heavier documents are only named."""
    amended_from_sending: bool = False
    """An agreement that has been sent is changed by an amendment; False: only one that the university has signed is."""
    certificate_days: int = 7
    """Days before the end of the internship from which the host gets the certificate form."""
    portfolios: tuple[Portfolio, ...] = ()
    """Who follows which dossiers; none: one desk for all."""
    takeover: date | None = None
    """Rows deposited before this day, or validated by their source, were signed before this software came."""
    reminders: ReminderSettings = field(default_factory=ReminderSettings)
    """When somebody is reminded of what is awaited."""
    retention: Retention = field(default_factory=Retention)
    """How long what is kept."""
    backups: int = 14
    """Daily copies of the register that are kept; 0: none is made."""
    digest: DigestSettings | None = None
    """The e-mail that tells of each night; None: none is sent."""

    def register_of(self, outbox: Path) -> Path:
        """Return the register of ``outbox``: the configured one, else the file beside it."""
        return self.register or outbox.with_name(f"{outbox.name}.sqlite3")

    def service(self, name: str) -> Service:
        """Return the service ``name``; one that is not configured is the agreements office, else the university."""
        known = self.services.get(name) or self.services.get("conventions")
        name = self.university.name
        return known or Service(name, self.university.email, self.university.phone, in_text=name, in_text_en=name)


_TEXT = {"type": "string"}
_NAME = {"type": "string", "required": True, "empty": False}
_TEXTS = {"type": "list", "schema": _TEXT}
_DAY = {"type": "date", "required": True}
_COUNT = {"type": "integer", "min": 0}
_SIZE = {"type": "integer", "min": 1}
_SERVICE = {
    "type": "dict",
    "schema": {"nom": _NAME}
    | dict.fromkeys(("courriel", "telephone", "adresse", "formulaire", "dans_phrase", "dans_phrase_en"), _TEXT),
}
_SHAPE: dict[str, Any] = {
    "universite": {
        "type": "dict",
        "required": True,
        "schema": {
            "nom": _NAME,
            "composante": _TEXT,
            "adresse": _NAME,
            "ville": _NAME,
            "pays": {"type": "string", "regex": "[A-Z]{2}"},
            "services_internes": _TEXTS,
        }
        | dict.fromkeys(
            ("telephone", "courriel", "site", "siret", "representant", "qualite", "delegation",
             "telephone_urgence", "logo"), _TEXT),
    },
    "guide": {"type": "dict", "required": True, "schema": {"nom": _NAME}},
    "annee_universitaire": {
        "type": "dict",
        "required": True,
        "schema": dict.fromkeys(("debut", "fin"), {"type": "string", "required": True, "regex": r"\d\d-\d\d"}),
    },
    "motifs": {
        "type": "dict",
        "required": True,
        "schema": {"numero_etudiant": _NAME, "domaines_etudiants": _TEXTS, "domaines_personnel": _TEXTS},
    },
    "delais": {
        "type": "dict",
        "required": True,
        "schema": {"traitement_jours": {**_COUNT, "required": True}, "texte": _NAME, "texte_en": _NAME},
    },
    "exemplaires": {"type": "dict", "schema": {"france": _COUNT, "etranger": _COUNT}},
    "services": {"type": "dict", "required": True, "keysrules": {"regex": "[a-z_]+"}, "valuesrules": _SERVICE},
    "orientations": {
        "type": "dict",
        "schema": {
            "formation_continue": _TEXT,
            "formations": {
                "type": "list",
                "schema": {"type": "dict", "schema": {"service": _NAME, "intitules": _TEXTS, "codes": _TEXTS}},
            },
            "departements": {
                "type": "list",
                "schema": {"type": "dict", "schema": {"service": _NAME, "intitules": {**_TEXTS, "required": True}}},
            },
        },
    },
    "signataires": DELEGATIONS_SHAPE,
    "portefeuilles": PORTFOLIOS_SHAPE,
    "reprise": {"type": "dict", "schema": {"avant": {"type": "date"}}},
    "fermetures": {
        "type": "list",
        "schema": {"type": "dict", "schema": {"du": _DAY, "au": _DAY, "libelle": _NAME}},
    },
    "change": {
        "type": "list",
        "schema": {
            "type": "dict",
            "schema": {
                "devise": {"type": "string", "required": True, "regex": "[A-Z]{3}", "forbidden": ["EUR"]},
                "euros": {"type": "number", "required": True, "min": 0.000001, "max": 1000},
                "date": _DAY,
                "source": _NAME,
            },
        },
    },
    "financements": {
        "type": "list",
        "schema": {"type": "dict", "schema": {"nom": _NAME, "motif": _NAME, "libelle": _NAME}},
    },
    "courriel": {
        "type": "dict",
        "schema": {
            "pieces": {"type": "string", "allowed": ["jointes", "nommées"]},
            "octets_pieces": _SIZE,
            "recapitulatif": DIGEST_SHAPE,
        },
    },
    "relances": REMINDERS_SHAPE,
    "conservation": RETENTION_SHAPE,
    "modeles": {"type": "dict", "schema": {"dossier": _TEXT}},
    "avenants": {"type": "dict", "schema": {"a_partir_de": {"allowed": ["signature", "envoi"]}}},
    "attestation": {"type": "dict", "schema": {"jours_avant_fin": _COUNT}},
    "sortie": {"type": "dict", "schema": {"groupe": _TEXT, "registre": _TEXT}},
    "sauvegardes": {"type": "dict", "schema": {"jours": _COUNT}},
    "execution": {
        "type": "dict",
        "schema": {
            "travailleurs": _COUNT,
            "pdf": {"type": "boolean"},
            "delai_lot": _SIZE,
            "delai_document": _SIZE,
        },
    },
    "alertes": {"type": "dict", "schema": {"conseils_jours": _SIZE, "place_libre_mo": _COUNT}},
    "limites": {
        "type": "dict",
        "schema": dict.fromkeys(
            ("octets_fichier", "octets_decompresses", "lignes", "colonnes", "caracteres_cellule", "secondes", "fichiers"),
            _SIZE)
        # With less, no workbook at all can be read.
        | {"octets_memoire": {"type": "integer", "min": 100_000_000}},
    },
}  # fmt: skip


def load_settings(path: Path) -> Settings:
    """Read and check ``path``.

    Raises SetupError (status 2), naming the file, the key and the mend, when anything in it is faulty.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise SetupError(str(path), "", "configuration introuvable", "Indiquez-la avec --config.") from error
    except OSError as error:
        mend = "Donnez au compte de la nuit le droit de la lire."
        raise SetupError(str(path), "", "la configuration ne peut pas être lue", mend) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise SetupError(str(path), "", f"TOML incorrect : {error}", "Corrigez la ligne indiquée.") from error
    check_shape(data, _SHAPE, str(path))
    _check_patterns(path, data)
    services = {key: _service(s) for key, s in data["services"].items()}
    routes = data.get("orientations", {})
    _check_services(path, routes, services)
    year = data["annee_universitaire"]
    execution, limits, copies = (
        data.get("execution", {}),
        data.get("limites", {}),
        data.get("exemplaires", {}),
    )
    output = data.get("sortie", {})
    return Settings(
        path=path,
        university=_university(path, data["universite"]),
        guide=data["guide"]["nom"],
        academic_year=AcademicYear(_month_day(path, "debut", year), _month_day(path, "fin", year)),
        student_number=data["motifs"]["numero_etudiant"],
        student_domains=_lowered(data["motifs"].get("domaines_etudiants", ())),
        staff_domains=_lowered(data["motifs"].get("domaines_personnel", ())),
        processing_days=data["delais"]["traitement_jours"],
        processing_text=data["delais"]["texte"],
        processing_text_en=data["delais"]["texte_en"],
        copies_france=copies.get("france", 0),
        copies_abroad=copies.get("etranger", 0),
        services=services,
        continuing_education=routes.get("formation_continue", "conventions"),
        redirections=tuple(
            Redirection(r["service"], tuple(r.get("intitules", ())), tuple(r.get("codes", ())))
            for r in routes.get("formations", ())
        ),
        offices=tuple(Office(d["service"], tuple(d["intitules"])) for d in routes.get("departements", ())),
        delegations=load_delegations(path, data.get("signataires", ())),
        closures=tuple(_closure(path, i, c) for i, c in enumerate(data.get("fermetures", ()))),
        fundings=tuple(Funding(f["nom"], f["motif"], f["libelle"]) for f in data.get("financements", ())),
        advice_days=data.get("alertes", {}).get("conseils_jours", 60),
        free_megabytes=data.get("alertes", {}).get("place_libre_mo", 2000),
        exchange=_exchange(path, data.get("change", ())),
        templates=_folder(path, data.get("modeles", {}).get("dossier", "")),
        attach=data.get("courriel", {}).get("pieces", "jointes") == "jointes",
        attached_bytes=data.get("courriel", {}).get("octets_pieces", 7_000_000),
        portfolios=load_portfolios(path, data.get("portefeuilles", ())),
        takeover=_takeover(data.get("reprise", {})),
        digest=load_digest(path, data.get("courriel", {}).get("recapitulatif", {})),
        amended_from_sending=data.get("avenants", {}).get("a_partir_de", "signature") == "envoi",
        certificate_days=data.get("attestation", {}).get("jours_avant_fin", 7),
        reminders=load_reminder_settings(path, data.get("relances", {})),
        retention=load_retention(path, data.get("conservation", {})),
        group=output.get("groupe", ""),
        register=path.parent / output["registre"] if output.get("registre") else None,
        backups=data.get("sauvegardes", {}).get("jours", 14),
        workers=execution.get("travailleurs", 0),
        pdf=execution.get("pdf", True),
        batch_timeout=execution.get("delai_lot", 60),
        document_timeout=execution.get("delai_document", 20),
        limits=Limits(
            file_bytes=limits.get("octets_fichier", Limits().file_bytes),
            unpacked_bytes=limits.get("octets_decompresses", Limits().unpacked_bytes),
            rows=limits.get("lignes", Limits().rows),
            columns=limits.get("colonnes", Limits().columns),
            cell_characters=limits.get("caracteres_cellule", Limits().cell_characters),
            memory_bytes=limits.get("octets_memoire", Limits().memory_bytes),
            seconds=limits.get("secondes", Limits().seconds),
            files=limits.get("fichiers", Limits().files),
        ),
    )


def _service(table: Mapping[str, str]) -> Service:
    name = table["nom"]
    return Service(
        name=name,
        email=table.get("courriel", ""),
        phone=table.get("telephone", ""),
        address=table.get("adresse", ""),
        form_url=table.get("formulaire", ""),
        in_text=table.get("dans_phrase") or name,
        in_text_en=table.get("dans_phrase_en") or table.get("dans_phrase") or name,
    )


def _university(path: Path, table: Mapping[str, Any]) -> University:
    logo = path.parent / table["logo"] if table.get("logo") else None
    if logo is not None and not logo.is_file():
        raise SetupError(str(path), "universite.logo", f"image introuvable : {table['logo']}", "Corrigez le chemin.")
    return University(
        name=table["nom"],
        faculty=table.get("composante", ""),
        address=table["adresse"],
        city=table["ville"],
        country=table.get("pays", "FR"),
        phone=table.get("telephone", ""),
        email=table.get("courriel", ""),
        site=table.get("site", ""),
        siret=table.get("siret", ""),
        representative=table.get("representant", ""),
        quality=table.get("qualite", ""),
        delegation=table.get("delegation", ""),
        emergency_phone=table.get("telephone_urgence", ""),
        logo=logo,
        inner_names=tuple(table.get("services_internes", ())),
    )


def _folder(path: Path, name: str) -> Path | None:
    if not name:
        return None
    folder = path.parent / name
    if not folder.is_dir():
        raise SetupError(
            str(path), "modeles.dossier", f"dossier introuvable : {name}", "Créez-le ou corrigez le chemin."
        )
    return folder


def _takeover(table: Mapping[str, date]) -> date | None:
    day = table.get("avant")
    return date(day.year, day.month, day.day) if day else None


def _closure(path: Path, index: int, table: Mapping[str, Any]) -> Closure:
    start, end = (date(day.year, day.month, day.day) for day in (table["du"], table["au"]))
    if end < start:
        raise SetupError(
            str(path), f"fermetures.{index}", f"la fin, {end:%d/%m/%Y}, précède le début", "Corrigez les dates."
        )
    return Closure(start, end, table["libelle"])


def _exchange(path: Path, tables: Sequence[Mapping[str, Any]]) -> Mapping[str, ExchangeRate]:
    rates: dict[str, ExchangeRate] = {}
    for index, table in enumerate(tables):
        currency, day = table["devise"], table["date"]
        if currency in rates:
            raise SetupError(
                str(path),
                f"change.{index}",
                f"monnaie donnée deux fois « {currency} »",
                "Gardez le taux le plus récent.",
            )
        if currency not in list_currencies():
            raise SetupError(
                str(path), f"change.{index}", f"monnaie inconnue « {currency} »", "Écrivez un code ISO 4217, comme CAD."
            )
        # As written: 0.66 is not the binary fraction nearest to it.
        euros = Decimal(str(table["euros"]))
        if not euros.is_finite():
            raise SetupError(str(path), f"change.{index}.euros", "nombre incorrect", "Écrivez par exemple 0.66.")
        rates[currency] = ExchangeRate(currency, euros, date(day.year, day.month, day.day), table["source"])
    return rates


def _lowered(texts: Any) -> tuple[str, ...]:
    return tuple(text.lower().lstrip("@") for text in texts)


def _month_day(path: Path, key: str, table: Mapping[str, str]) -> tuple[int, int]:
    month, day = (int(part) for part in table[key].split("-"))
    try:
        date(2001, month, day)  # a common year: 29 February is no bound
    except ValueError as error:
        raise SetupError(
            str(path), f"annee_universitaire.{key}", f"jour impossible « {table[key]} »", "Écrivez MM-JJ."
        ) from error
    return month, day


def _check_patterns(path: Path, data: Mapping[str, Any]) -> None:
    patterns = {"motifs.numero_etudiant": data["motifs"]["numero_etudiant"]}
    patterns |= {f"financements.{i}.motif": f["motif"] for i, f in enumerate(data.get("financements", ()))}
    for key, pattern in patterns.items():
        try:
            re.compile(pattern)
        except re.error as error:
            raise SetupError(str(path), key, f"motif incorrect : {error}", "Corrigez l’expression.") from error


def _check_services(path: Path, routes: Mapping[str, Any], services: Mapping[str, Service]) -> None:
    named = [("orientations.formation_continue", routes.get("formation_continue", ""))]
    named += [
        (f"orientations.{table}.{i}", r["service"])
        for table in ("formations", "departements")
        for i, r in enumerate(routes.get(table, ()))
    ]
    for key, service in named:
        if service and service not in services:
            raise SetupError(str(path), key, f"service inconnu « {service} »", f"Ajoutez [services.{service}].")
