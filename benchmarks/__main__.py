"""``python -m benchmarks [PART…] [SIZE…] [--rounds N] [--write PAGE]``: measures, prints tables, and keeps them in a page."""

from __future__ import annotations

import argparse
import contextlib
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from benchmarks import checklists, checks, cluster, documents, pdf, profile_of_a_night, reading, reports, runs, start
from benchmarks.machine import machine
from benchmarks.tables import Table, inserted, keep

Measure = Callable[[Sequence[int], int, Path], Iterator[Table]]


@dataclass(frozen=True, slots=True)
class Part:
    """What can be measured by itself."""

    about: str
    measure: Measure
    sizes: Sequence[int]
    each: float
    """Seconds that a round takes for one row, form or document, on a machine with two cores."""
    fixed: float
    """Seconds for the rest, whatever the size."""
    rounds: int = 5

    def estimate(self, sizes: Sequence[int], rounds: int) -> float:
        """Return about how many seconds it will take."""
        return self.fixed + self.each * sum(sizes) * rounds


PARTS: Mapping[str, Part] = {
    "reading": Part("a workbook read in four ways", reading.measure, reading.SIZES, 0.004, 20),
    "checks": Part("all rules over forms", checks.measure, checks.SIZES, 0.0012, 60, 3),
    "docx": Part("the three agreements filled by every engine", documents.measure, documents.SIZES, 0.55, 40),
    "pdf": Part("agreements converted by LibreOffice", pdf.measure, pdf.SIZES, 1, 60),
    "checklists": Part("checklists converted by wkhtmltopdf", checklists.measure, checklists.SIZES, 0.06, 10),
    "start": Part("the command from its start", start.measure, start.SIZES, 5, 5),
    "reports": Part("the reports of a judged night", reports.measure, reports.SIZES, 0.015, 30, 3),
    "check": Part("« conventions check » over whole inboxes", runs.measure_check, runs.SIZES, 0.003, 10, 1),
    "run": Part("whole nights with PDFs", runs.measure, runs.SIZES[:2], 0.8, 30, 1),
    "run-large": Part("a great night with PDFs", runs.measure_large, runs.SIZES[2:], 0.3, 30, 1),
    "run-no-pdf": Part("nights without PDFs", runs.measure_without_pdf, runs.SIZES, 0.015, 10, 1),
    "run-no-pdf-large": Part("a great night without PDFs", runs.measure_without_pdf, runs.LARGE, 0.015, 10, 1),
    "cluster": Part("nights by the workers of a Dask scheduler", cluster.measure, cluster.SIZES, 2.5, 90, 1),
    "profile": Part("a night stage by stage", profile_of_a_night.measure, profile_of_a_night.SIZES, 0.25, 15, 1),
}


def main() -> None:
    """Measure the parts that were asked for, each with the sizes that were given or its own."""
    wanted = _options()
    sizes = [int(word) for word in wanted.words if word.isdigit()]
    parts = [word for word in wanted.words if not word.isdigit()] or list(PARTS)
    if unknown := [name for name in parts if name not in PARTS]:
        raise SystemExit(f"{', '.join(unknown)}: not one of {', '.join(PARTS)}")
    for name in parts if wanted.write else ():
        inserted(wanted.write.read_text("utf-8"), name, "")  # known before hours of measuring
    for name in parts:
        _measure(name, sizes, wanted.rounds, wanted.write, wanted.folder)


def _options() -> argparse.Namespace:
    listed = [
        f"  {name:<12}{part.about}; sizes {' '.join(map(str, part.sizes))}; "
        f"about {part.estimate(part.sizes, part.rounds) / 60:.0f} min"
        for name, part in PARTS.items()
    ]
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Each figure is a ratio within one run on one machine.",
        epilog="parts (all of them unless some are named):\n" + "\n".join(listed),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("words", nargs="*", metavar="PART|SIZE", help="what to measure, and over how many")
    parser.add_argument("--rounds", type=int, default=0, help="how often, in turn (0: as each part has it)")
    parser.add_argument("--write", type=Path, metavar="PAGE", help="a page with markers, as docs/performance.md")
    parser.add_argument("--folder", type=Path, help="where to work (default: a temporary folder)")
    return parser.parse_args()


def _measure(name: str, sizes: Sequence[int], rounds: int, page: Path | None, folder: Path | None) -> None:
    part = PARTS[name]
    chosen, times = sizes or part.sizes, rounds or part.rounds
    minutes = part.estimate(chosen, times) / 60
    print(
        f"## {name}: {part.about} ({' '.join(map(str, chosen))}; {_rounds(times)}; about {minutes:.0f} min)\n",
        flush=True,
    )
    texts = [f"{_today()}, {_rounds(times)}. {machine()}.\n"]
    with _workplace(folder) as place:
        for table in part.measure(chosen, times, place):
            texts.append(table.markdown())
            print(texts[-1], flush=True)
    if page is not None:
        keep(page, name, "\n".join(texts))


@contextlib.contextmanager
def _workplace(folder: Path | None) -> Iterator[Path]:
    """Lend a new folder, in ``folder`` when one is named, removed afterwards."""
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="conventions-bench-", dir=folder) as name:
        yield Path(name).resolve()


def _rounds(count: int) -> str:
    return f"{count} round{'s' if count > 1 else ''}"


def _today() -> str:
    return f"{datetime.now().astimezone():%Y-%m-%d}"


if __name__ == "__main__":
    main()
