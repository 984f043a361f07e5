"""What managers may set beside the rules: programme minima, thresholds, exchange rates. A wrong one stops the run."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from pipeline.config import load_settings
from pipeline.errors import SetupError
from pipeline.tables.programmes import load_programmes
from pipeline.tables.thresholds import load_thresholds
from tests.rules.forms import ROOT

HEADER = "code_etape,diplome,heures_min,source\n"


def _minima(folder: Path, rows: str, header: str = HEADER) -> Path:
    (folder / "reference").mkdir()
    (folder / "reference" / "programme_minima.csv").write_text(header + rows, encoding="utf-8")
    return folder


def test_the_shipped_table_of_programmes_is_empty() -> None:
    assert len(load_programmes(ROOT / "schemas")) == 0


def test_a_programme_is_found_by_its_code_or_its_whole_title(tmp_path: Path) -> None:
    rows = '4LT1,Master Lettres,210,M3C 2026\n,Licence de lettres,"70,5",M3C 2026\n'
    programmes = load_programmes(_minima(tmp_path, rows))
    by_code, by_title = programmes.find("4lt1", "Autre"), programmes.find(None, "LICENCE DE LETTRES ")
    assert by_code is not None
    assert by_title is not None
    assert (by_code.hours, str(by_title.hours), by_code.source) == (Decimal(210), "70.5", "M3C 2026")
    for code, title in ((None, None), ("", ""), ("4LT2", "Master Lettres"), (None, "Double licence de lettres")):
        assert programmes.find(code, title) is None


@pytest.mark.parametrize(
    ("rows", "header"),
    [
        (",,70,M3C\n", HEADER),
        ("4LT1,,beaucoup,M3C\n", HEADER),
        ("4LT1,,,M3C\n", HEADER),
        ("4LT1,,0,M3C\n", HEADER),
        ("4LT1,,-70,M3C\n", HEADER),
        ("4LT1,,NaN,M3C\n", HEADER),
        ("4LT1,,70,M3C\n4lt1,,80,M3C\n", HEADER),
        (",Licence,70,M3C\n,LICENCE,70,M3C\n", HEADER),
        ("4LT1,70\n", "code_etape,heures_min\n"),
    ],
)
def test_a_faulty_table_of_programmes_stops_the_run(tmp_path: Path, rows: str, header: str) -> None:
    with pytest.raises(SetupError, match="programme_minima"):
        load_programmes(_minima(tmp_path, rows, header))


@pytest.mark.parametrize(
    "text",
    [
        "GRA-14: {parametres: {franchise_au_taux_du: début}}\n",
        "GRA-01: {parametres: {seuil_heures: beaucoup}}\nGRA-14: {parametres: {franchise_au_taux_du: début}}\n",
        "GRA-01: {parametres: {seuil_heures: 0}}\nGRA-14: {parametres: {franchise_au_taux_du: début}}\n",
        "GRA-01: {parametres: {seuil_heures: 308}}\n",
        "GRA-01: {parametres: {seuil_heures: 308}}\nGRA-14: {parametres: {franchise_au_taux_du: demain}}\n",
        (
            "GRA-01: {parametres: {seuil_heures: 308}}\nGRA-14: {parametres: {franchise_au_taux_du: début}}\n"
            "DOC-10: {parametres: {plafond_mensuel: {CAD: 0}}}\n"
        ),
    ],
)
def test_a_threshold_that_is_missing_or_wrong_stops_the_run(tmp_path: Path, text: str) -> None:
    (tmp_path / "rules.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(SetupError, match=r"(GRA|DOC)-\d\d\.parametres"):
        load_thresholds(tmp_path)


def test_the_exemption_may_be_that_of_the_day_of_handling(tmp_path: Path) -> None:
    text = "GRA-01: {parametres: {seuil_heures: 300.5}}\nGRA-14: {parametres: {franchise_au_taux_du: signature}}\n"
    text += "DOC-10: {parametres: {plafond_mensuel: {CAD: 1100, EUR: 610.5}}}\n"
    (tmp_path / "rules.yaml").write_text(text, encoding="utf-8")
    found = load_thresholds(tmp_path)
    assert (str(found.stipend_hours), found.exemption_at_start) == ("300.5", False)
    assert {currency: str(amount) for currency, amount in found.quebec_monthly.items()} == {
        "CAD": "1100",
        "EUR": "610.5",
    }


RATE = '[[change]]\ndevise = "CAD"\neuros = 0.66\ndate = 2026-11-01\nsource = "Banque de France"\n'


def _configured(folder: Path, more: str) -> Path:
    shipped = (ROOT / "conventions.toml").read_text(encoding="utf-8")
    path = folder / "conventions.toml"
    path.write_text(f"{shipped}\n{more}", encoding="utf-8")
    return path


def test_no_rate_of_exchange_is_shipped() -> None:
    for config in (ROOT / "conventions.toml", ROOT / "examples" / "README_autre_universite" / "conventions.toml"):
        assert load_settings(config).exchange == {}


def test_a_rate_of_exchange_is_read_as_written(tmp_path: Path) -> None:
    (rate,) = load_settings(_configured(tmp_path, RATE)).exchange.values()
    assert (rate.currency, str(rate.euros), rate.day.isoformat(), rate.source) == (
        "CAD", "0.66", "2026-11-01", "Banque de France",
    )  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        RATE.replace("CAD", "EUR"),
        RATE.replace("CAD", "cad"),
        RATE.replace("CAD", "XYQ"),
        RATE.replace("0.66", "0"),
        RATE.replace("0.66", "-1"),
        RATE.replace("0.66", "nan"),
        RATE.replace("0.66", "inf"),
        RATE.replace("0.66", "true"),
        RATE.replace("0.66", '"0.66"'),
        RATE.replace("2026-11-01", '"novembre"'),
        RATE.replace('source = "Banque de France"\n', ""),
        RATE + "taux = 1\n",
        RATE + RATE,
    ],
)
def test_a_faulty_rate_of_exchange_stops_the_run(tmp_path: Path, text: str) -> None:
    with pytest.raises(SetupError, match="change"):
        load_settings(_configured(tmp_path, text))
