"""What a night goes by: configuration, schemas, templates, and the tables that must be kept up."""

from __future__ import annotations

from pipeline.doctor.values import Check, Context, advice, broken, well
from pipeline.errors import SetupError
from pipeline.language import money, short_date
from pipeline.mail.mailer import FAULTS, greet
from pipeline.tables.freshness import advice_age

_SOON_DAYS = 45
"""Days before the end of the last known rate from which the next one is awaited (it is published in December)."""


def check_configuration(context: Context) -> Check:
    """Look whether conventions.toml, schemas/ and the Word templates are sound, as a night does before all else."""
    what = "Configuration"
    if isinstance(context.fault, SetupError):
        key = f", « {context.fault.key} »" if context.fault.key else ""
        return broken(what, f"{context.fault.file}{key} : {context.fault.problem}", context.fault.mend)
    if context.fault is not None or context.setup is None:
        return broken(what, str(context.fault), "Corrigez ce qui est dit, puis relancez.")
    setup = context.setup
    parts = (f"{len(tuple(setup.systems))} systèmes d’origine", f"{len(setup.templates)} modèles Word")
    return well(what, f"configuration, schémas, {', '.join(parts)} : corrects")


def check_university(context: Context) -> Check | None:
    """Look for what the agreements would leave blank because the configuration does not say it."""
    what = "Université"
    if context.settings is None:
        return None
    university = context.settings.university
    signs = bool(context.settings.delegations)
    said = {
        "representant": university.representative or signs,
        "qualite": university.quality or signs,
        "delegation": university.delegation or signs,
        "telephone": university.phone,
        "telephone_urgence": university.emergency_phone,
        "siret": university.siret,
        "logo": university.logo,
    }
    empty = [key for key, value in said.items() if not value]
    if empty:
        mend = f"Complétez [universite] dans {context.settings.path}."
        return advice(what, f"non renseignés : {', '.join(empty)}", mend)
    return well(what, "signataire, téléphones, SIRET et logo renseignés")


def check_advice(context: Context) -> Check | None:
    """Look how old the travel advice is."""
    what, mend = "Conseils", "conventions update travel_advice.csv (docs/operations.md)"
    if context.setup is None or context.settings is None:
        return None
    days = context.settings.advice_days
    age = advice_age(context.setup.tables, context.day, days)
    if age is None:
        return advice(what, "aucun conseil aux voyageurs", mend)
    seen = f"du {short_date(age.oldest)} au {short_date(age.newest)}"
    if age.stale:
        return advice(what, f"{seen} ; {len(age.stale)} sur {age.countries} ont plus de {days} jours", mend)
    return well(what, f"{seen}, à jour")


def check_rates(context: Context) -> Check | None:
    """Look until when the hourly stipend is known."""
    what, mend = "Taux", "conventions update gratification_rates.csv (docs/operations.md)"
    if context.setup is None:
        return None
    rates = context.setup.tables.rates
    last = rates.on(rates.last_day)
    seen = f"{money(last.minimum, 'EUR', 'fr')} par heure jusqu’au {short_date(last.end)}"
    if last.end < context.day:
        return advice(what, f"{seen}, période passée", mend)
    if (last.end - context.day).days < _SOON_DAYS:
        return advice(what, f"{seen} ; le taux suivant paraît en décembre", mend)
    return well(what, seen)


def check_mail(context: Context) -> Check | None:
    """Look at the digest; the server is spoken to only when the caller asks for it."""
    if context.settings is None:
        return None
    what, digest = "Courriel", context.settings.digest
    if digest is None:
        return well(what, "aucun récapitulatif : [courriel.recapitulatif] ne nomme pas de serveur")
    where = f"{digest.server}:{digest.port}"
    if not context.asks_mail:
        return well(what, f"récapitulatif par {where}, serveur non essayé (--courriel l’essaie)")
    fault = greet(digest)
    if fault is not None:
        mend = "Corrigez [courriel.recapitulatif], ou ouvrez ce port (deploy/README.md, « E-mail »)."
        return advice(what, f"{where} : {FAULTS[fault]}", mend)
    return well(what, f"récapitulatif par {where}, qui répond")
