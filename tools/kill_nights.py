"""Kill real nights at random moments, finish them, and compare what they leave with uninterrupted ones.

``python -m tools.kill_nights --kills 200`` prints the figures: how many kills, in which part of the work they fell,
how many nights were finished after them, and every difference; it ends with status 1 when there is one.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from tools.kills.nights import Night, make_nights
from tools.kills.sameness import count_files, count_runs, differences, phase_of, register_faults, torn_files
from tools.kills.strike import Blow, finish, finish_copy, pass_here, strike, strike_copy

_WAYS = 3
"""By the clock over the whole run; by the number of documents written; by the number of reports written."""


@dataclass(slots=True)
class Figures:
    """What came of the kills."""

    kills: int = 0
    fell: Counter[str] = field(default_factory=Counter)
    """Part of the work → kills that fell there."""
    resumed: int = 0
    """Nights that were killed at least once and then finished."""
    faults: list[str] = field(default_factory=list)

    def lines(self) -> Iterator[str]:
        yield f"kills: {self.kills}"
        yield "fell in: " + ", ".join(f"{phase} {number}" for phase, number in sorted(self.fell.items()))
        yield f"nights finished after kills: {self.resumed}"
        yield f"differences: {len(self.faults) or 'none'}"
        yield from (f"  {fault}" for fault in self.faults)


@dataclass(frozen=True, slots=True)
class Killer:
    """How nights are killed: by which chance, with which options of the command, in which environment."""

    chance: random.Random
    more: Sequence[str] = ("--no-pdf",)
    environment: Mapping[str, str] | None = None
    most: int = 5
    """Kills in a row, at most, before a night is finished."""
    copies: float = 0.0
    """Share of the kills that fall on a copy of this process, which makes no PDF, and not on a new one."""
    seconds: Mapping[str, float] = field(default_factory=dict)
    """How long each night takes, by its name."""

    def blow(self, night: Night) -> Blow:
        """Draw the moment of a kill."""
        way = self.chance.randrange(_WAYS)
        if way == 0:
            return Blow(self.chance.uniform(0.05, self.seconds.get(night.name, 3.0)))
        under = "dossiers" if way == 1 else "rapports"
        most = max(1, count_files(night.after / "outbox" / under) - count_files(night.before / "outbox" / under))
        return Blow(self.chance.uniform(0, 0.03), under, self.chance.randint(1, most))

    def trial(self, night: Night, folder: Path, kills: int, figures: Figures) -> None:
        """Kill ``night`` up to ``kills`` times in a row in ``folder``, finish it, and add to ``figures``."""
        shutil.copytree(night.before, folder)
        told: list[str] = []
        alive = True
        for _ in range(kills):
            blow, runs = self.blow(night), count_runs(folder)
            alive, seconds = self._strike(night, folder, blow)
            phase = phase_of(folder, runs, alive=alive)
            figures.fell[phase] += 1
            if not alive:
                break  # it had come to its end
            figures.kills += 1
            told.append(f"{phase} {blow} {seconds:.2f}")
            faults = [f"torn: {path}" for path in torn_files(folder / "outbox")]
            faults += [f"register: {fault}" for fault in register_faults(folder / "outbox.sqlite3")]
            figures.faults += [f"{night.name} {told}: after the kill: {fault}" for fault in faults]
        if told:
            if alive:
                self._finish(night, folder)
            figures.resumed += 1
            figures.faults += [f"{night.name} {told}: {fault}" for fault in differences(folder, night.after)]
        shutil.rmtree(folder)

    def _finish(self, night: Night, folder: Path) -> None:
        if self.chance.random() < self.copies:
            finish_copy(folder, night.day)
        else:
            finish(folder, night.day, *self.more, environment=self.environment)

    def _strike(self, night: Night, folder: Path, blow: Blow) -> tuple[bool, float]:
        if self.chance.random() < self.copies:
            return strike_copy(folder, night.day, blow)
        return strike(folder, night.day, blow, *self.more, environment=self.environment)


def main() -> int:
    """Read the command line, kill, print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=20261121)
    parser.add_argument("--rows", type=int, default=8)
    parser.add_argument("--pdf", action="store_true", help="make PDFs too, with two workers")
    parser.add_argument("--examples", action="store_true", help="lay exports of examples/ beside the others")
    parser.add_argument(
        "--copies", type=float, default=0.0, help="share of kills on copies of this process: faster, no PDF"
    )
    words = parser.parse_args()
    more = ("--workers", "2") if words.pdf else ("--no-pdf",)
    figures = Figures()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        environment = {**os.environ, "TMPDIR": str(folder / "tmp")}
        (folder / "tmp").mkdir()
        seconds: dict[str, float] = {}
        nights = []

        def timed(where: Path, day: date) -> None:
            begun = time.monotonic()
            if words.copies:
                pass_here(where, day)
            else:
                finish(where, day, *more, environment=environment)
            seconds[str(day)] = time.monotonic() - begun

        nights = list(make_nights(folder / "nuits", words.rows, examples=words.examples, after=timed))
        by_name = {night.name: seconds[str(night.day)] for night in nights}
        chance = random.Random(words.seed)  # noqa: S311 (no secret: the same kills again)
        killer = Killer(chance, more, environment, copies=words.copies, seconds=by_name)
        print(f"nights: {', '.join(f'{n.name} {seconds[str(n.day)]:.1f} s' for n in nights)}", flush=True)
        while figures.kills < words.kills:
            night = nights[killer.chance.randrange(len(nights))]
            before = len(figures.faults)
            killer.trial(night, folder / "essai", killer.chance.randint(1, killer.most), figures)
            for fault in figures.faults[before:]:
                print(fault, flush=True)
            if figures.resumed % 10 == 0:
                print("…", *list(figures.lines())[:4], sep="  ", flush=True)
        left = [path.name for path in (folder / "tmp").iterdir() if path.name.startswith("conventions-")]
        figures.faults += [f"left in the temporary folder: {path}" for path in left[1:]]
    print("\n".join(figures.lines()))
    return int(bool(figures.faults))


if __name__ == "__main__":
    raise SystemExit(main())
