"""What a night that was killed leaves to the next one: reports that nobody was given, messages that no list shows."""

from __future__ import annotations

import shutil
from datetime import date

from pipeline.clock import begun_at
from pipeline.errors import SetupError
from pipeline.outbox import LinkedError, Outbox
from pipeline.register import Register
from pipeline.report.shelf import LATEST


def check_place(outbox: Outbox, register: Register) -> None:
    """Raise SetupError (status 2) when the outbox is empty though the register knows what was made in it.

    A share that is not mounted leaves an empty folder: the whole year would be made again on the disk below it.
    """
    if register.has_made() and not any(outbox.path(name).exists() for name in ("dossiers", "rapports")):
        raise SetupError(
            str(outbox.root),
            "",
            "ce dossier est vide, alors que le registre connaît des conventions qui y ont été faites",
            "Vérifiez que son disque ou son partage est monté ; si vous l’avez vidé exprès, créez-y un dossier « dossiers ».",
        )


def resume(outbox: Outbox, register: Register, day: date) -> None:
    """Take back what nights without published reports have told, and remove what they began to publish.

    Once run.json is among the latest reports the list of the messages stands there as well: from the next ``day`` on,
    somebody may have sent them. A run on the same day publishes a list of its own in that place, with all of them.
    """
    untold = register.untold()
    if untold is None:
        return
    ended = {run.run_id: run.day for run in register.runs()}.get(untold.ended)
    if ended is not None and ended < day and untold.ended == _latest(outbox):
        register.published()
        return
    register.take_back()
    for run_id in register.unfinished_runs():
        if begun_at(run_id) is not None:
            folder = outbox.path(f"rapports/{run_id}")
            if not folder.is_symlink():
                shutil.rmtree(folder, ignore_errors=True)


def _latest(outbox: Outbox) -> str:
    """Return the name of the run whose report is the latest one, "" when there is none."""
    try:
        report = outbox.read_json(f"{LATEST}/run.json")
    except (OSError, ValueError, LinkedError):
        return ""
    return str(report.get("run_id", "")) if isinstance(report, dict) else ""
