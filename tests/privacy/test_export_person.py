"""The archive that a student is given: all that is hers, nothing of others, for her alone."""

from __future__ import annotations

import json
import stat
import zipfile
from datetime import datetime
from pathlib import Path

import pytest

from pipeline.privacy.export import ExistingFileError, UnknownStudentError
from tests.privacy.site import FIRST, told
from tools.examples.contact import perfect
from tools.shows.stage import Stage


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """Three students; one has sent a second version of her form, in which two things are wrong."""
    stage = Stage(tmp_path_factory.mktemp("desk"), quiet=True)
    later = datetime(2026, 11, 5, 9, 0)  # noqa: DTZ001 (a spreadsheet's clock)
    again = perfect(1) | {"formulaire.depose_le": later, "etudiant.email": "pas un courriel", "stage.sujet": "<b>&"}
    stage.deposit([perfect(0), perfect(1), perfect(2)])
    stage.night(FIRST)
    stage.deposit([again], "suite.xlsx")
    stage.night(FIRST)
    return stage


def test_the_archive_holds_all_that_is_hers_and_nothing_of_others(desk: Stage, tmp_path: Path) -> None:
    target = tmp_path / "elle.zip"
    status, said = told(desk, "21000001", "--sortie", str(target), command="export-person")
    assert status == 0, said
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    with zipfile.ZipFile(target) as archive:
        names = archive.namelist()
        data = json.loads(archive.read("mes_donnees.json"))
        page = archive.read("mes_donnees.html").decode()
        texts = [archive.read(name).decode("utf-8", errors="ignore") for name in names]
    (dossier,) = data["dossiers"]
    assert dossier["reference"] == "C2026-000002"
    assert [version["version"] for version in dossier["versions"]] == [1, 2]
    values = {one["cle"]: one["valeur"] for one in dossier["versions"][0]["valeurs"]}
    assert values["etudiant.nom"] == "MARCHETTI"
    assert values["stage.date_fin"] == "28/05/2027"
    assert (values["formation.annee_universitaire"], values["stage.pays"]) == ("2026-2027", "France")
    assert "60\u00a0mois quand il a eu lieu" in page.replace("&nbsp;", "\u00a0")
    assert dossier["constats"]
    assert dossier["evenements"]
    assert any(name.startswith("documents/C2026-000002_MARCHETTI_Paul-Emile/message") for name in names)
    assert data["lieux"]["depots"] == [
        "export.xlsx, feuille « Sheet », ligne 3",
        "suite.xlsx, feuille « Sheet », ligne 2",
    ]
    assert "MARCHETTI" in page
    assert "&lt;b&gt;&amp;" in page
    assert not any(other in text for text in texts for other in ("DURAND", "21000000", "NGUYEN", "21000002"))


def test_a_wrong_number_is_said_and_writes_nothing(desk: Stage, tmp_path: Path) -> None:
    target = tmp_path / "personne.zip"
    for number in ("99999999", "0", "../x"):
        with pytest.raises(UnknownStudentError) as refused:
            told(desk, number, "--sortie", str(target), command="export-person")
        assert refused.value.exit_code == 2
    assert not list(tmp_path.iterdir())


def test_a_file_that_is_there_is_not_replaced(desk: Stage, tmp_path: Path) -> None:
    target = tmp_path / "elle.zip"
    target.write_text("hers", "utf-8")
    with pytest.raises(ExistingFileError):
        told(desk, "21000001", "--sortie", str(target), command="export-person")
    assert target.read_text("utf-8") == "hers"
