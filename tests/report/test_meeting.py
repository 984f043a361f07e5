"""rapport.pdf: two pages, whatever comes, and no student's name."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from pathlib import Path

import pytest
from lxml import html
from pypdf import PdfReader

from pipeline.documents.pages import PdfJob, find_wkhtmltopdf, html_to_pdf
from pipeline.model import Outcome, Source
from pipeline.report.meeting import meeting_html
from pipeline.report.morning.lines import lines_of
from tests.report.follow_ups import action, desk_outcome, follow_up
from tests.report.outcomes import DAY, UGLY, empty_outcome, finding, full_outcome, settings, tables, verdict

WORD = "Recherches interdisciplinaires en humanités numériques et patrimoines "
COUNTRIES = ("MA", "CA", "DE", "JP", "BE", "ES", "IT", "US", "VN", "SN", "MX", "BR", "LU", "PT", "TN")


def paper(outcome: Outcome) -> str:
    return meeting_html(outcome, lines_of(outcome, tables()), settings(), tables(), {})


def crowded() -> Outcome:
    """Return an outcome in which every list of the paper is full, of the longest words."""
    rules = (
        "DUR-01",
        "DAT-01",
        "ACT-01",
        "ETS-01",
        "GRA-01",
        "IDE-01",
        "TPS-01",
        "PED-01",
        "DOC-01",
        "CPM-01",
        "LAN-01",
    )
    verdicts = tuple(
        verdict(
            row, "à corriger",
            (finding(rules[row % len(rules)], "bloquant", ("organisme.raison_sociale",), row, WORD * 4),),
            values={
                "formation.diplome": f"{row % 30} {WORD * 3}",
                "stage.pays": COUNTRIES[row % len(COUNTRIES)],
                "stage.date_debut": DAY + timedelta(row % 30),
            },
        )
        for row in range(4, 124)
    )  # fmt: skip
    rows = tuple(
        follow_up(one, manager=f"{number % 14} {WORD}", etape="envoyé", action=action(verb=WORD * 3, deadline=DAY))
        for number, one in enumerate(verdicts)
    )
    bad = tuple(Source(f"{WORD}{number}.xlsx", "", "", None, "rejeté", WORD) for number in range(40))
    return dataclasses.replace(full_outcome(), verdicts=verdicts, follow_ups=rows, sources=bad)


def test_no_student_is_named_and_no_value_is_markup() -> None:
    text = paper(desk_outcome())
    assert "LAMBERTIN" not in text
    assert "Élodie" not in text
    assert "<b>Télé" not in text
    hostile = verdict(4, "prêt", values={"formation.diplome": UGLY})
    text = paper(dataclasses.replace(desk_outcome(), verdicts=(hostile,), follow_ups=(follow_up(hostile),)))
    assert "<b>Télé" not in text
    assert "<script" not in text


def test_the_dates_at_risk_are_those_of_agreements_not_signed() -> None:
    near = verdict(4, "prêt", values={"stage.date_debut": DAY + timedelta(9)})
    signed = verdict(5, "prêt", values={"stage.date_debut": DAY + timedelta(9)})
    far = verdict(6, "prêt", values={"stage.date_debut": DAY + timedelta(90)})
    rows = (follow_up(near), follow_up(signed, etape="signé"), follow_up(far))
    text = paper(dataclasses.replace(desk_outcome(), verdicts=(near, signed, far), follow_ups=rows))
    assert "C2026-000004" in text
    assert "C2026-000005" not in text
    assert "C2026-000006" not in text


def test_what_does_not_fit_is_counted() -> None:
    text = " ".join(html.fromstring(paper(crowded())).text_content().split())
    assert "Et 103 autres dossiers : rapport.html." in text
    assert "autres formations : rapport.html." in text


@pytest.mark.skipif(find_wkhtmltopdf() is None, reason="wkhtmltopdf is not installed")
def test_it_is_two_pages_whatever_comes(tmp_path: Path) -> None:
    jobs = []
    for name, outcome in (("full", desk_outcome()), ("empty", empty_outcome()), ("crowded", crowded())):
        page = tmp_path / f"{name}.html"
        page.write_text(paper(outcome), "utf-8", errors="replace")
        jobs.append(PdfJob(page, page.with_suffix(".pdf"), "Rapport"))
    assert html_to_pdf(jobs, find_wkhtmltopdf() or "", 120) == []
    assert [len(PdfReader(job.pdf).pages) for job in jobs] == [2, 2, 2]
    second = PdfReader(jobs[2].pdf).pages[1].extract_text()
    assert "Par formation" in second
    assert "Départs à l’étranger" in second
