"""The Word templates: built from the words, complete, valid, and sound whatever a form holds."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jinja2
import pytest
from docx import Document
from docx.oxml import parse_xml
from docxtpl import DocxTemplate

from tests.templates import contexts
from tests.templates.contexts import Context, context
from tools.agreements.build import TEMPLATES, documents
from tools.agreements.words import clauses

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
AGREEMENTS = ("convention_francais", "convention_francophone", "convention_bilingue")
ALL = (
    *AGREEMENTS,
    "annexe_etranger",
    "annexe_etranger_bilingue",
    "annexe_confidentielle",
    "annexe_confidentielle_bilingue",
)
ABROAD = contexts.FRANCOPHONE_CASES


def usual(name: str, *more: str) -> Context:
    """A plain dossier that fits the template ``name``."""
    if name == "convention_francais":
        return context(*contexts.PRIVATE_FRANCE, *more)
    return context(*ABROAD, *more, values=contexts.ABROAD, english=contexts.ABROAD_ENGLISH)


def render(name: str, values: Context) -> bytes:
    env = jinja2.Environment(
        undefined=jinja2.StrictUndefined, autoescape=True, finalize=lambda v: "" if v is None else v
    )
    template = DocxTemplate(TEMPLATES / f"{name}.docx")
    template.render(values, jinja_env=env, autoescape=True)
    out = io.BytesIO()
    template.save(out)
    return out.getvalue()


def parse(xml: bytes) -> Any:
    return parse_xml(xml)


def parts(docx: bytes) -> Iterator[tuple[str, Any]]:
    """The XML parts that hold text: body, headers, footer."""
    with zipfile.ZipFile(io.BytesIO(docx)) as archive:
        for name in archive.namelist():
            if re.fullmatch(r"word/(document|header\d+|footer\d+)\.xml", name):
                yield name, parse(archive.read(name))


def body(docx: bytes) -> Any:
    return dict(parts(docx))["word/document.xml"]


def words_of(element: Any) -> str:
    return "".join("\n" if node.tag == f"{W}br" else node.text or "" for node in element.iter(f"{W}t", f"{W}br"))


def style_of(paragraph: Any) -> str:
    found = paragraph.find(f"{W}pPr/{W}pStyle")
    return str(found.get(f"{W}val")) if found is not None else ""


def bookmarks(docx: bytes) -> list[str]:
    return [str(b.get(f"{W}name")) for b in body(docx).iter(f"{W}bookmarkStart")]


@pytest.fixture(scope="module")
def built() -> dict[str, bytes]:
    return documents()


def test_building_twice_gives_the_same_bytes(built: dict[str, bytes]) -> None:
    assert documents() == built


@pytest.mark.parametrize("name", ALL)
def test_every_look_is_a_style_and_nothing_is_formatted_by_hand(name: str) -> None:
    content = (TEMPLATES / f"{name}.docx").read_bytes()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        styles = {s.get(f"{W}styleId") for s in parse(archive.read("word/styles.xml")).iter(f"{W}style")}
    for _part, xml in parts(content):
        for properties in xml.iter(f"{W}pPr"):
            assert [child.tag for child in properties] == [f"{W}pStyle"]
        for properties in xml.iter(f"{W}rPr"):
            assert [child.tag for child in properties] == [f"{W}rStyle"]
        used = {str(s.get(f"{W}val")) for s in xml.iter(f"{W}pStyle", f"{W}rStyle", f"{W}tblStyle")}
        assert used <= styles


@pytest.mark.parametrize("name", ALL)
def test_tags_use_straight_quotes_and_stand_in_one_run(name: str) -> None:
    for _part, xml in parts((TEMPLATES / f"{name}.docx").read_bytes()):
        for node in xml.iter(f"{W}t"):
            line = node.text or ""
            assert line.count("{{") == line.count("}}")
            assert line.count("{%") == line.count("%}")
            for code in re.findall(r"\{[{%].*?[}%]\}", line):
                assert not re.search("[’‘“”«»]", code), code


@pytest.mark.parametrize("name", ALL)
def test_the_file_opens_with_unique_picture_and_bookmark_numbers(name: str) -> None:
    content = render(name, usual(name))
    document = Document(io.BytesIO(content))
    assert document.core_properties.title
    pictures: list[str] = []
    for _part, xml in parts(content):
        pictures += [e.get("id") for e in xml.iter() if str(e.tag).endswith("}docPr")]
    assert len(pictures) == len(set(pictures))
    marks = list(body(content).iter(f"{W}bookmarkStart"))
    assert len({m.get(f"{W}id") for m in marks}) == len(marks)
    assert len({m.get(f"{W}name") for m in marks}) == len(marks)


CASES: dict[str, tuple[str, tuple[str, ...]]] = {
    "private host, stipend due": ("convention_francais", tuple(contexts.PRIVATE_FRANCE)),
    "public host": (
        "convention_francais",
        (
            "france",
            "metropole",
            "public",
            "gratifie",
            "gratification_due",
            "plus_de_308h",
            "obligatoire",
        ),
    ),
    "short, no stipend": (
        "convention_francais",
        (
            "france",
            "metropole",
            "prive",
            "obligatoire",
            "temps_plein",
        ),
    ),
    "optional stipend, gap year": (
        "convention_francais",
        (
            "france",
            "metropole",
            "prive",
            "gratifie",
            "cesure",
        ),
    ),
    "stipend above the ceiling": (
        "convention_francais",
        (*contexts.PRIVATE_FRANCE, "au_dessus_plafond"),
    ),
    "Pacific": (
        "convention_francais",
        (
            "france",
            "outre_mer",
            "pacifique",
            "prive",
            "complementaire",
        ),
    ),
    "francophone, French cover": ("convention_francophone", tuple(ABROAD)),
    "Québec, paid": (
        "convention_francophone",
        (
            "etranger",
            "quebec",
            "hors_ue",
            "prive",
            "gratifie",
            "complementaire",
        ),
    ),
    "bilingual": ("convention_bilingue", tuple(contexts.BILINGUAL_CASES)),
    "bilingual, host cover": (
        "convention_bilingue",
        (
            "etranger",
            "etats_unis_canada",
            "hors_ue",
            "prive",
            "gratifie",
            "gratifie",
            "cesure",
            "plus_de_six_mois",
        ),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_every_agreement_carries_the_fifteen_mentions_of_d124_4(case: str) -> None:
    name, cases = CASES[case]
    found = {int(m[8:10]) for m in bookmarks(render(name, context(*cases))) if m.startswith("mention_")}
    assert found == set(range(1, 16))


@pytest.mark.parametrize("name", AGREEMENTS)
def test_the_fields_that_carry_a_mention_are_asked_for(name: str) -> None:
    asked = words_of(body((TEMPLATES / f"{name}.docx").read_bytes()))
    for field in (
        "formation.diplome",
        "formation.volume_horaire",
        "enseignant.nom_complet",
        "tuteur.nom_complet",
        "stage.competences",
        "stage.activites",
        "stage.periode",
        "stage.duree_texte",
        "stage.heures_hebdomadaires",
        "gratification.montant_texte",
        "protection.caisse",
    ):
        assert re.search(rf"\{{\{{ {re.escape(field)}\b", asked), field


def leftovers(content: bytes) -> list[str]:
    """What a careful secretary would not send out: blanks that a missing value left behind."""
    faults = []
    for part, xml in parts(content):
        text = words_of(xml)
        faults += [f"{part}: {m}" for m in re.findall(r"\bNone\b|\{\{|\{%|%\}|\}\}", text)]
        for paragraph in xml.iter(f"{W}p"):
            line = words_of(paragraph).strip()
            if not line and style_of(paragraph).startswith(("Puce", "Corps", "Titre", "Valeur", "Etiquette", "Balise")):
                faults.append(f"{part}: empty {style_of(paragraph)}")
            if re.search(r"\(\s*\)|«\s*»|: *[.;]|[ \u00a0\u202f]\.|,\s*[,.]", line):
                faults.append(f"{part}: hole in: {line}")
        for row in xml.iter(f"{W}tr"):
            cells = [words_of(c).strip() for c in row.iter(f"{W}tc")]
            if len(cells) == 2 and cells[0] and not cells[1] and part.endswith("document.xml"):
                faults.append(f"{part}: label without value: {cells[0]}")
    return faults


@pytest.mark.parametrize("name", ALL)
def test_a_plain_dossier_leaves_no_hole(name: str) -> None:
    assert leftovers(render(name, usual(name))) == []


@pytest.mark.parametrize("case", CASES)
def test_the_emptiest_dossier_leaves_no_hole(case: str) -> None:
    name, cases = CASES[case]
    assert leftovers(render(name, contexts.emptiest(*cases))) == []


@pytest.mark.parametrize("name", ALL)
def test_the_emptiest_annexes_leave_no_hole(name: str) -> None:
    assert leftovers(render(name, contexts.emptiest(*ABROAD))) == []


@pytest.mark.parametrize("name", ALL)
def test_hostile_values_stand_complete_in_a_valid_document(name: str) -> None:
    content = render(name, contexts.filled_with(contexts.HOSTILE, *ABROAD, "confidentiel", "second_encadrant"))
    Document(io.BytesIO(content))
    shown = words_of(body(content))
    assert contexts.HOSTILE in shown
    assert "49" not in shown.replace(contexts.HOSTILE, "")


def test_line_breaks_and_ten_thousand_characters_are_kept() -> None:
    long = "\n".join(f"ligne {i} " + "mot " * 20 for i in range(120))
    content = render("convention_francais", context(*contexts.PRIVATE_FRANCE, values={"stage": {"activites": long}}))
    assert long in words_of(body(content))


def test_a_name_that_nobody_fills_stops_the_rendering() -> None:
    values = usual("convention_francais")
    del values["stage"]["periode"]
    with pytest.raises(jinja2.UndefinedError):
        render("convention_francais", values)


SIGNING = [
    "signature_organisme",
    "signature_tuteur",
    "signature_enseignant",
    "signature_stagiaire",
    "signature_universite",
]


@pytest.mark.parametrize("name", AGREEMENTS)
def test_the_university_signs_last_and_five_sign(name: str) -> None:
    assert [m for m in bookmarks(render(name, usual(name))) if m in SIGNING] == SIGNING


@pytest.mark.parametrize("name", AGREEMENTS)
def test_a_minor_and_a_second_supervisor_add_their_place(name: str) -> None:
    values = usual(name, "mineur", "second_encadrant")
    for tree in (values, values["en"]):
        tree["tuteur2"]["nom_complet"] = "Mme Ada ESSAI"
        tree["representant"]["nom_complet"] = "M. Jean DURAND"
    signed = [m for m in bookmarks(render(name, values)) if m.startswith("signature_")]
    assert "signature_tuteur2" in signed
    assert signed.index("signature_representant") == signed.index("signature_stagiaire") + 1
    assert "signature_universite" in signed


@pytest.mark.parametrize("name", AGREEMENTS)
def test_the_rows_of_the_signature_block_never_part(name: str) -> None:
    root = body(render(name, usual(name)))
    table = next(
        t
        for t in root.iter(f"{W}tbl")
        if any(b.get(f"{W}name") == "signature_universite" for b in t.iter(f"{W}bookmarkStart"))
    )
    with zipfile.ZipFile(TEMPLATES / f"{name}.docx") as archive:
        styles = parse(archive.read("word/styles.xml"))
    binding = {s.get(f"{W}styleId") for s in styles.iter(f"{W}style") if s.find(f"{W}pPr/{W}keepNext") is not None}
    binding |= {
        s.get(f"{W}styleId")
        for s in styles.iter(f"{W}style")
        if s.find(f"{W}basedOn") is not None and s.find(f"{W}basedOn").get(f"{W}val") in binding
    }
    for row in table.iter(f"{W}tr"):
        assert row.find(f"{W}trPr/{W}cantSplit") is not None
        assert {style_of(p) for p in row.iter(f"{W}p")} <= binding
    heights = [int(h.get(f"{W}val")) for h in table.iter(f"{W}trHeight")]
    assert min(heights) >= 1248  # 2.2 cm


def test_confidential_subject_activities_and_skills_stand_in_their_appendix_only() -> None:
    secret = {"sujet": "SUJET-CACHÉ", "activites": "TÂCHES-CACHÉES", "competences": "SAVOIRS-CACHÉS"}
    values = context(*contexts.PRIVATE_FRANCE, "confidentiel", values={"confidentiel": secret})
    for name in AGREEMENTS:
        assert "CACHÉ" not in words_of(body(render(name, values)))
    for name in ("annexe_confidentielle", "annexe_confidentielle_bilingue"):
        shown = words_of(body(render(name, values)))
        assert all(text in shown for text in secret.values())


def test_the_bilingual_columns_are_level_and_each_in_its_language() -> None:
    root = body(render("convention_bilingue", usual("convention_bilingue")))
    facing = [t for t in root.iter(f"{W}tbl") if t.find(f"{W}tblPr/{W}tblStyle").get(f"{W}val") == "Regard"]
    rows = [row for table in facing for row in table.iter(f"{W}tr")]
    assert len(rows) > 60
    for row in rows:
        french, english = row.findall(f"{W}tc")
        assert words_of(french).strip()
        assert words_of(english).strip()
        assert all(style_of(p).endswith(("anglais", "anglaise")) for p in english.iter(f"{W}p"))
        assert not any(style_of(p).endswith(("anglais", "anglaise")) for p in french.iter(f"{W}p"))


def test_a_clause_with_an_unknown_key_is_refused(tmp_path: Path) -> None:
    faulty = tmp_path / "clauses.yaml"
    faulty.write_text("- {article: '1', tittre: Objet, blocs: []}\n", encoding="utf-8")
    with pytest.raises(ValueError, match="tittre"):
        clauses(faulty)
