"""What a scheduler starts: one command wherever it is written, walls that are all there, and a log without people in it."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest

from pipeline.logs import places
from pipeline.register.reading import open_copy
from tests.conftest import ROOT, Ran

DEPLOY = ROOT / "deploy"
PROGRAM, INBOX = "/opt/conventions/.venv/bin/conventions", "/srv/conventions/inbox"
OUTBOX, CONFIG = "/srv/conventions/sortie/outbox", "/etc/conventions/conventions.toml"
COMMAND = ["generate", "--inbox", INBOX, "--outbox", OUTBOX, "--config", CONFIG]
LOG = "/var/log/conventions/nuit.log"


def settings_of(name: str) -> dict[str, list[str]]:
    """Return the settings of a unit, each with all its lines."""
    found: dict[str, list[str]] = {}
    for line in (DEPLOY / "systemd" / name).read_text("utf-8").splitlines():
        key, equals, value = line.partition("=")
        if equals and not line.startswith(("#", "[")):
            found.setdefault(key, []).append(value)
    return found


def cron_line() -> str:
    (line,) = [line for line in (DEPLOY / "cron/conventions").read_text("utf-8").splitlines() if re.match(r"\d", line)]
    return line


# ── the same command ──────────────────────────────────────────────────────────────────────────────


def test_the_service_the_cron_line_and_make_nightly_run_the_same_command() -> None:
    (start,) = settings_of("conventions.service")["ExecStart"]
    assert shlex.split(start) == [PROGRAM, *COMMAND]

    cron = cron_line()
    assert start in cron

    variables = [f"INBOX={INBOX}", f"OUTBOX={OUTBOX}", f"CONFIG={CONFIG}"]
    words = ["make", "--dry-run", "--no-print-directory", "nightly", *variables]
    said = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60).stdout
    made = shlex.split(said.strip().splitlines()[-1])
    assert made == [".venv/bin/conventions", *COMMAND]


def test_the_command_is_one_that_the_program_understands() -> None:
    from pipeline.cli import cli

    command = cli.commands[COMMAND[0]]
    options = {name for option in command.params for name in option.opts}
    assert {word for word in COMMAND if word.startswith("--")} <= options


def test_both_run_at_two_and_only_a_failure_is_mailed() -> None:
    assert settings_of("conventions.timer")["OnCalendar"] == ["*-*-* 02:00:00"]
    assert settings_of("conventions.timer")["Persistent"] == ["true"]
    assert cron_line().startswith("0 2 * * * conventions umask 077; ")
    assert "2>&1 || echo" in cron_line()
    assert "%" not in cron_line()  # cron would end the line there
    assert "MAILTO=root" in (DEPLOY / "cron/conventions").read_text("utf-8").splitlines()


def test_the_log_has_one_name_and_is_turned_over_for_the_account_that_writes_it() -> None:
    unit = settings_of("conventions.service")
    assert unit["StandardOutput"] == [f"append:{LOG}"]
    assert f">>{LOG} 2>&1" in cron_line()
    rule = (DEPLOY / "logrotate/conventions").read_text("utf-8")
    lines = [line.strip() for line in rule.splitlines() if not line.startswith("#")]
    assert lines[0] == f"{LOG} {{"
    assert "create 0640 conventions conventions" in lines
    assert "copytruncate" not in lines  # it loses what is written meanwhile


# ── the walls ─────────────────────────────────────────────────────────────────────────────────────


def test_the_service_writes_in_one_folder_and_has_neither_network_nor_privilege() -> None:
    unit = settings_of("conventions.service")
    assert unit["User"] == ["conventions"]
    assert "DynamicUser" not in unit
    assert unit["ReadWritePaths"] == [str(Path(OUTBOX).parent)]
    alone = {"ProtectSystem": "strict", "ProtectHome": "yes", "PrivateTmp": "yes", "PrivateDevices": "yes",
             "NoNewPrivileges": "yes", "CapabilityBoundingSet": "", "AmbientCapabilities": "", "PrivateNetwork": "yes",
             "IPAddressDeny": "any", "RestrictAddressFamilies": "AF_UNIX", "RestrictNamespaces": "yes", "UMask": "0077",
             "SystemCallErrorNumber": "EPERM", "LimitCORE": "0"}  # fmt: skip
    assert {key: unit.get(key) for key in alone} == {key: [value] for key, value in alone.items()}
    assert {"MemoryMax", "TasksMax", "TimeoutStartSec", "Nice", "IOSchedulingClass"} <= unit.keys()


def test_what_the_night_needs_is_not_walled_off() -> None:
    unit = settings_of("conventions.service")
    assert "RestrictSUIDSGID" not in unit  # 2770: the managers' group inherits
    assert "MemoryDenyWriteExecute" not in unit  # wkhtmltopdf compiles
    assert unit["SystemCallFilter"][-1] == "@chown"  # given back after ~@privileged has taken it
    home = [word for line in unit["Environment"] for word in line.split() if word.startswith("HOME=")]
    assert home == [f"HOME=/run/{unit['RuntimeDirectory'][0]}"]


def test_only_the_drop_in_opens_the_network_and_every_address_stays_denied_until_one_is_named() -> None:
    opened = settings_of("conventions.service.d/mail.conf")
    assert opened["PrivateNetwork"] == ["no"]
    assert opened["RestrictAddressFamilies"] == ["", "AF_UNIX AF_INET AF_INET6"]
    assert opened["RestrictNamespaces"] == ["", "user net"]
    assert "IPAddressAllow" not in opened
    assert "IPAddressDeny" not in opened


def test_a_failed_night_tells_somebody_and_being_told_to_stop_is_none() -> None:
    unit = settings_of("conventions.service")
    assert unit["OnFailure"] == ["conventions-failed.service"]
    assert unit["SuccessExitStatus"] == ["130"]
    assert LOG not in settings_of("conventions-failed.service")["ExecStart"][1]  # the mail carries no line of the log


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not on this machine")
def test_systemd_understands_every_line(tmp_path: Path) -> None:
    for source in (DEPLOY / "systemd").glob("*.*"):
        if source.is_file():
            text = source.read_text("utf-8").replace(PROGRAM, sys.executable)
            (tmp_path / source.name).write_text(text, "utf-8")
    drop_in = tmp_path / "conventions.service.d"
    drop_in.mkdir()
    shutil.copy(DEPLOY / "systemd/conventions.service.d/mail.conf", drop_in)
    units = sorted(str(path) for path in tmp_path.glob("*.*") if path.is_file())
    words = ["systemd-analyze", "verify", "--man=no", *units]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=60)
    ours = [line for line in done.stderr.splitlines() if str(tmp_path) in line or "conventions" in line]
    assert (done.returncode, ours) == (0, [])


def test_the_install_note_names_what_the_files_name() -> None:
    note = (DEPLOY / "README.md").read_text("utf-8")
    for path in (INBOX, str(Path(OUTBOX).parent), CONFIG, LOG, *map(str, sorted(DEPLOY.rglob("*.service")))):
        assert path.removeprefix(f"{ROOT}/") in note or Path(path).parent.as_posix() in note
    mode = re.search(r"install -d -o conventions -g gestionnaires -m (\d+) /srv/conventions/sortie", note)
    assert mode is not None
    assert int(mode.group(1), 8) & 0o007 == 0


# ── the log ───────────────────────────────────────────────────────────────────────────────────────

_PEOPLE = re.compile(
    r"(^etudiant|^tuteur|^enseignant|^signataire|^contact|^responsable|\.nom$|prenom|courriel|telephone|adresse|naissance|numero)"
)
_WORD = re.compile(r"[^\W\d_]{4,}")


def people(register: Path) -> Iterator[str]:
    """Yield what the forms say of people: names, addresses, numbers, days of birth, as they are and as spoken."""
    copy = open_copy(register)
    try:
        for held in copy.held(copy.lives()):
            for key, value in held.deposit.values.items():
                if not _PEOPLE.search(key):
                    continue
                if isinstance(value, date | datetime):
                    yield from (value.isoformat()[:10], f"{value:%d/%m/%Y}")
                elif isinstance(value, str) and len(value) > 3:
                    yield value
    finally:
        copy.close()


def told_of(text: str, register: Path) -> list[str]:
    """Return what ``text`` says of the people in the register: a whole value, or a word of four letters of a name."""
    values = set(people(register))
    names = {word.casefold() for value in values if "@" not in value for word in _WORD.findall(value)}
    words = {word.casefold() for word in _WORD.findall(text)}
    return sorted({value for value in values if value in text} | (names & words))


def test_the_log_and_the_journal_of_a_night_name_nobody(demo: Ran) -> None:
    journal = (demo.outbox / "rapports/dernier/journal.jsonl").read_text("utf-8")
    register = demo.outbox.with_name(f"{demo.outbox.name}.sqlite3")
    known = sorted(set(people(register)))
    assert len(known) > 500
    assert told_of(f"Une ligne qui nomme {known[100]}.", register)
    files = {line["file"] for line in map(json.loads, journal.splitlines()) if "file" in line}
    for name in files:
        journal = journal.replace(
            json.dumps(name, ensure_ascii=False), '""'
        )  # a place: what the manager called her file
    said = demo.said.replace(str(demo.outbox), "")
    assert told_of(said, register) == []
    assert told_of(journal, register) == []
    assert "\x1b" not in demo.said  # neither colours nor bars


_FAULT = """
import sys
from pipeline import cli, making

