"""ACT: the people of the agreement, who must be different and reachable."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pipeline.check.facts import Facts
from pipeline.check.rules import Bilingual, Hit, Parameters, rule
from pipeline.check.rules.identity import in_domains, is_address, is_phone
from pipeline.check.rules.texts import said
from pipeline.tables.words import fold


@rule("ACT-01")
def has_one_person_as_advisor_and_supervisor(facts: Facts, _: Parameters) -> Iterator[Hit]:
    """Same address, or same names whatever case, accents, hyphens and order."""
    advisor, supervisor = facts.person("enseignant"), facts.person("tuteur")
    if advisor.same_as(supervisor):
        yield Hit(_marked(facts, "tuteur", "enseignant"), {"nom": advisor.full_name or supervisor.full_name})


@rule("ACT-02")
def has_one_person_as_advisor_and_signatory(facts: Facts, _: Parameters) -> Iterator[Hit]:
    """The advisor speaks for the university, the signatory for the host."""
    advisor, signatory = facts.person("enseignant"), facts.person("signataire")
    if advisor.same_as(signatory):
        yield Hit(_marked(facts, "signataire", "enseignant"), {"nom": advisor.full_name or signatory.full_name})


@rule("ACT-03")
def has_a_supervisor_who_signs(facts: Facts, _: Parameters) -> Iterator[Hit]:
    """Allowed: whoever supervises may also speak for the host."""
    supervisor, signatory = facts.person("tuteur"), facts.person("signataire")
    if supervisor.same_as(signatory):
        yield Hit(_marked(facts, "tuteur", "signataire"), {"nom": supervisor.full_name or signatory.full_name})


@rule("ACT-06")
def may_have_no_power_to_sign(facts: Facts, p: Parameters) -> Iterator[Hit]:
    """A function that rarely signs for a host, or that does not for this kind of host, unless by delegation."""
    function = facts["signataire.fonction"]
    if not function or said(function, p["delegation"]):
        return
    kinds = [kind for kind in p["selon_organisme"] if _is_of_kind(facts, kind)]
    usual = tuple(word for kind in kinds for word in kind.get("sauf", ()))
    if said(function, p["mots"], p["sauf"] + usual):
        yield Hit(("signataire.fonction",), {"fonction": function})
        return
    for kind in kinds:
        if "mots" in kind and said(function, kind["mots"], usual):
            signs = Bilingual(kind["signe"], kind["signe_en"])
            yield Hit(("signataire.fonction",), {"fonction": function, "signe": signs}, "selon_organisme")
            return


def _is_of_kind(facts: Facts, kind: Mapping[str, Any]) -> bool:
    """Tell whether the host is of the types that ``kind`` lists, and its name holds one of its words."""
    if "types" in kind and facts["organisme.type"] not in kind["types"]:
        return False
    return "noms" not in kind or said(facts["organisme.raison_sociale"] or "", kind["noms"]) is not None


_PARTIES = {
    "etudiant": Bilingual("la ou le stagiaire", "the intern"),
    "enseignant": Bilingual("l’enseignant référent", "the academic advisor"),
    "tuteur": Bilingual("le tuteur de stage", "the internship supervisor"),
    "signataire": Bilingual("le représentant légal de l’organisme", "the host’s legal representative"),
}


def _named(groups: list[str]) -> Bilingual:
    """Return the parties as a sentence lists them."""
    parties = [_PARTIES[group] for group in groups]
    return Bilingual(_and([p.fr for p in parties], "et"), _and([p.en for p in parties], "and"))


def _and(parts: list[str], word: str) -> str:
    return f"{', '.join(parts[:-1])} {word} {parts[-1]}" if len(parts) > 1 else parts[0]


@rule("ACT-08")
def gives_one_address_to_several(facts: Facts, _: Parameters) -> Iterator[Hit]:
    """Each party is written to alone; supervisor and signatory with one address are one person (ACT-03)."""
    by_address: dict[str, list[str]] = {}
    for group in _PARTIES:
        address = facts[f"{group}.email"]
        if address:
            by_address.setdefault(address.casefold(), []).append(group)
    for groups in by_address.values():
        if len(groups) > 1 and set(groups) != {"tuteur", "signataire"}:
            fields = tuple(f"{group}.email" for group in groups)
            yield Hit(fields, {"email": facts[fields[0]], "parties": _named(groups)})


@rule("ACT-09")
def has_an_advisor_with_an_outside_address(facts: Facts, _: Parameters) -> Iterator[Hit]:
    """Where the university's domains are configured; a malformed address is ACT-16's."""
    address, domains = facts["enseignant.email"], facts.settings.staff_domains
    if address and domains and is_address(address) and not in_domains(address, domains):
        yield Hit(("enseignant.email",), {"domaine": ", ".join(f"@{domain}" for domain in domains)})


@rule("ACT-15")
def has_the_students_name_on_the_hosts_side(facts: Facts, _: Parameters) -> Iterator[Hit]:
    """A kinship is possible, and allowed."""
    name = fold(facts["etudiant.nom"] or "")
    groups = [group for group in ("tuteur", "signataire") if name and fold(facts[f"{group}.nom"] or "") == name]
    if groups:
        yield Hit(tuple(f"{group}.nom" for group in groups), {"partie": _named(groups)})


@rule("ACT-14")
def has_the_student_on_the_hosts_side(facts: Facts, _: Parameters) -> Iterator[Hit]:
    """The student is neither supervisor nor signatory."""
    student = facts.person("etudiant")
    groups = [group for group in ("tuteur", "signataire") if student.same_as(facts.person(group))]
    if groups:
        yield Hit(tuple(key for group in groups for key in _marked(facts, group)), {"nom": student.full_name})


def _marked(facts: Facts, *groups: str) -> tuple[str, ...]:
    """Return the cell that names each person."""
    keys = tuple(f"{group}.nom" for group in groups if facts.filled(f"{group}.nom"))
    return keys or tuple(f"{group}.email" for group in groups)


@rule("ACT-07")
def gives_no_way_to_sign(facts: Facts, _: Parameters) -> Iterator[Hit]:
    """The signatory's address, or an explicit refusal of electronic signature."""
    if not facts.filled("signataire.email") and facts["signataire.refus_signature_electronique"] is not True:
        yield Hit(("signataire.email",))


