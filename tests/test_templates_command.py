"""``conventions templates`` and its subcommands, and the university's own templates in the place of the shipped."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import docx
import pytest
from click.testing import CliRunner, Result

from pipeline.cli import cli
from pipeline.commands.templates import listed
from pipeline.documents import office
from pipeline.documents.lint import FaultyTemplatesError
from pipeline.documents.placeholders import as_markdown
from pipeline.errors import SetupError
from pipeline.setup import ROOT, load_setup, load_shelf

SHIPPED = ROOT / "templates_docx"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A configuration whose own templates stand in ``modeles/`` beside it."""
    (tmp_path / "modeles").mkdir()
    text = (ROOT / "conventions.toml").read_text(encoding="utf-8")
    assert 'dossier = ""' in text
    path = tmp_path / "conventions.toml"
    path.write_text(text.replace('dossier = ""', 'dossier = "modeles"'), encoding="utf-8")
    return path


def _run(config: Path, *words: str) -> Result:
    return CliRunner().invoke(cli, ["templates", "--config", str(config), *words])


def _own(config: Path, name: str, *paragraphs: str) -> Path:
    """Put a copy of a shipped template, with ``paragraphs`` more, among the university's own."""
    path = config.parent / "modeles" / name
    shutil.copy(SHIPPED / name, path)
    if paragraphs:
        document = docx.Document(str(path))
        for text in paragraphs:
            document.add_paragraph(text)
        document.save(str(path))
    return path


def test_every_shipped_template_is_told_to_be_correct() -> None:
    result = _run(ROOT / "conventions.toml")
    assert result.exit_code == 0, result.output
    for path in SHIPPED.glob("*.docx"):
        assert f"{path.name} : correct" in result.output


def test_the_universitys_own_template_is_used_and_told(config: Path) -> None:
    path = _own(config, "annexe_etranger.docx", "Pour {{ etudiant.nom_complet }}.")
    result = _run(config)
    assert result.exit_code == 0, result.output
    assert "annexe_etranger.docx (modèle de l’université) : correct" in result.output
    assert load_setup(config).templates["annexe_etranger.docx"].path == path


def test_every_fault_of_every_template_is_told_and_stops_the_run(config: Path) -> None:
    _own(config, "annexe_etranger.docx", "{{ etudiant.non }}", "{{ stage.sujt }}")
    _own(config, "convention_francais.docx", "{%p if cas.mineur %}")
    result = _run(config)
    assert result.exit_code == 2
    for words in ("etudiant.nom", "stage.sujet", "{%p endif %}"):
        assert words in result.output
    with pytest.raises(FaultyTemplatesError) as refusal:
        load_setup(config)
    assert refusal.value.exit_code == 2
    assert "3 erreurs" in str(refusal.value)
    assert len(str(refusal.value).splitlines()) == 4


def test_advice_leaves_the_status_at_zero(config: Path) -> None:
    document = docx.Document(str(_own(config, "annexe_etranger.docx")))
    document.add_paragraph().add_run("Important").bold = True
    document.save(str(config.parent / "modeles" / "annexe_etranger.docx"))
    result = _run(config)
    assert result.exit_code == 0
    assert "conseil – " in result.output
    assert load_setup(config).templates


def test_a_file_that_replaces_no_template_is_told_with_the_nearest_name(config: Path) -> None:
    shutil.copy(SHIPPED / "annexe_etranger.docx", config.parent / "modeles" / "annexe_etrangers.docx")
    (config.parent / "modeles" / "convention_francais.doc").write_bytes(b"")
    (config.parent / "modeles" / "~$nexe_etranger.docx").write_bytes(b"")
    (config.parent / "modeles" / "LISEZMOI.txt").write_text("notes", encoding="utf-8")
    result = _run(config)
    assert result.exit_code == 2
    assert "« annexe_etranger.docx »" in result.output
    assert "un modèle n’est pas un .doc" in result.output
    assert "~$" not in result.output
    assert "LISEZMOI" not in result.output


def test_a_damaged_template_is_one_fault_among_the_others(config: Path) -> None:
    (config.parent / "modeles" / "annexe_etranger.docx").write_bytes(b"PK\x03\x04 truncated")
    result = _run(config)
    assert result.exit_code == 2
    assert "illisible" in result.output
    assert "convention_francais.docx : correct" in result.output


def test_what_only_a_loop_asks_for_is_tried_on_the_invented_dossiers(config: Path) -> None:
    _own(
        config,
        "convention_francais.docx",
        "{%p for ligne in stage.calendrier %}",
        "{{ ligne.periodee }}",
        "{%p endfor %}",
    )
    result = _run(config)
    assert result.exit_code == 2
    assert "periodee" in result.output


def test_a_folder_of_templates_that_is_not_there_is_a_fault_of_the_configuration(config: Path) -> None:
    (config.parent / "modeles").rmdir()
    with pytest.raises(SetupError, match="introuvable"):
        load_setup(config)


def test_every_name_has_a_meaning_and_an_example() -> None:
    found = listed(load_shelf(ROOT / "conventions.toml"))
    assert [p.name for p in found if not p.meaning] == [], "à décrire dans schemas/placeholders.yaml"
    assert [p.name for p in found if not p.example] == [], "à montrer dans schemas/previews.yaml ou placeholders.yaml"


def test_the_page_of_placeholders_is_up_to_date() -> None:
    """Rewritten by ``conventions templates list --markdown > docs/placeholders.md``."""
    page = (ROOT / "docs" / "placeholders.md").read_text(encoding="utf-8")
    assert page == as_markdown(listed(load_shelf(ROOT / "conventions.toml")))


def test_the_list_for_programs_names_the_templates_that_use_a_name() -> None:
    result = _run(ROOT / "conventions.toml", "list", "--json")
    rows = {row["nom"]: row for row in json.loads(result.output)}
    assert "convention_francais.docx" in rows["etudiant.nom_complet"]["modeles"]
    assert rows["cas.mineur"]["genre"] == "condition"
    assert rows["stage.calendrier"]["genre"] == "liste"


def test_without_libreoffice_a_preview_is_the_documents_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office, "find_program", lambda: None)
    out = tmp_path / "apercu"
    result = _run(ROOT / "conventions.toml", "preview", "--out", str(out), "--template", "annexe_etranger")
    assert result.exit_code == 0, result.output
    assert sorted(path.name for path in out.iterdir()) == [f"annexe_etranger_{n}.docx" for n in (1, 2, 3)]
    assert "LibreOffice est absent" in result.output
    assert "mineure" in result.output


def test_a_preview_of_an_unknown_template_proposes_the_nearest() -> None:
    result = _run(ROOT / "conventions.toml", "preview", "--template", "convention_francaise")
    assert result.exit_code == 2
    assert "convention_francais" in result.output
