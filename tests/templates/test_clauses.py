"""The words of the agreements: complete, in both languages, and never two answers to one question."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import jinja2
import pytest
from jinja2 import nodes

from pipeline.documents.host_kinds import HOST_KINDS
from tests.templates import contexts
from tests.templates.contexts import CASES, SERVICES, Context, context
from tests.templates.dossiers import dossiers as real_dossiers
from tools.agreements.parties import CERTIFICATE, FRAMES, IDENTITY, Frame
from tools.agreements.variants import Variant, conditions, unreached, variants
from tools.agreements.words import HERE, MODELS, Block, Clause, Words, annexes, chosen, clauses, labels

ENV = jinja2.Environment(
    undefined=jinja2.StrictUndefined, autoescape=True, finalize=lambda value: "" if value is None else value
)
ARTICLES = clauses()
ANNEXES = annexes()
LABELS = labels(HERE / "layout.yaml")

COMMON = (
    "0.1 0.2 0.4 P1 P2 P3 P4 P5 P6 P7 P8 P9 1 2.1 2.2 2.3 2.4 3.1 3.2 3.3 3.4 3.5 4.1 4.2 4.3 5.I|5 bis|6.0 7|7 bis|8 "
    "9.1 9.2 9.3 9.4 10 11 12.1 12.2 12.3 12.4 13.1 13.2 14 S A1 A2 A3 A4"
)
FRANCE = "5.A 5.B 5.C 5.D 5.E|5 ter|6.1 6.2 6.3"
ABROAD = "0.3|3.1 bis|5.F 5.G 5.H 6.3-1 6.3-2 6.4-1 6.4-2"
IN_TABLES = {"0.1", "0.2", "S", *(f"P{n}" for n in range(1, 10))}
"""What the plan of an agreement gives to its header, its tables and its signatures, not to its articles."""

STATUTES_OF_THE_HOST = re.compile(r"L124-(6|8|9|10|12|13|14|16)\b|D124-8|L3121|L3261")
NBSP, THIN = "\u00a0", "\u202f"


def rows(plan: str) -> set[str]:
    """The rows of ``plan``: parts between bars hold one row when it contains a space ("5 bis"), else several."""
    found: set[str] = set()
    for part in plan.split("|"):
        found |= {part} if part.endswith((" bis", " ter")) else set(part.split())
    return found


PLAN = {"français": rows(COMMON) | rows(FRANCE), "francophone": rows(COMMON) | rows(ABROAD)}
PLAN["bilingue"] = PLAN["francophone"]


def everything() -> Iterator[tuple[str, Clause]]:
    """Each clause of the agreements and of the annexes, with a name to find it by."""
    for clause in ARTICLES:
        yield f"{clause.article} {clause.titre.fr} {clause.outline}", clause
    for annex, parts in ANNEXES.items():
        for clause in parts:
            yield f"{annex} {clause.titre.fr}", clause


def wordings() -> Iterator[tuple[str, Words]]:
    """Each wording, headings included, with a name to find it by."""
    for name, clause in everything():
        yield name, clause.titre
        for number, block in enumerate(clause.blocs):
            yield f"{name} [{number}]", block.words
    yield from LABELS.items()


def dotted(tree: nodes.Node) -> set[str]:
    """The dotted names that a template or an expression asks for, the longest of each."""
    found: set[str] = set()

    def walk(node: nodes.Node) -> None:
        path: list[str] = []
        inner: nodes.Node = node
        while isinstance(inner, nodes.Getattr):
            path.insert(0, inner.attr)
            inner = inner.node
        if isinstance(inner, nodes.Name):
            found.add(".".join([inner.name, *path]))
            return
        for child in node.iter_child_nodes():
            walk(child)

    walk(tree)
    return found


@cache
def asked(source: str) -> frozenset[str]:
    return frozenset(dotted(ENV.parse(source)))


def condition(expression: str | None) -> str:
    return "{% if " + (expression or "true") + " %}x{% endif %}"


@cache
def known() -> frozenset[str]:
    names = {f"{part}.{name}" for part, group in contexts.names().items() for name in group}
    names |= {f"services.{s}.{name}" for s in SERVICES for name in ("nom", "courriel", "telephone", "adresse")}
    return frozenset(names | {f"en.{name}" for name in names} | {f"cas.{name}" for name in CASES})


def misspelt(source: str, local: Sequence[str] = ()) -> set[str]:
    """The names of ``source`` that no template value bears; ``local``: variables of a loop around it."""
    return {name for name in asked(source) - known() if name.split(".")[0] not in local}


@cache
def compiled(expression: str) -> tuple[tuple[tuple[str, ...], ...], Any]:
    """The paths of the values that ``expression`` asks for, and the expression ready to be judged."""
    paths = tuple(tuple(name.split(".")) for name in sorted(asked(condition(expression))))
    return paths, ENV.compile_expression(expression, undefined_to_none=False)


JUDGED: dict[tuple[str, tuple[Any, ...]], bool] = {}
"""Expression and the values it asked for → its truth: thousands of dossiers differ by a few conditions only."""


def holds(expression: str | None, values: Mapping[str, Any]) -> bool:
    if expression is None:
        return True
    paths, judge = compiled(expression)
    key = (expression, tuple(str(values[path[0]][path[1]]) for path in paths))
    if key not in JUDGED:
        JUDGED[key] = bool(judge(**values))
    return JUDGED[key]


@cache
def of_model(model: str) -> list[Clause]:
    return chosen(ARTICLES, model)


def printed(model: str, values: Mapping[str, Any]) -> list[tuple[Clause, list[Block]]]:
    """The clauses of ``model`` that a dossier prints, each with the blocks that it prints."""
    return [
        (clause, [block for block in clause.blocs if holds(block.si, values)])
        for clause in of_model(model)
        if holds(clause.si, values)
    ]


def in_tables(frames: Sequence[Frame], values: Mapping[str, Any]) -> set[int]:
    lines = [line for frame in frames if holds(frame.si, values) for line in frame.lines]
    return {mention for line in lines if holds(line.si, values) for mention in line.mentions}


def missing_mentions(clauses_printed: Sequence[tuple[Clause, Sequence[Block]]], values: Mapping[str, Any]) -> set[int]:
    """The mentions of D124-4 that neither the tables nor the articles carry; a heading alone carries nothing."""
    carried = in_tables(FRAMES, values)
    for clause, blocks in clauses_printed:
        if blocks:
            carried |= {*clause.mentions, *(mention for block in blocks for mention in block.mentions)}
    return set(range(1, 16)) - carried


@cache
def dossiers(model: str) -> tuple[tuple[set[str], Context], ...]:
    return tuple(mixes(model))


def mixes(model: str) -> Iterator[tuple[set[str], Context]]:
    """Every mix of the conditions on which the variants of ``model`` depend, with all values and with the fewest."""
    if model == "français":
        free = ["public", "gratifie", "gratification_due", "pacifique", "au_dessus_plafond", "mineur", "cesure"]
        base = {"france"}
        places: tuple[tuple[str, ...], ...] = ((),)
    else:
        free = ["public", "gratifie", "siege_en_france", "plus_de_308h", "at_francaise", "obligatoire"]
        base = {"etranger"}
        places = (
            ("ue",),
            ("ue", "ceam_inoperante", "suisse"),
            ("ue", "luxembourg"),
            ("royaume_uni", "hors_ue"),
            ("quebec", "hors_ue", "etats_unis_canada"),
            ("quebec", "quebec_protocole", "hors_ue", "etats_unis_canada"),
            ("serbie", "hors_ue"),
            ("hors_ue",),
        )
    full, bare = context(), contexts.emptiest()
    for place in places:
        for flags in itertools.product((False, True), repeat=len(free)):
            cases = base | set(place) | {name for name, flag in zip(free, flags, strict=True) if flag}
            cases |= set() if "public" in cases else {"prive"}
            for values in (full, bare):
                yield cases, {**values, "cas": {name: name in cases for name in CASES}}


def outlines(printing: Sequence[tuple[Clause, Sequence[Block]]]) -> list[str]:
    return [row for clause, _ in printing for row in clause.outline]


@pytest.mark.parametrize("model", MODELS)
def test_every_row_of_the_plan_has_its_article_table_or_annex(model: str) -> None:
    covered = {row for clause in chosen(ARTICLES, model) for row in clause.outline}
    for parts in ANNEXES.values():
        covered |= {row for clause in chosen(parts, model) for row in clause.outline}
    assert covered | IN_TABLES >= PLAN[model]
    assert covered <= PLAN["français"] | PLAN["bilingue"]


def test_every_expression_parses_and_asks_for_values_that_exist() -> None:
    for name, clause in everything():
        for expression in (clause.si, *(block.si for block in clause.blocs)):
            assert not misspelt(condition(expression)), name
    for name, words in wordings():
        for source in (words.fr, words.en):
            assert not misspelt(source, local=("c", "i")), name


def test_a_misspelt_name_and_a_broken_expression_are_noticed() -> None:
    assert misspelt("{{ stage.sujets }}") == {"stage.sujets"}
    assert misspelt(condition("cas.gratifié")) == {"cas.gratifié"}
    with pytest.raises(jinja2.TemplateSyntaxError):
        asked("{% if cas.mineur %}oui")


def test_the_english_prints_english_values_and_the_french_never_does() -> None:
    for name, words in wordings():
        assert not [value for value in asked(words.fr) if value.startswith("en.")], name
        for value in asked(" ".join(re.findall(r"\{\{.*?\}\}", words.en))):
            assert value.startswith(("en.", "c.")), f"{name}: {value}"


def test_both_languages_show_the_same_values_under_the_same_conditions() -> None:
    for name, words in wordings():
        if words.en:
            assert {v.removeprefix("en.") for v in asked(words.en)} == asked(words.fr), name


def test_what_the_bilingual_model_prints_is_in_both_languages() -> None:
    for name, clause in everything():
        if "bilingue" in clause.modeles:
            assert bool(clause.titre.fr) == bool(clause.titre.en), name
            for block in clause.blocs:
                assert block.words.fr, name
                assert bool(block.words.en) == ("bilingue" in block.modeles), name


@pytest.mark.parametrize("model", MODELS)
def test_every_dossier_carries_the_fifteen_mentions(model: str) -> None:
    for cases, values in dossiers(model):
        missing = missing_mentions(printed(model, values), values)
        assert not missing, f"{sorted(cases)}: {sorted(missing)}"


def test_an_agreement_without_its_leave_clause_lacks_mention_ten() -> None:
    values = context(*contexts.PRIVATE_FRANCE)
    cut = [(clause, blocks) for clause, blocks in printed("français", values) if clause.article != "9.1"]
    assert missing_mentions(cut, values) == {10}


@pytest.mark.parametrize("model", MODELS)
def test_every_dossier_prints_exactly_one_answer_about_the_stipend(model: str) -> None:
    variants = {"5.A", "5.B", "5.C", "5.D", "5.E"} if model == "français" else {"5.F", "5.G", "5.H"}
    for cases, values in dossiers(model):
        shown = [c.outline[0] for c, _ in printed(model, values) if len(c.outline) == 1 and c.outline[0] in variants]
        assert len(shown) == 1, f"{sorted(cases)}: {shown}"


def test_the_amount_is_printed_when_and_only_when_a_stipend_is_paid_or_due() -> None:
    for model in MODELS:
        for cases, values in dossiers(model):
            due = "gratification_due" in cases and "pacifique" not in cases
            shown = any(len(clause.outline) > 2 for clause, _ in printed(model, values))
            assert shown == ("gratifie" in cases or due), sorted(cases)


@pytest.mark.parametrize("model", MODELS)
def test_every_dossier_prints_one_cover_for_accidents_and_one_for_health(model: str) -> None:
    accident = {"6.1", "6.2", "6.3"} if model == "français" else {"6.4-1", "6.4-2"}
    for cases, values in dossiers(model):
        printing = printed(model, values)
        assert len([row for row in outlines(printing) if row in accident]) == 1, sorted(cases)
        for clause, blocks in printing:
            if clause.article in ("6.3-1", "6.3-2"):
                # Québec's form takes two paragraphs: what it covers, and who does what with it.
                assert len(blocks) == 1 + (clause.article == "6.3-1" and "quebec_protocole" in cases), sorted(cases)


def test_each_kind_of_host_in_france_opens_its_own_rights_and_no_other() -> None:
    for cases, values in dossiers("français"):
        shown = {row for row in outlines(printed("français", values)) if row in ("5 bis", "5 ter")}
        if "pacifique" in cases:
            assert shown <= {"5 bis"}
        else:
            assert shown == ({"5 ter"} if "public" in cases else {"5 bis"})


def test_in_the_pacific_no_french_statute_is_said_to_bind_the_host() -> None:
    for cases, values in dossiers("français"):
        if "pacifique" not in cases:
            continue
        for clause, blocks in printed("français", values):
            for block in blocks:
                assert not STATUTES_OF_THE_HOST.search(block.words.fr), clause.article


def test_the_clauses_that_abroad_asks_for_are_there_only_abroad() -> None:
    french = " ".join(block.words.fr for _, blocks in printed("français", context("france")) for block in blocks)
    abroad = " ".join(block.words.fr for _, blocks in printed("francophone", context("etranger")) for block in blocks)
    assert "zone rouge" in abroad
    assert "zone rouge" not in french
    assert "quarante-quatre heures" not in abroad


@pytest.mark.parametrize("model", MODELS)
def test_no_paragraph_is_empty_or_broken_whatever_is_missing(model: str) -> None:
    seen: set[tuple[str, bool]] = set()
    for _, values in dossiers(model):
        full = values["stage"]["heures_hebdomadaires"] is not None
        for clause, blocks in printed(model, values):
            for block in blocks:
                for source in (block.words.fr, block.words.en if model == "bilingue" else "x"):
                    if (source, full) in seen:
                        continue
                    seen.add((source, full))
                    text = ENV.from_string(source).render(values).strip()
                    assert text, f"{clause.article}: {source}"
                    hole = re.search(r"\(\s*\)|«\s*»|: *[.;]|\w[ \u00a0\u202f]\.|,\s*[,.]|[:–]$|\bNone\b", text)
                    outlined = source.rstrip().endswith(":")
                    assert not hole or outlined, f"{clause.article}: {text}"


def test_a_heading_over_a_list_of_conditions_is_always_followed_by_it() -> None:
    for model in MODELS:
        for cases, values in dossiers(model):
            for clause, blocks in printed(model, values):
                for block, following in itertools.zip_longest(blocks, blocks[1:]):
                    if block.words.fr.endswith(":"):
                        assert following is not None, f"{clause.article}: {sorted(cases)}"


def test_paragraphs_are_short_enough_to_be_read() -> None:
    for name, words in wordings():
        for source in (words.fr, words.en):
            assert len(re.sub(r"\{%.*?%\}|\{\{.*?\}\}", "x", source).split()) <= 90, name


def outside_tags(source: str) -> str:
    return re.sub(r"\{%.*?%\}|\{\{.*?\}\}", "x", source)


def test_the_french_is_typeset_as_french_and_the_english_as_english() -> None:
    for name, words in wordings():
        french, english = outside_tags(words.fr), outside_tags(words.en)
        assert "'" not in french + english, name
        assert '"' not in french + english, name
        assert not re.search(rf"[^{NBSP}\s]:|[^{THIN}];|[^{THIN}][!?]| [:;!?%»]|« |\d%", french), name
        assert french.count(f"«{NBSP}") == french.count("«") == french.count(f"{NBSP}»"), name
        assert not re.search(rf"[ {NBSP}{THIN}][:;!?%]", english), name
        assert not re.search(r" {2}|\.\.", french + english), name


def test_no_wording_uses_inclusive_dots_or_asks_the_signatories_to_write_in_the_articles() -> None:
    for name, words in wordings():
        assert "·" not in words.fr, name
    for clause in ARTICLES:
        for block in clause.blocs:
            assert not re.search("[☐…]", block.words.fr + block.words.en), clause.article


def test_tables_and_signatures_find_their_labels_in_both_languages() -> None:
    wanted = {frame.title for frame in (*FRAMES, *IDENTITY, *CERTIFICATE)}
    for frame in (*FRAMES, *IDENTITY, *CERTIFICATE):
        for line in frame.lines:
            wanted |= {line.label} if line.value else {line.label, f"{line.label}_valeur"}
    wanted |= {f"signatures.{who}" for who in ("organisme", "tuteur", "tuteur2", "enseignant", "stagiaire")}
    wanted |= {
        "signatures.representant",
        "signatures.universite",
        "signatures.consigne",
        "projet_mention",
        "titre",
    }
    assert wanted <= set(LABELS)
    assert all(words.fr and words.en for words in LABELS.values())


def test_every_variant_is_printed_by_some_real_form_and_left_out_by_another() -> None:
    given = [(model, values) for _, model, values in real_dossiers()]
    assert unreached(variants(), given) == []


def test_a_variant_that_no_form_can_reach_is_noticed() -> None:
    given = [(model, values) for _, model, values in real_dossiers()]
    never = Variant("article 99", "cas.etranger and cas.pacifique", MODELS)
    always = Variant("article 100", "cas.etranger", ("bilingue",))
    assert [text.split(" (")[0] for text in unreached([never, always], given)] == [
        "article 99: never printed",
        "article 100: never left out",
    ]


def test_the_conditions_of_a_text_are_those_of_its_tags() -> None:
    source = "{%p if cas.mineur %}{{ x }}{%p endif %}{%tr elif  cas.ue and\n cas.public %}{% for c in y %}{% if cas.mineur %}"
    assert conditions(source) == ("cas.mineur", "cas.ue and cas.public")


@pytest.mark.parametrize("name", [name for name, _, _ in real_dossiers()])
def test_a_real_form_carries_the_fifteen_mentions_and_one_answer_to_each_question(name: str) -> None:
    model, values = next((model, values) for n, model, values in real_dossiers() if n == name)
    printing = printed(model, values)
    missing = missing_mentions(printing, values)
    assert not missing - ({1, 6, 9} if "bare" in name else set()), sorted(missing)
    stipend = {"5.A", "5.B", "5.C", "5.D", "5.E", "5.F", "5.G", "5.H"}
    assert len([c for c, _ in printing if len(c.outline) == 1 and c.outline[0] in stipend]) == 1
    assert len([row for row in outlines(printing) if row in ("6.1", "6.2", "6.3", "6.4-1", "6.4-2")]) == 1
    for clause, blocks in printing:
        for block in blocks:
            for source in (block.words.fr, block.words.en if model == "bilingue" else "x"):
                text = ENV.from_string(source).render(values)
                assert not re.search(r"\(\s*\)|\bNone\b|\[\]| ,|,,", text), f"{clause.article}: {text}"


def test_a_special_case_is_never_printed_since_it_may_tell_of_health() -> None:
    for name, words in wordings():
        if not name.startswith("avenant"):
            assert "stage.cas_particulier" not in asked(words.fr), name


def test_the_one_who_signs_for_the_host_is_told_in_one_way_at_most() -> None:
    kinds = {name: {kind for kind in HOST_KINDS if values["cas"][kind]} for name, _, values in real_dossiers()}
    assert all(len(found) <= 1 for found in kinds.values())
    assert set().union(*kinds.values()) == set(HOST_KINDS)
