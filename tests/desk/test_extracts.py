"""The extracts: who sees which dossiers, what never stands in them, what their files are called."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from pipeline.desk.extracts import extracts, most_at_once
from pipeline.desk.model import FollowUp
from pipeline.documents.listings import Each, Listing
from pipeline.errors import SetupError
from pipeline.model import Entry, Outcome, Status
from pipeline.outbox import Outbox
from pipeline.report.departures import remembering
from pipeline.report.extracts import write_extracts
from pipeline.report.publish import publish, publish_reports
from pipeline.setup import Setup, load_setup
from tests.report.follow_ups import action, follow_up, told
from tests.report.outcomes import DAY, ROOT, empty_outcome, finding, verdict

SETUP: Setup = load_setup(ROOT / "conventions.toml")
LISTS: dict[Each | None, Listing] = {one.each: one for one in SETUP.listings}
STATUSES: frozenset[Status] = frozenset({"prêt", "à vérifier", "à corriger"})
PRIVATE = {
    "etudiant.date_naissance": date(2004, 3, 7),
    "etudiant.adresse": "9, impasse Privée",
    "etudiant.telephone": "+33611111111",
    "etudiant.email_personnel": "chez.moi@exemple.fr",
    "protection.caisse": "Caisse Privée",
    "gratification.montant": "taux légal",
    "stage.commentaires": "confidence",
    "stage.cas_particulier": "hospitalisation",
}
HIDDEN = ("07/03/2004", "7 mars 2004", "impasse", "611111111", "chez.moi", "Caisse", "taux", "confidence", "hospital")


def _one(number: int, status: Status = "prêt", **values: Any) -> FollowUp:
    known = {
        "formation.diplome": "Master Lettres",
        "formation.responsable_pedagogique": "Claire Vasseur",
        "enseignant.nom": "DELCOURT",
        "enseignant.prenom": "Anna",
        "enseignant.email": "anna.delcourt@exemple.fr",
        **PRIVATE,
        **{key.replace("__", "."): value for key, value in values.items()},
    }
    return follow_up(verdict(number, status, values=known), action=action(today=False))


def _groups(each: Each, *found: FollowUp) -> list[tuple[str, list[str]]]:
    return [
        (extract.stem, [one.reference for one in extract.follow_ups])
        for extract in extracts(found, each, STATUSES, "x", DAY)
    ]


def test_a_programme_is_its_code_and_a_form_without_code_joins_the_only_one_of_its_title() -> None:
    groups = _groups(
        "formation",
        _one(1, formation__code_etape="L1"),
        _one(2, formation__code_etape="L2", formation__diplome="Master Arts"),
        _one(3),
        _one(4, formation__diplome="Licence"),
        _one(5, formation__diplome=""),
    )
    assert groups == [
        ("x_licence", ["C2026-000004"]),
        ("x_master_arts", ["C2026-000002"]),
        ("x_master_lettres", ["C2026-000001", "C2026-000003"]),
    ]


def test_two_supervisors_of_one_name_have_two_files_and_neither_takes_the_other_s_name() -> None:
    both = _groups("référent", _one(1), _one(2, enseignant__email="a.delcourt@exemple.fr"))
    assert len({stem for stem, _ in both}) == 2
    assert all(stem.startswith("x_anna_delcourt_") for stem, _ in both)
    alone = _groups(
        "référent", _one(1), _one(2, enseignant__email="ANNA.delcourt@exemple.fr"), _one(3, enseignant__email="")
    )
    assert alone == [("x_anna_delcourt", ["C2026-000001", "C2026-000002", "C2026-000003"])]


@pytest.mark.parametrize("name", ["../../etc", "a/b\\c", "CON", "é" * 300, "=1+1", "\x00", "🎭", "مسرح"])
def test_a_file_s_name_is_plain_whatever_the_form_says(name: str) -> None:
    for each in ("formation", "référent"):
        one = _one(1, formation__diplome=name, enseignant__nom=name, enseignant__prenom="", enseignant__email="a@b.fr")
        for stem, _ in _groups(each, one):
            assert len(stem) <= 80
            assert set(stem) <= set("abcdefghijklmnopqrstuvwxyz0123456789_")


def test_who_was_given_up_refused_or_ended_long_ago_is_nobody_s() -> None:
    old = _one(3, stage__date_debut=date(2025, 1, 1), stage__date_fin=DAY - timedelta(days=400))
    gone = dataclasses.replace(_one(1), etape="abandonné")
    assert _groups("formation", gone, _one(2, "refusé"), old) == []
    assert len(_groups("formation", dataclasses.replace(_one(4), etape="terminé"))) == 1


def test_the_busiest_day_counts_internships_that_share_it() -> None:
    def during(number: int, start: date, end: date) -> FollowUp:
        return _one(number, stage__date_debut=start, stage__date_fin=end)

    january, june = date(2027, 1, 4), date(2027, 6, 30)
    assert most_at_once([]) == 0
    assert (
        most_at_once(
            [during(1, january, june), during(2, june, june), during(3, june + timedelta(days=1), date(2027, 8, 1))]
        )
        == 2
    )
    assert most_at_once([during(1, june, january)]) == 0


# ── the workbooks ─────────────────────────────────────────────────────────────────────────────────


def _outcome(*found: FollowUp) -> Outcome:
    return dataclasses.replace(empty_outcome(), follow_ups=found)


def _books(each: Each, folder: Path, *found: FollowUp) -> dict[str, Any]:
    written = write_extracts(
        LISTS[each], _outcome(*found), folder, SETUP.tables, SETUP.cases, SETUP.values, contact="Bureau des stages"
    )
    return {one.name: openpyxl.load_workbook(one.path) for one in written}


def _said(book: Any) -> str:
    return "\n".join(
        str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None
    )


def test_a_director_sees_what_awaits_her_first_and_nothing_of_another_programme(tmp_path: Path) -> None:
    asked = finding("ACT-11", "bloquant", ("formation.autorisation",), 1, "Votre accord est attendu.")
    asked = dataclasses.replace(asked, actor="responsable pédagogique")
    mine = _one(1, "à corriger", stage__sujet="Fonds ancien")
    mine = dataclasses.replace(mine, verdict=dataclasses.replace(mine.verdict, findings=(asked,)))
    books = _books(
        "formation", tmp_path, mine, _one(2), _one(3, formation__diplome="Licence Arts", etudiant__nom="AUTRE")
    )
    assert list(books) == ["responsables/responsable_licence_arts.xlsx", "responsables/responsable_master_lettres.xlsx"]
    book = books["responsables/responsable_master_lettres.xlsx"]
    assert book.sheetnames == ["Synthèse", "Votre avis", "Autres stages"]
    header = [cell.value for cell in book["Votre avis"][1]]
    assert header[-3:] == ["Votre avis", "Date de l’avis", "Observations"]
    text = _said(book)
    assert "Accord du responsable pédagogique" in text
    assert "Votre accord est attendu." not in text
    assert "Pour Claire Vasseur" in text
    assert "Fonds ancien" in text
    assert "AUTRE" not in text
    assert "dont 1 où une réponse de votre part est attendue" in text


@pytest.mark.parametrize("each", ["formation", "référent"])
def test_what_the_reader_does_not_need_is_never_there(tmp_path: Path, each: Each) -> None:
    secret = _one(1, stage__confidentiel=True, stage__sujet="fonds inédit", stage__activites="fonds inédit")
    (book,) = _books(each, tmp_path, secret, dataclasses.replace(_one(2), etape="terminé")).values()
    text = _said(book)
    assert "confidentiel" in text
    assert "fonds inédit" not in text
    assert not [word for word in HIDDEN if word in text]


def test_a_supervisor_sees_her_interns_and_the_ceiling_of_the_law(tmp_path: Path) -> None:
    assert LISTS["référent"].ceiling == 24
    signing = dataclasses.replace(_one(1), action=action(verb="Signer la convention.", who="référent"))
    ended = dataclasses.replace(
        _one(2, stage__date_debut=date(2026, 2, 1), stage__date_fin=date(2026, 6, 1)), etape="terminé"
    )
    (book,) = _books("référent", tmp_path, signing, ended).values()
    assert book.sheetnames == ["Synthèse", "Stages en cours et à venir", "Stages terminés"]
    text = _said(book)
    assert "Au plus 1\u00a0stagiaire le même jour, pour une limite de 24." in text
    assert "Signer la convention." in text
    many = [_one(number) for number in range(1, 26)]
    (book,) = _books("référent", tmp_path, *many).values()
    line = next(
        cell for row in book["Synthèse"].iter_rows() for cell in row if str(cell.value).startswith("Au plus 25")
    )
    assert line.fill.fgColor.rgb == "00F4B6B0"


@pytest.mark.parametrize("text", ["=1+1", "@x", "<b>&", "a\x00\ud800b"])
def test_no_cell_is_a_formula(tmp_path: Path, text: str) -> None:
    hostile = _one(1, stage__sujet=text, organisme__raison_sociale=text, etudiant__nom=text, formation__diplome=text)
    for each in ("formation", "référent"):
        for book in _books(each, tmp_path, hostile).values():
            assert {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row} <= {"s", "n", "d"}


def test_each_dossier_s_values_are_asked_once_for_all_lists(tmp_path: Path) -> None:
    asked: list[str] = []

    def values(entry: Entry) -> Any:
        asked.append(entry.reference or "")
        return SETUP.values(entry)

    ours = remembering(values, SETUP.listings)
    outcome, plain = _outcome(_one(1), _one(2, stage__confidentiel=True)), {}
    for each in ("formation", "référent"):
        told_by = (outcome, tmp_path, SETUP.tables, SETUP.cases)
        for one in write_extracts(LISTS[each], *told_by, ours, contact="B"):
            plain[one.name] = one.path.read_bytes()
        for one in write_extracts(LISTS[each], *told_by, SETUP.values, contact="B"):
            assert one.path.read_bytes() == plain[one.name]
    assert asked == ["C2026-000001", "C2026-000002"]


def test_the_officer_s_list_repeats_the_answers_that_are_known(tmp_path: Path) -> None:
    abroad = _one(1, stage__pays="IT", organisme__pays="IT", etranger__accord_fsd="Accordé")
    answered = told(abroad.reference, fsd_demande_le=date(2026, 11, 2), fsd_le=date(2026, 11, 19))
    gone = dataclasses.replace(_one(2, stage__pays="IT"), etape="abandonné")
    outbox = Outbox(tmp_path / "outbox")
    publish_reports(_outcome(dataclasses.replace(abroad, told=answered), gone), SETUP, outbox, None)
    text = _said(openpyxl.load_workbook(outbox.path("rapports/dernier/departs_etranger.xlsx")))
    assert "demandé le 02/11/2026" in text
    assert "rendu le 19/11/2026" in text
    assert gone.reference not in text
    assert outbox.path("rapports/dernier/referents/referent_anna_delcourt.xlsx").is_file()


# ── publishing ────────────────────────────────────────────────────────────────────────────────────


def test_a_workbook_in_a_folder_is_published_kept_when_touched_and_removed_when_gone(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "outbox")
    names = ("referents/a.xlsx", "referents/b.xlsx", "responsables/c.xlsx")
    publish(outbox, "1", dict.fromkeys(names, b"one"), DAY)
    latest = outbox.path("rapports/dernier")
    assert sorted(str(p.relative_to(latest)) for p in latest.rglob("*.xlsx")) == sorted(names)
    (latest / "referents/b.xlsx").write_bytes(b"hers")
    (notice,) = publish(outbox, "2", {"referents/b.xlsx": b"two"}, DAY)
    assert "referents/b.xlsx a été modifié" in notice
    assert (latest / "referents/b.xlsx").read_bytes() == b"hers"
    assert (latest / "referents/b_2026-11-21.xlsx").read_bytes() == b"two"
    assert not (latest / "referents/a.xlsx").exists()
    assert not (latest / "responsables").exists()


def test_a_list_that_names_a_rule_without_a_number_stops_the_run(tmp_path: Path) -> None:
    from pipeline.documents.listings import load_listings

    text = (ROOT / "schemas" / "documents.yaml").read_text(encoding="utf-8")
    values = SETUP.values(_one(1).verdict.entry)
    for rule, said in (("ACT-11", "maximum"), ("ACT-99", "règle inconnue")):
        (tmp_path / "documents.yaml").write_text(text.replace("plafond: ACT-12", f"plafond: {rule}"), encoding="utf-8")
        with pytest.raises(SetupError) as refusal:
            load_listings(tmp_path, values, SETUP.judge.catalogue)
        assert said in str(refusal.value)