def fails(filler, document):
    raise ValueError(filler.plan.verdict.entry.deposit.values["etudiant.nom"])

making._Filler._content = fails
sys.argv = ["conventions", "generate", *sys.argv[1:]]
cli.main()
"""


def test_a_fault_over_a_dossier_tells_its_reference_and_the_line_of_code_but_not_its_name(tmp_path: Path) -> None:
    inbox, outbox = tmp_path / "inbox", tmp_path / "outbox"
    inbox.mkdir()
    shutil.copy(ROOT / "examples/framaforms.csv", inbox)
    words = [sys.executable, "-c", _FAULT, "--inbox", str(inbox), "--outbox", str(outbox), "--date", "2026-11-21",
             "--no-pdf", "--workers", "1"]  # fmt: skip
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 4, done.stderr
    assert "ValueError" in done.stderr
    assert "pipeline/making.py:" in done.stderr
    assert re.search(r"C2026-\d{6}", done.stderr)
    register = outbox.with_name("outbox.sqlite3")
    assert told_of(done.stdout + done.stderr, register) == []


def test_a_bug_ends_with_its_place_and_without_its_message() -> None:
    code = "from pipeline.logs import talk_discreetly; talk_discreetly(attended=False); int('DURAND')"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 1
    assert "ValueError" in done.stderr
    assert "DURAND" not in done.stderr


def test_the_person_at_the_terminal_is_told_the_message() -> None:
    code = "from pipeline.logs import talk_discreetly; talk_discreetly(attended=True); int('DURAND')"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )
    assert "DURAND" in done.stderr


def test_the_places_of_a_fault_begin_with_its_first_cause() -> None:
    try:
        try:
            int("DURAND")
        except ValueError as error:
            raise RuntimeError("Élodie") from error
    except RuntimeError as error:
        told = list(places(error))
    assert [line for line in told if not line.startswith(" ")] == ["ValueError", "RuntimeError"]
    assert any("tests/test_deploy.py:" in line for line in told)
