"""What the doctor sees on machines of every kind: each check has one on which all is well, and some to be mended."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from filelock import FileLock
from rich.console import Console

from pipeline import cli as command_line
from pipeline.config import load_settings
from pipeline.doctor import CHECKS, Check, Context, Machine, examine, knowledge, nights, places, programs, status_of
from pipeline.doctor.checks import context_of
from pipeline.doctor.screen import doctor_screen, doctor_value
from pipeline.doctor.values import Past, advice, broken, well
from pipeline.documents import confined, office, pages
from pipeline.documents.confined import Walls
from pipeline.errors import SetupError
from pipeline.lock import lock_of
from pipeline.model import PastRun
from pipeline.register import open_register
from pipeline.register.backup import folder_of
from pipeline.setup import load_setup
from tests.conftest import ROOT, run_here

DAY = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
CONFIG = ROOT / "conventions.toml"
ENOUGH = 50_000_000_000


@pytest.fixture(scope="module")
def setting() -> Context:
    """The shipped set-up on a machine that has everything."""
    return Context(
        Path("inbox"),
        Path("outbox"),
        ROOT,
        DAY,
        NOW,
        machine(),
        load_settings(CONFIG),
        load_setup(CONFIG),
        None,
        None,
        None,
    )


def machine(**changes: Any) -> Machine:
    """Return a machine on which all is well, but for ``changes``."""
    given: dict[str, Any] = {
        "python": "3.11.7",
        "account": "conventions",
        "groups": frozenset({"conventions"}),
        "host": "nuit",
        "find": lambda name: f"/usr/bin/{name}",
        "say": said,
        "versions": lambda: dict.fromkeys(programs._needed(ROOT), "1") | dict(programs._pinned(ROOT)),
        "may": lambda _, __: True,
        "free": lambda _: ENOUGH,
        "has_group": lambda _: True,
        "read_only": lambda _: False,
        "zone": lambda: "Europe/Paris",
    }
    return Machine(**given | changes)


def said(command: Any) -> str | None:
    """Answer as well-kept programs do."""
    if command[0].endswith("fc-match"):
        wanted: str = command[-1]
        return {"Calibri": "Carlito", "Arial": "Liberation Sans"}.get(wanted, wanted)
    return {"timedatectl": "yes"}.get(command[0], "Program 7.4.7.2 (x86_64)")


@dataclass(frozen=True)
class Place:
    """A context in folders of its own, in which a case may spoil something."""

    context: Context
    patch: pytest.MonkeyPatch

    def machine(self, **changes: Any) -> Context:
        return replace(self.context, machine=machine(**changes))

    def settings(self, **changes: Any) -> Context:
        assert self.context.settings is not None
        return replace(self.context, settings=replace(self.context.settings, **changes))

    def runs(self, *runs: PastRun, sound: bool = True) -> Context:
        self.context.register.parent.mkdir(exist_ok=True)
        self.context.register.write_bytes(b"")
        os.utime(self.context.register, (NOW.timestamp() - 60,) * 2)
        return replace(self.context, past=Past(runs, sound))


@pytest.fixture
def place(setting: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    (tmp_path / "inbox").mkdir()
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    monkeypatch.setattr(programs, "_converts", lambda _, __: True)
    monkeypatch.setattr(pages, "html_to_pdf", lambda *_: [])
    monkeypatch.setattr(office, "find_program", lambda: "/usr/bin/soffice")
    monkeypatch.setattr(confined, "walls", lambda: Walls((), network=True, privileges=True, limits=True))
    return Place(replace(setting, inbox=tmp_path / "inbox", outbox=tmp_path / "sortie" / "outbox"), monkeypatch)


def finished(when: datetime, rows: int = 3) -> PastRun:
    return PastRun(f"{when:%Y%m%dT%H%M%SZ}", when.date(), {"rows": rows})


LAST = finished(NOW - timedelta(hours=6))
BEFORE = finished(NOW - timedelta(days=1, hours=6))


# ── cases: what is spoilt, and what is said of it ─────────────────────────────────────────────────


def as_it_is(place: Place) -> Context:
    return place.context


def full(place: Place) -> Context:
    assert place.context.settings is not None
    university = place.context.settings.university
    filled: dict[str, Any] = {"representative": "Mme Prénom NOM", "quality": "Doyenne", "delegation": "n° 1", "phone": "01", "siret": "1",
              "emergency_phone": "02", "logo": Path("logo.png")}  # fmt: skip
    return place.settings(university=replace(university, **filled))


def faulty(place: Place) -> Context:
    fault = SetupError("rules.yaml", "DUR-01.gravite", "valeur inconnue", "Corrigez cette entrée du fichier.")
    return replace(place.context, setup=None, fault=fault)


def on(day: date) -> Callable[[Place], Context]:
    return lambda place: replace(place.context, day=day)


def with_digest(fault: str | None, *, asks: bool = True) -> Callable[[Place], Context]:
    def spoil(place: Place) -> Context:
        path = place.context.inbox.parent / "courriel.toml"
        text = CONFIG.read_text("utf-8")
        told = 'serveur = "smtp.exemple.org"'
        text = text.replace('serveur = ""', told, 1).replace('expediteur = ""', 'expediteur = "a@exemple.org"', 1)
        path.write_text(text.replace("destinataires = []", 'destinataires = ["b@exemple.org"]', 1), "utf-8")
        place.patch.setattr(knowledge, "greet", lambda _: fault)
        return replace(place.context, settings=load_settings(path), asks_mail=asks)

    return spoil


def older(name: str) -> Callable[[Place], Context]:
    def spoil(place: Place) -> Context:
        installed = dict(place.context.machine.versions())
        return place.machine(versions=lambda: {**installed, name: "0.0.1"})

    return spoil


def without(name: str) -> Callable[[Place], Context]:
    def spoil(place: Place) -> Context:
        installed = {n: v for n, v in place.context.machine.versions().items() if n != name}
        return place.machine(versions=lambda: installed)

    return spoil


def office_says(tagged: bool | None) -> Callable[[Place], Context]:
    def spoil(place: Place) -> Context:
        place.patch.setattr(programs, "_converts", lambda _, __: tagged)
        return place.context

    return spoil


def no_office(place: Place) -> Context:
    place.patch.setattr(office, "find_program", lambda: None)
    return place.machine(find=lambda _: None)


def no_page(place: Place) -> Context:
    place.patch.setattr(pages, "html_to_pdf", lambda jobs, *_: [(job, "raison") for job in jobs])
    return place.context


def fallback_font(place: Place) -> Context:
    return place.machine(say=lambda command: "DejaVu Sans" if "fc-match" in command[0] else said(command))


def no_walls(place: Place) -> Context:
    place.patch.setattr(confined, "walls", lambda: Walls((), network=False, privileges=True, limits=True))
    return place.context


def no_inbox(place: Place) -> Context:
    return replace(place.context, inbox=place.context.inbox / "ailleurs")


def shut_file(place: Place) -> Context:
    (place.context.inbox / "export.xlsx").write_bytes(b"")
    return place.machine(may=lambda path, _: path.name != "export.xlsx")


def shut_to_the_group(place: Place) -> Context:
    return replace(place.settings(group="gestionnaires"), machine=machine(may=lambda _, __: False))


def test_a_closed_outbox_is_told_once_and_stops_no_other_check(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    context, exists = made(place, 0o700), Path.exists

    def closed(path: Path) -> bool:
        if path.parent == context.outbox:
            raise PermissionError
        return exists(path)

    monkeypatch.setattr(Path, "exists", closed)
    assert places.check_rights(context).state == "well"


def read_only_disk(place: Place) -> Context:
    return place.machine(may=lambda _, __: False, read_only=lambda _: True)


def made(place: Place, mode: int) -> Context:
    place.context.outbox.mkdir(parents=True)
    place.context.outbox.chmod(mode)
    return place.context


def big(place: Place) -> Context:
    context = place.runs(LAST)
    folder = context.outbox / "dossiers" / "2026-2027" / "C2026-000001"
    folder.mkdir(parents=True)
    with (folder / "convention.docx").open("wb") as stream:
        stream.truncate(ENOUGH)  # a file with nothing in it takes no room
    return context


def left(days: int) -> Callable[[Place], Context]:
    def spoil(place: Place) -> Context:
        folder = place.context.inbox.parent / "tmp" / "conventions-abc"
        folder.mkdir()
        when = (NOW - timedelta(days=days)).timestamp()
        os.utime(folder, (when, when))
        return place.context

    return spoil


def unreadable(place: Place) -> Context:
    fault = SetupError("outbox.sqlite3", "", "le registre ne peut pas être lu", "Rétablissez sa copie.")
    return replace(place.context, past_fault=fault)


def with_backup(days: int, content: bytes | None = None) -> Callable[[Place], Context]:
    def spoil(place: Place) -> Context:
        context = place.runs(LAST)
        copy = folder_of(context.register) / f"{DAY - timedelta(days=days)}.sqlite3"
        copy.parent.mkdir()
        if content is None:
            open_register(copy).close()
        else:
            copy.write_bytes(content)
        return context

    return spoil


def vanished(place: Place) -> Context:
    context = with_backup(0)(place)
    context.register.unlink()
    return replace(context, past=None)


def without_backups(place: Place) -> Context:
    settings = place.settings(backups=0).settings
    return replace(place.runs(BEFORE, LAST), settings=settings)


def held(place: Place) -> Context:
    lock = lock_of(place.context.outbox)
    lock.parent.mkdir()
    holding = FileLock(lock)
    holding.acquire()
    place.patch.setattr("tests.test_doctor.HOLDING", holding)
    return place.context


HOLDING: FileLock | None = None


def last_ran(*runs: PastRun) -> Callable[[Place], Context]:
    def spoil(place: Place) -> Context:
        return place.runs(*runs)

    return spoil


def failed(place: Place) -> Context:
    report = place.context.outbox / "rapports" / "dernier" / "run.json"
    report.parent.mkdir(parents=True)
    report.write_text(json.dumps({"failures": [{"document": "x", "reason": "y"}]}), "utf-8")
    return place.runs(LAST)


def damaged(place: Place) -> Context:
    return place.runs(LAST, sound=False)


def early(place: Place) -> Context:
    return replace(place.context, now=datetime(2020, 1, 1, tzinfo=UTC))


def unsynchronized(command: Any) -> str | None:
    return "no" if command[0] == "timedatectl" else said(command)


CASES: list[tuple[Callable[[Context], Check | None], Callable[[Place], Context], str, str]] = [
    (knowledge.check_configuration, as_it_is, "well", "modèles Word"),
    (knowledge.check_configuration, faulty, "broken", "DUR-01.gravite"),
    (knowledge.check_university, full, "well", "SIRET"),
    (knowledge.check_university, as_it_is, "advice", "representant"),
    (knowledge.check_advice, on(date(2026, 3, 10)), "well", "à jour"),
    (knowledge.check_advice, on(date(2027, 3, 10)), "advice", "conventions update"),
    (knowledge.check_rates, on(date(2026, 6, 1)), "well", "31/12/2026"),
    (knowledge.check_rates, on(date(2026, 12, 1)), "advice", "paraît en décembre"),
    (knowledge.check_rates, on(date(2028, 6, 1)), "advice", "période passée"),
    (knowledge.check_mail, as_it_is, "well", "aucun récapitulatif"),
    (knowledge.check_mail, with_digest("unreachable", asks=False), "well", "non essayé"),
    (knowledge.check_mail, with_digest(None), "well", "qui répond"),
    (knowledge.check_mail, with_digest("unreachable"), "advice", "ne répond pas"),
    (programs.check_python, as_it_is, "well", "3.11.7"),
    (programs.check_python, lambda place: place.machine(python="3.9.18"), "broken", "3.9.18"),
    (programs.check_libraries, as_it_is, "well", "constraints.txt"),
    (programs.check_libraries, older("jinja2"), "advice", "jinja2 0.0.1 au lieu de"),
    (programs.check_libraries, without("docxtpl"), "broken", "docxtpl"),
    (programs.check_office, as_it_is, "well", "7.4.7.2"),
    (programs.check_office, lambda place: place.settings(pdf=False), "well", "non employé"),
    (programs.check_office, no_office, "advice", "apt-get install"),
    (programs.check_office, office_says(tagged=False), "advice", "sans balises"),
    (programs.check_office, office_says(tagged=None), "broken", "80 s"),
    (programs.check_pages, as_it_is, "well", "fait une page"),
    (programs.check_pages, lambda place: place.machine(find=lambda _: None), "advice", "apt-get install"),
    (programs.check_pages, no_page, "broken", "essai.html"),
    (programs.check_fonts, as_it_is, "well", "Calibri (par Carlito)"),
    (programs.check_fonts, fallback_font, "advice", "fonts-crosextra-carlito"),
    (programs.check_fonts, lambda place: place.machine(find=lambda _: None), "advice", "fontconfig"),
    (programs.check_confinement, as_it_is, "well", "réseau coupé"),
    (programs.check_confinement, no_walls, "advice", "réseau coupé"),
    (places.check_account, as_it_is, "well", "conventions"),
    (places.check_account, lambda place: place.machine(account="root"), "advice", "runuser"),
    (places.check_account, lambda place: place.settings(group="gestionnaires"), "broken", "usermod -aG gestionnaires"),
    (places.check_inbox, as_it_is, "well", "lisible"),
    (places.check_inbox, no_inbox, "broken", "n’existe pas"),
    (places.check_inbox, lambda place: place.machine(may=lambda _, __: False), "broken", "ne peut pas être lu"),
    (places.check_inbox, shut_file, "advice", "1 fichier illisible"),
    (places.check_inbox, shut_to_the_group, "broken", "chgrp gestionnaires"),
    (places.check_outbox, as_it_is, "well", "sera créé"),
    (places.check_outbox, lambda place: place.machine(may=lambda _, __: False), "broken", "chown -R conventions"),
    (places.check_outbox, read_only_disk, "broken", "remount,rw"),
    (places.check_rights, lambda place: made(place, 0o700), "well", "fermés"),
    (places.check_rights, lambda place: made(place, 0o750), "advice", "chmod go-rwx"),
    (places.check_space, as_it_is, "well", "50,0 Go"),
    (places.check_space, big, "advice", "Libérez"),
    (places.check_space, lambda place: place.machine(free=lambda _: 1_000_000), "broken", "1 Mo"),
    (places.check_leftovers, left(days=0), "well", "aucun"),
    (places.check_leftovers, left(days=3), "advice", "1 dossier temporaire"),
    (nights.check_register, as_it_is, "well", "sera créé"),
    (nights.check_register, last_ran(LAST), "well", "1 passage"),
    (nights.check_register, unreadable, "broken", "Rétablissez"),
    (nights.check_register, damaged, "broken", "endommagé"),
    (nights.check_register, vanished, "broken", "n’est plus là"),
    (nights.check_backups, with_backup(0), "well", "21/11/2026"),
    (nights.check_backups, last_ran(LAST), "well", "avant la prochaine nuit"),
    (nights.check_backups, last_ran(BEFORE, LAST), "advice", "aucune"),
    (nights.check_backups, without_backups, "advice", "jours = 0"),
    (nights.check_backups, with_backup(9), "advice", "avant le dernier passage"),
    (nights.check_backups, with_backup(0, b"torn"), "advice", "Supprimez"),
    (nights.check_lock, as_it_is, "well", "libre"),
    (nights.check_lock, held, "advice", "Un autre traitement est en cours"),
    (nights.check_last_night, as_it_is, "well", "aucune encore"),
    (nights.check_last_night, last_ran(LAST), "well", "finie"),
    (nights.check_last_night, last_ran(finished(NOW - timedelta(days=4))), "advice", "il y a 4 jours"),
    (nights.check_last_night, last_ran(replace(LAST, totals={})), "advice", "interrompue"),
    (nights.check_last_night, failed, "advice", "1 document n’a pas pu être fait"),
    (nights.check_clock, as_it_is, "well", "Europe/Paris"),
    (nights.check_clock, last_ran(finished(NOW + timedelta(days=1))), "advice", "dans l’avenir"),
    (nights.check_clock, early, "advice", "conseils aux voyageurs"),
    (nights.check_clock, lambda place: place.machine(zone=lambda: ""), "advice", "set-timezone"),
    (nights.check_clock, lambda place: place.machine(say=unsynchronized), "advice", "set-ntp"),
]  # fmt: skip


@pytest.mark.parametrize(("check", "spoil", "state", "words"), CASES)
def test_a_check_says_what_it_saw_and_how_to_mend_it(
    place: Place, check: Callable[[Context], Check | None], spoil: Callable[[Place], Context], state: str, words: str
) -> None:
    told = check(spoil(place))
    assert told is not None
    assert (told.state, bool(told.mend)) == (state, state != "well")
    assert words in f"{told.seen} → {told.mend}".replace("\u00a0", " ")


def test_every_check_has_a_machine_on_which_all_is_well_and_one_to_be_mended() -> None:
    for checks in CHECKS.values():
        for check in checks:
            states = {state for tried, _, state, _ in CASES if tried is check}
            assert "well" in states, check.__name__
            assert states - {"well"}, check.__name__


# ── all together ──────────────────────────────────────────────────────────────────────────────────


def test_one_fault_of_the_configuration_is_told_once(place: Place) -> None:
    configuration = place.context.inbox.parent / "conventions.toml"
    configuration.write_text("[universite]\nnom =", "utf-8")
    context = context_of(place.context.inbox, place.context.outbox, configuration, DAY, NOW, machine(), root=ROOT)
    told = [check for checks in examine(context).values() for check in checks]
    assert [check.what for check in told if check.state == "broken"] == ["Configuration"]
    assert status_of(told) == 2
    assert {"Université", "Conseils", "Taux", "Courriel"}.isdisjoint(check.what for check in told)


def test_a_register_that_cannot_be_read_promises_no_backup(place: Place) -> None:
    assert nights.check_backups(unreadable(place)) is None
    assert nights.check_backups(replace(with_backup(0)(place), past=None)) is not None


def test_a_check_that_fails_hides_none_of_the_others(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_: Context) -> Check:
        raise ValueError("DURAND")

    fails.__name__ = "check_horloge"
    monkeypatch.setattr("pipeline.doctor.checks.CHECKS", {"Un": (fails,), "Deux": (places.check_inbox,)})
    told = examine(place.context)
    assert (told["Un"][0].state, told["Un"][0].what, told["Deux"][0].state) == ("advice", "horloge", "well")
    assert "DURAND" not in told["Un"][0].seen


def test_only_what_keeps_the_night_from_its_work_changes_the_status() -> None:
    assert status_of([well("a", "b"), advice("a", "b", "c")]) == 0
    assert status_of([well("a", "b"), broken("a", "b", "c")]) == 2


GROUPS: Mapping[str, list[Check]] = {
    "Programmes": [
        well("LibreOffice", "7.4"),
        advice("Boîte de dépôt", "x\x1b[31mrouge " * 12, "chmod " + "x" * 90),
    ]
}


def test_the_table_fits_eighty_columns_and_lets_no_file_name_write_over_the_terminal() -> None:
    console = Console(width=80, record=True, file=io.StringIO())
    doctor_screen(GROUPS, console)
    shown = console.export_text()
    assert max(map(len, shown.splitlines())) <= 80
    assert "\x1b" not in shown
    assert "✓" in shown
    assert "→ chmod" in shown
    assert "1\u00a0point est à améliorer" in shown


def test_no_line_of_the_table_begins_with_a_mark_of_punctuation() -> None:
    for width in range(50, 81):
        console = Console(width=width, record=True, file=io.StringIO())
        text = "une nuit peut en demander 2,0\u00a0Go ; le taux « Minimum légal » : 4,50 € par heure ; sysctl a ; b"
        doctor_screen({"Programmes": [advice("Taux", text, text)]}, console)
        shown = console.export_text()
        assert not any(line.strip().startswith((":", ";", "»", "€", "Go")) for line in shown.splitlines()), shown
        assert "\ue000" not in shown


def test_the_json_holds_what_the_table_shows() -> None:
    value = doctor_value({"Programmes": [broken("LibreOffice", "absent", "installez")]})
    assert value["status"] == 2
    assert value["checks"] == [
        {"group": "Programmes", "state": "broken", "what": "LibreOffice", "seen": "absent", "mend": "installez"}
    ]


def test_the_command_looks_at_this_machine_and_changes_nothing(tmp_path: Path) -> None:
    """With a real LibreOffice, wkhtmltopdf, fontconfig and register, where this machine has them."""
    inbox, outbox = tmp_path / "inbox", tmp_path / "outbox"
    inbox.mkdir()
    ran = run_here(inbox, outbox, "--no-pdf")
    assert ran.status == 0, ran.said
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    words = ["doctor", "--inbox", str(inbox), "--outbox", str(outbox), "--config", str(CONFIG), "--json"]
    done = CliRunner().invoke(command_line.cli, words)
    told = json.loads(done.stdout)
    states = {check["what"]: check["state"] for check in told["checks"]}
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before
    assert len(states) == sum(map(len, CHECKS.values()))
    assert done.exit_code == told["status"] == (2 if "broken" in states.values() else 0)
    assert states["Configuration"] == states["Registre"] == states["Dernière nuit"] == "well"
    if office.find_program():
        assert states["LibreOffice"] == "well"
    if pages.find_wkhtmltopdf():
        assert states["wkhtmltopdf"] == "well"
