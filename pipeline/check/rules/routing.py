"""ROU: forms that another service handles, and those that follow a procedure of their own."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.check.facts import Facts
from pipeline.check.rules import Bilingual, Hit, Parameters, rule
from pipeline.config import Funding, Redirection
from pipeline.tables.words import fold, has_words


@rule("ROU-01")
def is_continuing_education(facts: Facts, _: Parameters) -> Iterator[Hit]:
    """Asked before any other rule."""
    if facts.scheme == "Formation continue":
        service = facts.settings.service(facts.settings.continuing_education)
        yield Hit(
            ("formation.regime",),
            {"service": Bilingual(service.in_text, service.in_text_en), "contact": service.contact},
        )


@rule("ROU-02")
def is_handled_by_another_service(facts: Facts, _: Parameters) -> Iterator[Hit]:
    """The programme stands in the configuration's table of redirections."""
    for redirection in facts.settings.redirections:
        field = _matches(facts, redirection)
        if field:
            service = facts.settings.service(redirection.service)
            named = facts["formation.diplome"] or facts["formation.code_etape"]
            yield Hit(
                (field,),
                {
                    "formation": named,
                    "service": Bilingual(service.in_text, service.in_text_en),
                    "contact": service.contact,
                },
            )
            return


def _matches(facts: Facts, redirection: Redirection) -> str | None:
    code = fold(facts["formation.code_etape"] or "")
    if code and code in {fold(known) for known in redirection.codes}:
        return "formation.code_etape"
    title = facts["formation.diplome"] or ""
    return "formation.diplome" if any(has_words(title, known) for known in redirection.titles) else None


@rule("ROU-03")
def is_a_work_study_contract(facts: Facts, p: Parameters) -> Iterator[Hit]:
    """An apprentice has no internship agreement."""
    if facts.scheme == "Alternance":
        yield Hit(("formation.regime",))
    elif any(has_words(facts["formation.diplome"] or "", word) for word in p["mots"]):
        yield Hit(("formation.diplome",))


@rule("ROU-04")
def is_a_gap_year(facts: Facts, _: Parameters) -> Iterator[Hit]:
    """Its agreement is a variant of the models; the decision that grants it must be on file."""
    if facts.gap_year:
        yield Hit(("formation.regime",))


@rule("ROU-05")
def belongs_to_an_office(facts: Facts, _: Parameters) -> Iterator[Hit]:
    """The department stands in the configuration's table of offices."""
    department = facts["formation.departement"] or ""
    for office in facts.settings.offices:
        if department and any(has_words(department, known) for known in office.departments):
            service = facts.settings.service(office.service)
            named = Bilingual(service.in_text, service.in_text_en)
            yield Hit(
                ("formation.departement",),
                {"departement": department, "bureau": named, "contact": service.contact},
            )
            return


@rule("ROU-08")
def comes_with_the_hosts_own_model(facts: Facts, _: Parameters) -> Iterator[Hit]:
    """The university's agreement is needed as well."""
    if facts["stage.convention_hors_etablissement"] is True:
        yield Hit(("stage.convention_hors_etablissement",))


@rule("ROU-09")
def is_funded_by_a_project(facts: Facts, _: Parameters) -> Iterator[Hit]:
    """The specific agreement of the funding must be attached."""
    funding, _comment = wording_of_funding(facts)
    if funding is not None:
        yield Hit(("stage.commentaires",), {"nom": funding.name})


def wording_of_funding(facts: Facts) -> tuple[Funding | None, str]:
    """Return the configured funding that the comments name, and the comments."""
    comment = facts["stage.commentaires"] or ""
    for funding in facts.settings.fundings:
        if re.search(funding.pattern, comment, re.IGNORECASE):
            return funding, comment
    return None, comment


def is_specific_funding(facts: Facts) -> bool:
    """Tell whether the comments name a configured funding."""
    return wording_of_funding(facts)[0] is not None