@rule("ACT-11")
def lacks_the_programme_directors_approval(facts: Facts, _: Parameters) -> Iterator[Hit]:
    """Anything but « Validée »; « Refusée » is a refusal."""
    key = "formation.autorisation"
    state = facts[key]
    if not facts.asked(key) or state == "Validée":
        return
    shown = Bilingual(state, _STATES[state]) if state else facts.shown(key) or Bilingual("non renseigné", "not given")
    yield Hit((key,), {"etat": shown}, "refusee" if state == "Refusée" else None)


_STATES = {"En attente": "pending", "À améliorer / préciser": "to be improved", "Refusée": "refused"}
_ADDRESSES = ("enseignant.email", "tuteur.email", "signataire.email", "organisme.email", "etudiant.email_personnel",
              "representant.email", "tuteur2.email")  # fmt: skip
_PHONES = ("enseignant.telephone", "tuteur.telephone", "signataire.telephone", "organisme.telephone",
           "representant.telephone")  # fmt: skip


@rule("ACT-16")
def has_an_unusable_contact(facts: Facts, p: Parameters) -> Iterator[Hit]:
    """A malformed address (blocking when it is required) or a phone that exists nowhere likely."""
    for key in _ADDRESSES:
        address = facts[key]
        if address and not is_address(address):
            yield Hit((key,), {"exemple": "prenom.nom@organisme.fr"}, "courriel_exige" if key in p["exiges"] else None)
    for key in _PHONES:
        phone = facts[key]
        country = None if key.startswith(("enseignant", "representant")) else facts["organisme.pays"]
        if phone and not is_phone(phone, country):
            yield Hit((key,), {"exemple": "+33 4 65 71 00 00"})
