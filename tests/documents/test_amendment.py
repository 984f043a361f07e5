"""The amendment: what it says of two versions, what it refuses, and how it stays in the outbox."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import docx
import pytest
from click.testing import CliRunner
from openpyxl import Workbook
from rich.console import Console

from pipeline.cli import cli
from pipeline.documents.amendable import Amendments, load_amendments
from pipeline.documents.amendment import Side, changes, ends_early, forbidden_changes
from pipeline.documents.values import Amendment, load_translations, template_values
from pipeline.documents.values.amendment import cited
from pipeline.documents.values.tree import Tree
from pipeline.documents.word import WordTemplate
from pipeline.errors import SetupError
from pipeline.report.progress import Progress
from pipeline.run import Options, run
from pipeline.signed import amend as work
from pipeline.signed.amend import AmendmentRefusedError, Done, Request
from tests.rules.forms import ROOT, entry, judge
from tools.agreements.words import HERE, annexes
from tools.examples.contact import perfect

SIGNED, LATER = date(2026, 11, 21), date(2027, 3, 1)
REFERENCE = "C2026-000001"
_TRANSLATIONS = load_translations(ROOT / "schemas", judge().tables.fields)
_ABROAD = {"etranger": "Allemagne"}


def _side(given: Mapping[str, Any]) -> Side:
    facts = judge().facts(entry(given))
    return Side(facts, template_values(facts, _TRANSLATIONS))


def _amendments() -> Amendments:
    values = _side({}).values
    return load_amendments(ROOT / "schemas", judge().tables.fields, values, judge().catalogue)


def _reasons(given: Mapping[str, Any], before: Mapping[str, Any] | None = None) -> list[Tree]:
    return changes(_amendments(), _side(before or {}), _side({**(before or {}), **given}))


def _rows(given: Mapping[str, Any], before: Mapping[str, Any] | None = None) -> dict[str, tuple[str, str]]:
    return {row["libelle"]: (row["avant"], row["apres"]) for r in _reasons(given, before) for row in r["lignes"]}


# ── what changes ──────────────────────────────────────────────────────────────────────────────────

_CHANGES: list[tuple[str, dict[str, Any], str, str]] = [
    ("Dates", {"stage.date_fin": date(2027, 6, 25)}, "du 1er février au 28 mai 2027", "du 1er février au 25 juin 2027"),
    ("Dernier jour du stage", {"stage.date_fin": date(2027, 3, 26)}, "28 mai 2027", "26 mars 2027"),
    ("Périodes d’interruption", {"stage.interruptions": "du 5 au 9 avril 2027"}, "néant", "du 5 au 9 avril 2027"),
    ("Heures de présence par semaine", {"stage.heures_hebdomadaires": 30}, "35", "30"),
    ("Congés et autorisations d’absence", {"stage.conges": "aucun"}, "deux jours par mois, en accord avec le tuteur", "aucun"),
    ("Montant de la gratification", {"gratification.montant": "5"}, "4,50\u00a0€ nets par heure", "5,00\u00a0€ nets par heure"),
    ("Avantages", {"stage.avantages": None}, "Titres-restaurant", "néant"),
    ("Lieu du stage", {"organisme.adresse": "3 quai Neuf"}, "12 cours des Platanes\n13001 Marseille", "3 quai Neuf\n13001 Marseille"),
    ("Part de télétravail", {"stage.teletravail_part": "un jour"}, "néant", "un jour"),
    ("Tutrice ou tuteur", {"tuteur.nom": "Bellone"}, "M. Julien ASTIER", "M. Julien BELLONE"),
    ("Second encadrement", {"tuteur2.nom": "Roux", "tuteur2.prenom": "Anne"}, "néant", "Anne ROUX"),
    ("Enseignante référente ou enseignant référent", {"enseignant.nom": "Roux"}, "Antoine DELCOURT", "Antoine ROUX"),
    ("Sujet", {"stage.sujet": "Autre"}, "Préparation éditoriale d’une collection de récits de voyage", "Autre"),
    ("Modalités d’évaluation", {"stage.modalite_validation": "Rapport"}, "Soutenance", "Rapport"),
    ("Caractère du stage", {"stage.nature": "Complémentaire"}, "Obligatoire", "Complémentaire"),
]  # fmt: skip


@pytest.mark.parametrize(("label", "given", "before", "after"), _CHANGES, ids=[c[0] for c in _CHANGES])
def test_a_change_reads_as_the_agreement_writes_it(label: str, given: dict[str, Any], before: str, after: str) -> None:
    assert _rows(given)[label] == (before, after)


def test_every_reason_of_the_data_is_reached() -> None:
    reached = {r["titre"] for _, given, _, _ in _CHANGES for r in _reasons(given)}
    assert reached >= {reason.title["fr"] for reason in _amendments().reasons}


def test_what_the_agreement_does_not_stipulate_needs_no_amendment() -> None:
    assert _reasons({}) == []
    assert _reasons({"etudiant.telephone": "06 39 98 11 22", "stage.sujet": None}, {"stage.sujet": None}) == []
    assert _reasons({"tuteur.telephone": "06 39 98 11 22"}) == [], "un numéro corrigé n’est pas un autre encadrement"
    assert _reasons({"stage.conges": "  deux jours par mois, en accord   avec le tuteur "}) == []


def test_a_new_supervisor_brings_her_telephone_along() -> None:
    assert set(_rows({"tuteur.nom": "Bellone", "tuteur.telephone": "06 39 98 11 22"})) == {
        "Tutrice ou tuteur",
        "Téléphone",
    }


def test_a_clause_that_gives_way_to_another_is_told() -> None:
    rows = _rows({"stage.duree_heures": 574}, {"stage.duree_heures": 280})
    assert rows["Caractère de la gratification"][1].startswith("obligatoire")
    (reason,) = (r for r in _reasons({"gratification.montant": "9"}) if r["titre"].startswith("Clauses"))
    assert reason["article"] == "articles 6.1 et 6.2"
    before, after = _side({"stage.duree_heures": 280}), _side({"stage.duree_heures": 574})
    untold = changes(_amendments(), before, after, {"gratification_due"})
    assert "Caractère de la gratification" not in str(untold), "d’autres heures chez le même organisme en décident"


def test_an_early_end_leaves_what_was_due_as_it_was() -> None:
    given = {"stage.date_fin": date(2027, 3, 26), "stage.duree_heures": 273}
    assert {r["titre"] for r in _reasons(given)} == {"Fin anticipée du stage", "Durée et horaires"}
    assert ends_early(_side({}).facts, _side(given).facts)
    assert not ends_early(_side({}).facts, _side({**given, "stage.date_debut": date(2027, 1, 4)}).facts)


@pytest.mark.parametrize("side", ["before", "after", "both"])
def test_a_confidential_subject_is_never_written(side: str) -> None:
    yes, no = {"stage.confidentiel": "oui"}, {"stage.confidentiel": "non"}
    before = {"stage.sujet": "Premier secret", **(no if side == "after" else yes)}
    after = {"stage.sujet": "Second secret", **(no if side == "before" else yes)}
    told = str(_reasons(after, before))
    assert "secret" not in told.replace("annexe confidentielle", "")
    assert "signée avec le présent avenant" in told


def test_articles_are_cited_once_and_in_their_order() -> None:
    names = [
        "article 9.4",
        "tableau « Le stage »",
        "article 3.1",
        "tableau « Le stage »",
        "article 12.3",
        "article 3.1",
    ]
    assert cited(names, "fr") == "tableau « Le stage », articles 3.1, 9.4 et 12.3"
    assert cited(["article 5"], "en") == "article 5"
    assert cited(["article 6.1", "article 5 bis", "article 5"], "fr") == "articles 5, 5 bis et 6.1"


# ── what demands a new agreement ──────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ({"signataire.nom": "Autre"}, "signe pour l’organisme"),
        ({"organisme.siret": "73282932000074"}, "organisme d’accueil"),
        ({"organisme.raison_sociale": "Autre maison"}, "organisme d’accueil"),
        ({"etudiant.nom": "Autre"}, "stagiaire"),
        ({"formation.regime": "Césure"}, "type de convention"),
        (_ABROAD, "pays du stage"),
    ],
)
def test_another_signatory_host_or_student_demands_a_new_agreement(given: dict[str, Any], word: str) -> None:
    assert any(word in message for message in forbidden_changes(_amendments(), _side({}), _side(given)))


def test_the_same_name_written_otherwise_is_the_same_person() -> None:
    given = {"signataire.nom": "VAUTRIN", "etudiant.nom": "Durand", "organisme.siret": "00001234400024"}
    assert forbidden_changes(_amendments(), _side({}), _side(given)) == []


# ── the data ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("champs: [stage.conges]", "champs: [stage.vacances]"),
        ("valeur: stage.periode", "valeur: stage.epoque"),
        ("cas: au_dessus_plafond", "cas: au_dessus_du_toit"),
        ("[DAT-03,", "[DAT-99,"),
        ("quand: fin_anticipee", "quand: jamais"),
    ],
)
def test_a_name_that_nothing_answers_to_is_refused(tmp_path: Path, right: str, wrong: str) -> None:
    text = (ROOT / "schemas" / "amendments.yaml").read_text(encoding="utf-8")
    assert right in text
    (tmp_path / "amendments.yaml").write_text(text.replace(right, wrong, 1), encoding="utf-8")
    with pytest.raises(SetupError):
        load_amendments(tmp_path, judge().tables.fields, _side({}).values, judge().catalogue)


def _wordings() -> Iterator[tuple[str, str]]:
    """Yield the French and English words of the data and of the clauses."""
    loaded = _amendments()
    for reason in loaded.reasons:
        for texts in (reason.title, *(row.label for row in reason.rows)):
            yield texts["fr"], texts["en"]
        yield from zip(reason.articles["fr"], reason.articles["en"], strict=True)
    for regime in loaded.regimes:
        for texts in (regime.label, regime.true, regime.false):
            yield texts["fr"], texts["en"]
    for section in annexes(HERE / "amendment.yaml").values():
        for clause in section:
            yield clause.titre.fr, clause.titre.en
            yield from ((block.words.fr, block.words.en) for block in clause.blocs)


def test_the_words_are_typeset_in_both_languages() -> None:
    for french, english in _wordings():
        assert french
        assert english
        plain = re.sub(r"\{[{%].*?[%}]\}", "x", f"{french}\n{english}", flags=re.DOTALL)
        assert "'" not in plain
        assert '"' not in plain
        said = re.sub(r"\{[{%].*?[%}]\}", "x", french, flags=re.DOTALL)
        assert not re.search("[^\u00a0\\s]:|[^\u202f];| [:;!?%»]|« |\\d%", said), french


# ── the document ──────────────────────────────────────────────────────────────────────────────────


def _document(given: Mapping[str, Any], before: Mapping[str, Any] | None = None, *, number: int = 1) -> bytes:
    old, new = _side(before or {}), _side({**(before or {}), **given})
    early = ends_early(old.facts, new.facts)
    reasons = changes(_amendments(), old, new)
    one = Amendment(number, 1, SIGNED, reasons, "Accord des parties", new.facts.end if early else None)
    values = template_values(new.facts, _TRANSLATIONS, amended=one)
    name = "avenant_bilingue.docx" if new.facts.model == "bilingue" else "avenant.docx"
    return WordTemplate(ROOT / "templates_docx" / name).render(values)


def _words(content: bytes) -> str:
    document = docx.Document(io.BytesIO(content))
    return "\n".join(node.text or "" for node in document.element.body.iter() if node.tag.endswith("}t"))


def test_the_amendment_recalls_the_agreement_and_leaves_the_rest_unchanged() -> None:
    words = _words(_document({"stage.date_fin": date(2027, 6, 25)})).replace("\u00a0", " ")
    assert f"{REFERENCE}, version 1 du 21 novembre 2026" in words
    assert "Avenant n° 1 à la convention de stage" in words
    assert "Les autres clauses de la convention demeurent inchangées." in words
    assert "Accord des parties" in words
    assert "Fin anticipée" not in words
    assert "Il vient après" not in words


def test_a_second_amendment_names_the_first() -> None:
    words = _words(_document({"stage.conges": "aucun"}, number=3)).replace("\u00a0", " ")
    assert "Il vient après les avenants n° 1 et n° 2." in words


def test_an_early_end_tells_its_consequences_without_health_data() -> None:
    words = _words(_document({"stage.date_fin": date(2027, 3, 26)}))
    for expected in ("Le stage prend fin le 26 mars 2027", "9.3", "présence effective", "information de santé", "…………"):
        assert expected in words
    unpaid = {"gratification.versee": "non", "gratification.montant": None, "stage.duree_heures": 300}
    assert "La gratification est due" not in _words(_document({"stage.date_fin": date(2027, 3, 26)}, unpaid))


def test_the_bilingual_amendment_gives_each_value_in_both_languages() -> None:
    words = _words(_document({"stage.date_fin": date(2027, 6, 25)}, _ABROAD))
    assert "from 1 February to 25 June 2027" in words
    assert "le texte français fait foi" in words
    assert "Early end" not in words


@pytest.mark.parametrize("before", [{}, _ABROAD], ids=["français", "bilingue"])
def test_hostile_and_long_values_leave_nothing_behind(before: dict[str, Any]) -> None:
    long = "Très long & <b>hostile</b> {{ x }} " * 150
    given = {"stage.conges": long, "stage.sujet": long, "tuteur.nom": "B" * 60, "stage.avantages": None}
    content = _document(given, before)
    words = _words(content)
    assert words.count("hostile") >= 300
    assert "None" not in words
    assert "{%" not in words
    assert content == _document(given, before), "même entrée, mêmes octets"
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None


# ── the command ───────────────────────────────────────────────────────────────────────────────────


def _save(path: Path, row: Mapping[str, Any]) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    fields = judge().tables.fields
    sheet.append([field.label for field in fields.values()])
    sheet.append([row.get(key) for key in fields])
    book.save(path)


def _night(folder: Path, day: date, given: Mapping[str, Any] | None = None) -> None:
    """Let a night pass over one form; ``given`` deposits it anew with these changes."""
    inbox = folder / "inbox"
    inbox.mkdir(exist_ok=True)
    if given is not None:
        at = {"formulaire.depose_le": datetime(day.year, day.month, day.day, 8)}  # noqa: DTZ001 (a spreadsheet's clock)
        _save(inbox / "fiche.xlsx", {**perfect(0), **at, **given})
    config = ROOT / "conventions.toml"
    run(Options(inbox, folder / "outbox", config, day, 1, pdf=False), Progress(Console(quiet=True)))


def _amend(folder: Path, **more: Any) -> Done:
    given = {"since": 1, "day": LATER, "pdf": False, **more}
    return work.amend(Request(REFERENCE, outbox=folder / "outbox", config=ROOT / "conventions.toml", **given))


def _documents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (folder / "outbox" / "dossiers").rglob("*") if path.is_file()}


def test_an_amendment_outlives_the_nights_and_the_next_one_has_its_number(tmp_path: Path) -> None:
    _night(tmp_path, SIGNED, {})
    with pytest.raises(AmendmentRefusedError, match="dernière"):
        _amend(tmp_path)
    _night(tmp_path, LATER, {"stage.date_fin": date(2027, 6, 25), "stage.duree_heures": 700})
    before = _documents(tmp_path)
    done = _amend(tmp_path)
    assert (done.number, [Path(path).name for path in done.paths]) == (1, [f"avenant_1_{REFERENCE}.docx"])
    after = _documents(tmp_path)
    assert {name: after[name] for name in before} == before, "rien d’autre n’est touché"
    _night(tmp_path, LATER)
    _night(tmp_path, date(2027, 3, 2), {"stage.date_fin": date(2027, 6, 30), "stage.duree_heures": 721})
    name = f"avenant_1_{REFERENCE}.docx"
    assert _documents(tmp_path)[name] == after[name], "ni retiré, ni refait"
    assert _amend(tmp_path, since=2, day=date(2027, 3, 2)).number == 2
    with pytest.raises(AmendmentRefusedError, match="n’a pas de version 7"):
        _amend(tmp_path, since=7)
    with pytest.raises(AmendmentRefusedError, match=r"dites avec --since .* 1 \(21 novembre 2026\), 2"):
        _amend(tmp_path, since=None)


@pytest.mark.parametrize(
    ("given", "more", "word"),
    [
        ({"etudiant.telephone": "06 39 98 11 22"}, {}, "rien de ce que la convention stipule"),
        ({"signataire.nom": "Autre"}, {}, "nouvelle convention"),
        ({"stage.date_fin": date(2027, 6, 25), "stage.duree_heures": 990}, {}, "924\u00a0h"),
        ({"stage.date_fin": date(2027, 3, 26), "stage.duree_heures": 270}, {"day": date(2027, 4, 9)}, "rétroactif"),
        ({"stage.conges": "aucun"}, {"day": date(2027, 6, 9)}, "a pris fin"),
        ({"stage.conges": "aucun"}, {"ended_by": "organisme"}, "--ended-by"),
    ],
    ids=["rien", "signataire", "924 h", "passée", "finie", "initiative"],
)
def test_an_amendment_that_cannot_be_writes_nothing(
    tmp_path: Path, given: dict[str, Any], more: dict[str, Any], word: str
) -> None:
    _night(tmp_path, SIGNED, {})
    _night(tmp_path, LATER, given)
    before = _documents(tmp_path)
    with pytest.raises(AmendmentRefusedError, match=word) as refused:
        _amend(tmp_path, **more)
    assert refused.value.exit_code == 2
    assert _documents(tmp_path) == before


def test_an_amendment_that_nobody_signed_is_made_anew_under_its_number(tmp_path: Path) -> None:
    _night(tmp_path, SIGNED, {})
    _night(tmp_path, LATER, {"stage.date_fin": date(2027, 6, 25), "stage.duree_heures": 700})
    with pytest.raises(AmendmentRefusedError, match="pas encore d’avenant"):
        _amend(tmp_path, again=True)
    path = tmp_path / "outbox" / _amend(tmp_path, why="Une faute de frappe").paths[0]
    path.with_suffix(".pdf").write_bytes(b"of the first one")
    done = _amend(tmp_path, why="La bonne raison", again=True)
    assert (done.number, tmp_path / "outbox" / done.paths[0]) == (1, path)
    texts = [paragraph.text for paragraph in docx.Document(str(path)).paragraphs]
    assert any("La bonne raison" in text for text in texts)
    assert not path.with_suffix(".pdf").exists(), "un PDF qui dit autre chose ne reste pas"


def test_a_signed_version_that_had_no_agreement_is_doubted(tmp_path: Path) -> None:
    _night(tmp_path, SIGNED, {"stage.duree_heures": 990})
    _night(tmp_path, LATER, {})
    assert "version 1 était « à corriger »" in " ".join(_amend(tmp_path).notices)


def test_the_command_says_what_it_made_and_which_articles_change(tmp_path: Path) -> None:
    _night(tmp_path, SIGNED, {})
    _night(tmp_path, LATER, {"stage.date_fin": date(2027, 3, 26), "stage.duree_heures": 270})
    words = ["amend", REFERENCE.lower(), "--since", "1", "--ended-by", "organisme", "--no-pdf"]
    words += ["--date", LATER.isoformat(), "--outbox", str(tmp_path / "outbox")]
    words += ["--config", str(ROOT / "conventions.toml")]
    done = CliRunner().invoke(cli, words)
    assert done.exit_code == 0, done.output
    assert f"avenant_1_{REFERENCE}.docx" in done.output
    assert "articles 3.1, 3.2 et 9.2" in done.output
