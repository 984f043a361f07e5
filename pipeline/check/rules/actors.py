"""ACT: the people of the agreement, who must be different and reachable."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.check.facts import Facts
from pipeline.check.rules import Bilingual, Hit, Parameters, rule
from pipeline.check.rules.identity import is_address, is_phone


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
