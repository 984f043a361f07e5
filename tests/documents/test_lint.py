"""Faults put into Word templates as people make them, and the words in which they are told."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import docx
import pytest

from pipeline.documents.lint import MENTIONS, Fault, Known, Paper, known_names, lint_advice, lint_errors, nearest
from pipeline.documents.previews import load_previews
from pipeline.documents.values import load_translations, template_values
from tests.rules.forms import ROOT, facts, judge

SHIPPED = sorted((ROOT / "templates_docx").glob("*.docx"))
FRENCH = ROOT / "templates_docx" / "convention_francais.docx"
BILINGUAL = ROOT / "templates_docx" / "convention_bilingue.docx"

Edit = Callable[[str], str]


@cache
def known() -> Known:
    translations = load_translations(ROOT / "schemas", judge().tables.fields)
    return known_names(template_values(facts({}), translations))


def _written(path: Path, *paragraphs: str) -> Path:
    document = docx.Document()
    for text in paragraphs:
        document.add_paragraph(text)
    document.save(str(path))
    return path


def _edited(source: Path, target: Path, edit: Edit, part: str = "word/document.xml") -> Path:
    """Copy ``source`` with the XML of its body (or ``part``) changed by ``edit``, which must change something."""
    with zipfile.ZipFile(source) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    before = members[part].decode()
    after = edit(before)
    assert after != before
    members[part] = after.encode()
    with zipfile.ZipFile(target, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return target


def _errors(path: Path, *, agreement: bool = False, shipped: Path | None = None) -> list[Fault]:
    return list(lint_errors(Paper(path), known(), agreement=agreement, shipped=shipped))


def _advice(path: Path, shipped: Path | None = None) -> list[Fault]:
    return list(lint_advice(Paper(path), shipped=shipped))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda p: p.stem)
def test_a_shipped_template_has_neither_fault_nor_advice(path: Path) -> None:
    faults = _errors(path, agreement=path.name.startswith("convention_")) + _advice(path)
    assert [fault.line for fault in faults] == []


@pytest.mark.parametrize(
    ("paragraphs", "problem", "mend"),
    [
        (["{{ etudiant.non }}"], "« etudiant.non » n’existe pas", "etudiant.nom"),
        (["{{ Étudiant.Nom }}"], "n’existe pas", "etudiant.nom"),
        (["{{ sujet }}"], "n’existe pas", "« stage.sujet »"),
        (["{{ en.stage.sujt }}"], "n’existe pas", "« en.stage.sujet »"),
        (["{%p if cas.minneur %}", "x", "{%p endif %}"], "n’existe pas", "« cas.mineur »"),
        (["{{ etudiant }}"], "est un groupe", "etudiant."),
        (["{{ stage.calendrier }}"], "est une liste", "{%p for"),
        (["{{ cas.mineur }}"], "est une condition", "{%p if cas.mineur %}"),
        (["{%p for x in etudiant.nom %}", "{{ x }}", "{%p endfor %}"], "n’est pas une liste", "{{ etudiant.nom }}"),
        (["{{ etudiant.nom "], "n’est pas fermée", "}}"),
        (["{%p if cas.mineur", "x", "{%p endif %}"], "n’est pas fermée", "%}"),
        (["etudiant.nom }}"], "n’est pas ouverte", "{{"),
        (["{ { etudiant.nom }}"], "séparés par une espace", "Collez"),
        (["{{ etudiant.nom } }"], "séparés par une espace", "Collez"),
        (["{ etudiant.nom }"], "deux accolades", "{{ etudiant.nom }}"),
        (["{{ }}"], "vide", "Écrivez un nom"),
        (["{{ stage.date debut }}"], "n’est pas comprise", "« stage.date_debut »"),
        (["{%p if stage.nature == « Obligatoire » %}", "x", "{%p endif %}"], "n’est pas comprise", "guillemets droits"),
        (["{%p if stage.nature = 'Obligatoire' %}", "x", "{%p endif %}"], "n’est pas comprise", "=="),
        (["{%p if cas.mineur et cas.ue %}", "x", "{%p endif %}"], "n’est pas comprise", "« and »"),
        (["{{ etudiant.nom|majuscule }}"], "« majuscule » n’est pas connu", "Retirez"),
        (["{% p if cas.mineur %}", "x", "{%p endif %}"], "séparé de {%", "{%p if cas.mineur %}"),
        (["{%pif cas.mineur %}", "x", "{%p endif %}"], "« pif » n’est pas un mot", "« p if »"),
        (["{%p si cas.mineur %}", "x", "{%p endif %}"], "« si » n’est pas un mot", "« if »"),
        (["{%p If cas.mineur %}", "x", "{%p endif %}"], "« If » n’est pas un mot", "« if »"),
        (["{%p if cas.mineur %}", "x"], "n’est fermée nulle part", "{%p endif %}"),
        (["x", "{%p endif %}"], "ne ferme rien", "Retirez"),
        (["{%p else %}"], "n’est précédée d’aucun « if »", "if"),
        (
            ["{%p if cas.mineur %}", "{%p for x in stage.calendrier %}", "{%p endif %}", "{%p endfor %}"],
            "ferme la balise",
            "endfor",
        ),
        (["{%p if cas.mineur %} Représentant légal", "x", "{%p endif %}"], "n’est pas seule", "Représentant légal"),
        (["{%tr if cas.mineur %}", "x", "{%tr endif %}"], "n’est pas dans un tableau", "{%p if cas.mineur %}"),
        (["{%p if cas.mineur %}", "x", "{% endif %}"], "ne va pas avec", "{%p endif %}"),
    ],
)
def test_a_slip_is_told_with_its_place_and_with_what_to_type(
    tmp_path: Path, paragraphs: list[str], problem: str, mend: str
) -> None:
    faults = _errors(_written(tmp_path / "a.docx", *paragraphs))
    found = [fault for fault in faults if problem in fault.problem.replace("\u00a0", " ")]
    assert found, [fault.line for fault in faults]
    assert mend in found[0].mend.replace("\u00a0", " ")
    assert "paragraphe" in found[0].place
    assert all("\n" not in fault.line for fault in faults)


@pytest.mark.parametrize(
    "paragraphs",
    [
        ["{{ etudiant.nom }} {# une note #} {{ en.stage.sujet }}"],
        ["{% if cas.mineur %}oui{% else %}non{% endif %}"],
        ["{%p if stage.nature == “Obligatoire” %}", "x", "{%p elif cas.mineur %}", "y", "{%p endif %}"],
        ["{%p for x in stage.calendrier %}", "{{ x.periode }} {{ loop.index }}", "{%p endfor %}"],
        ["L’ensemble {a, b} et une accolade } seule"],
        ["{{ stage.details or stage.commentaires }}"],
    ],
)
def test_what_is_right_is_not_told(tmp_path: Path, paragraphs: list[str]) -> None:
    assert [fault.line for fault in _errors(_written(tmp_path / "a.docx", *paragraphs))] == []


def test_every_fault_of_a_template_is_told(tmp_path: Path) -> None:
    faults = _errors(_written(tmp_path / "a.docx", "{{ etudiant.non }}", "{{ stage.sujt }}", "{%p if cas.mineur %}"))
    assert len(faults) == 3


def test_the_place_names_the_heading_and_the_cell(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_heading("Article 5", 1)
    table = document.add_table(2, 2)
    table.cell(1, 1).text = "{{ gratification.montan }}"
    document.save(str(tmp_path / "a.docx"))
    (fault,) = _errors(tmp_path / "a.docx")
    place = fault.place.replace("\u00a0", " ")
    assert "sous « Article 5 »" in place
    assert "ligne 2, colonne 2" in place


def test_a_condition_that_begins_in_one_cell_and_ends_in_another_is_refused(tmp_path: Path) -> None:
    document = docx.Document()
    table = document.add_table(1, 2)
    table.cell(0, 0).text = "{%p if cas.mineur %}"
    table.cell(0, 1).text = "{%p endif %}"
    document.save(str(tmp_path / "a.docx"))
    assert any("pas au même endroit" in fault.problem for fault in _errors(tmp_path / "a.docx"))


@pytest.mark.parametrize("number", MENTIONS)
def test_a_lost_mention_is_told_in_words_with_where_it_stood(tmp_path: Path, number: int) -> None:
    mark = f"mention_{number:02d}"
    path = _edited(FRENCH, tmp_path / FRENCH.name, lambda xml: re.sub(rf'w:name="{mark}[^"]*"', 'w:name="perdu"', xml))
    faults = _errors(path, agreement=True, shipped=FRENCH)
    assert [MENTIONS[number] in fault.problem for fault in faults] == [True]
    assert "Dans le modèle fourni" in faults[0].mend


def test_a_bookmark_left_without_text_does_not_carry_a_mention(tmp_path: Path) -> None:
    def emptied(xml: str) -> str:
        return re.sub(r'(w:name="mention_14[^"]*"/>).*?(<w:bookmarkEnd)', r"\1\2", xml)

    path = _edited(FRENCH, tmp_path / "a.docx", emptied)
    assert ["mention 14" in fault.problem for fault in _errors(path, agreement=True)] == [True]


def _in_runs(*runs: str) -> Edit:
    body = "".join(runs)
    return lambda xml: re.sub(r"<w:body>", f"<w:body><w:p>{body}</w:p>", xml, count=1)


def _run(text: str, look: str = "") -> str:
    return f'<w:r>{f"<w:rPr>{look}</w:rPr>" if look else ""}<w:t xml:space="preserve">{text}</w:t></w:r>'


def test_a_tag_that_word_cut_into_runs_is_mended_in_silence(tmp_path: Path) -> None:
    spell = '<w:proofErr w:type="spellStart"/>'
    cut = _in_runs(_run("{"), _run("{ etudiant", "<w:lang w:val='en-GB'/>"), spell, _run(".nom }"), _run("}"))
    assert _errors(_edited(FRENCH, tmp_path / "a.docx", cut)) == []


def test_a_tag_cut_by_a_link_is_refused(tmp_path: Path) -> None:
    cut = _in_runs(_run("{{ etudiant"), '<w:hyperlink w:anchor="x">', _run(".nom }}"), "</w:hyperlink>")
    (fault,) = _errors(_edited(FRENCH, tmp_path / "a.docx", cut))
    assert "coupée par un lien" in fault.problem


def test_a_bookmark_that_ends_inside_a_tag_is_refused(tmp_path: Path) -> None:
    start, end = '<w:bookmarkStart w:id="901" w:name="mention_03_z"/>', '<w:bookmarkEnd w:id="901"/>'
    cut = _in_runs(start, _run("{{ etudiant"), end, _run(".nom }}"))
    (fault,) = _errors(_edited(FRENCH, tmp_path / "a.docx", cut))
    assert "mention_03_z" in fault.problem


def test_tracked_changes_are_refused(tmp_path: Path) -> None:
    tracked = _in_runs('<w:ins w:id="1" w:author="a">', _run("ajout"), "</w:ins>")
    (fault,) = _errors(_edited(FRENCH, tmp_path / "a.docx", tracked))
    assert "modifications suivies" in fault.problem


def _first_facing(change: Edit) -> Edit:
    """Change the first row of the facing table that shows text in both columns."""

    def edit(xml: str) -> str:
        row = next(
            row for row in re.findall(r"<w:tr>.*?</w:tr>", xml, re.DOTALL) if "Corpsanglais" in row and "{%" not in row
        )
        return xml.replace(row, change(row), 1)

    return edit


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda row: row.replace("Corpsanglais", "Titre2anglais", 1), "au lieu du pendant anglais"),
        (lambda row: row.replace("Corpsanglais", "Corps", 1), "au lieu du pendant anglais"),
        (
            lambda row: re.sub(r'(<w:p><w:pPr><w:pStyle w:val="Corpsanglais".*?</w:p>)', r"\1\1", row, count=1),
            "1 paragraphe en français et 2 paragraphes en anglais",
        ),
        (
            lambda row: row.replace('<w:t xml:space="preserve">', '<w:t xml:space="preserve">{{ stage.sujet }} ', 1),
            "« stage.sujet » est écrite en français et non en anglais",
        ),
        (
            lambda row: re.sub(
                r'(Corpsanglais"/></w:pPr>.*?<w:r>)', r'\1<w:rPr><w:lang w:val="fr-FR"/></w:rPr>', row, count=1
            ),
            "n’est pas l’anglais",
        ),
    ],
)
def test_a_drift_between_the_columns_is_advice(tmp_path: Path, change: Edit, problem: str) -> None:
    path = _edited(BILINGUAL, tmp_path / "a.docx", _first_facing(change))
    assert _errors(path) == []
    faults = _advice(path)
    assert any(problem in fault.problem for fault in faults), [fault.line for fault in faults]
    assert {fault.level for fault in faults} == {"conseil"}


def test_formatting_by_hand_is_one_line_of_advice(tmp_path: Path) -> None:
    document = docx.Document()
    for text in ("un", "deux"):
        document.add_paragraph().add_run(text).bold = True
    document.save(str(tmp_path / "a.docx"))
    (fault,) = _advice(tmp_path / "a.docx")
    assert "mise en forme à la main" in fault.problem
    assert "1 autre" in fault.problem


def test_the_nearest_name_is_the_one_that_was_meant() -> None:
    names = known().all
    assert nearest("etudiant.prénom", names) == "etudiant.prenom"
    assert nearest("ETUDIANT.NOM", names) == "etudiant.nom"
    assert nearest("tuteur.nom_complett", names) == "tuteur.nom_complet"
    assert nearest("zzz", names) is None


def test_the_invented_dossiers_show_what_they_promise() -> None:
    translations = load_translations(ROOT / "schemas", judge().tables.fields)
    previews = load_previews(ROOT / "schemas", judge().tables)
    values = [template_values(judge().facts(preview.entry), translations) for preview in previews]
    cas = [tree["cas"] for tree in values]
    assert [judge().facts(preview.entry).model for preview in previews] == ["français", "francophone", "bilingue"]
    assert cas[0]["mineur"]
    assert cas[0]["gratification_due"]
    assert cas[1]["confidentiel"]
    assert cas[1]["calendrier_long"]
    assert len(values[1]["confidentiel"]["activites"]) > 1500
    assert cas[2]["teletravail"]
    assert cas[2]["second_encadrant"]


_END = re.compile(
    r"(gratification\.modalite_texte \}\}.*?</w:p>)<w:p>(?:(?!</w:p>).)*\{%p endif %\}.*?</w:p>", re.DOTALL
)


def test_a_lost_end_is_told_with_the_words_that_it_followed_in_the_shipped_model(tmp_path: Path) -> None:
    path = _edited(FRENCH, tmp_path / FRENCH.name, lambda xml: _END.sub(r"\1", xml, count=1))
    (fault,) = _errors(path, agreement=True, shipped=FRENCH)
    assert "n’est fermée nulle part" in fault.problem
    assert "suit « Mode de versement" in fault.mend.replace("\u00a0", " ")


def test_a_condition_added_without_its_end_is_the_one_that_is_told(tmp_path: Path) -> None:
    document = docx.Document(str(FRENCH))
    inner = next(p for p in document.paragraphs if "gratification.modalite_texte }}" in p.text)
    inner.insert_paragraph_before("{%p if gratification.periodicite %}")
    document.save(str(tmp_path / FRENCH.name))
    (fault,) = _errors(tmp_path / FRENCH.name, shipped=FRENCH)
    assert "gratification.periodicite" in fault.problem


def _of_the_lesson(tmp_path: Path) -> list[Fault]:
    """Return the faults that docs/modifier_un_modele.md shows."""

    def typed(old: str, new: str) -> Edit:
        return lambda xml: xml.replace(old, new, 1)

    value, tag = "{{ gratification.modalite_texte }}", "{%p if gratification.modalite_texte %}"
    without = re.compile(r'<w:bookmarkStart [^>]*w:name="mention_14[^"]*"/>')
    edits: list[Edit] = [
        typed(value, "{{ gratification.modalité }}"),
        typed(value, "{{ gratification.modalite_texte }"),
        typed(tag, f"{tag} Mode de versement"),
        typed(value, "{{ gratification.montant * 2 }}"),
        lambda xml: without.sub("", xml),
    ]
    faults: list[Fault] = []
    for edit in edits:
        path = _edited(FRENCH, tmp_path / FRENCH.name, edit)
        faults += _errors(path, agreement=True, shipped=FRENCH)
    linked = typed(
        "</Relationships>", '<Relationship Id="x" Type="x/image" Target="a" TargetMode="External"/></Relationships>'
    )
    path = _edited(FRENCH, tmp_path / FRENCH.name, linked, "word/_rels/document.xml.rels")
    faults += _errors(path, agreement=True, shipped=FRENCH)
    faults += _errors(_written(tmp_path / "a.docx", "{%p if cas.mineur %}", "x"))
    edit = _first_facing(lambda row: row.replace("Corpsanglais", "Corps", 1))
    return faults + _advice(_edited(BILINGUAL, tmp_path / BILINGUAL.name, edit))


def test_the_lesson_shows_the_messages_as_they_are(tmp_path: Path) -> None:
    lesson = (ROOT / "docs" / "modifier_un_modele.md").read_text(encoding="utf-8").replace("\u00a0", " ")
    rows = [line.split("|")[1].strip() for line in lesson.splitlines() if line.startswith("| ")][1:]
    told = [f"{fault.problem}. {fault.mend}".replace("\u00a0", " ") for fault in _of_the_lesson(tmp_path)]
    assert len(rows) == 8
    for row in rows:
        assert any(line.startswith(row) for line in told), row
