"""Filling a .docx: the project against docxtpl's own loop, and against the engines that others use."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import docxtpl

from benchmarks.forms import CONFIG, Row, deposits, entries, overseas
from benchmarks.measuring import Contestant, alternate, clocked
from benchmarks.peers import ENGINES, Node, node
from benchmarks.resolved import Resolved, rendered, resolve, texts
from benchmarks.tables import Table, comparison
from pipeline.documents.jinja import word_environment
from pipeline.documents.values import template_values
from pipeline.documents.values.tree import Tree
from pipeline.model import Entry
from pipeline.setup import ROOT, Setup, load_setup
from tools.examples.contact import perfect

SIZES = (50,)
"""Documents that a peer fills in a round; the project fills ten times as many."""
_OURS = "the project: compiled once"
_WITH_VALUES = "the project, the dossier's texts computed too"
_OWN_LOOP = "docxtpl: load, render, save"
_FEW = 5
_AGREEMENTS: Mapping[str, Row] = {
    "convention_francais.docx": {},
    "convention_francophone.docx": overseas(0, "Sénégal", "Dakar"),
    "convention_bilingue.docx": overseas(0),
}
_NO_NODE = "npm is not there, or could not install the engines: those of Node.js were not measured."


@dataclass(frozen=True, slots=True)
class _Work:
    """One template with what fills it, for us and for the peers."""

    path: Path
    content: bytes
    values: Tree
    resolved: Resolved
    braces: Path
    merging: bytes


def measure(sizes: Sequence[int], rounds: int, folder: Path) -> Iterator[Table]:
    """Fill each of the three agreements with every engine, in turn; the text must be the same."""
    setup = load_setup(CONFIG)
    with node(folder / "node") as engines:
        for name, changes in _AGREEMENTS.items():
            (entry,) = entries(deposits(1, setup, partial(_changed, changes)), setup)

            values = partial(_values, entry, setup)
            work = _work(ROOT / "templates_docx" / name, values(), folder)
            title = f"{name}: {len(work.resolved.values)} values to fill in"
            for size in sizes:
                found = alternate(_contestants(work, values, engines, size, folder, setup), rounds)
                yield comparison(title, found, _OURS, "a document", () if engines else (_NO_NODE,))


def _changed(changes: Row, number: int) -> Row:
    return perfect(number) | changes


def _values(entry: Entry, setup: Setup) -> Tree:
    return template_values(setup.judge.facts(entry), setup.translations)


def _work(path: Path, values: Tree, folder: Path) -> _Work:
    content = path.read_bytes()
    resolved = resolve(content, values)
    braces = folder / f"braces_{path.name}"
    braces.write_bytes(resolved.with_braces())
    return _Work(path, content, values, resolved, braces, resolved.with_merge_fields())


def _contestants(
    work: _Work, values: Callable[[], Tree], engines: Node | None, count: int, folder: Path, setup: Setup
) -> Mapping[str, Contestant]:
    """Return every engine, once it has shown that it gives the same text as docxtpl's own loop."""
    ours = setup.templates[work.path.name]
    one = docxtpl.DocxTemplate(str(work.path))
    ways: dict[str, tuple[Callable[[], bytes], int]] = {
        _OURS: (lambda: ours.render(work.values), 10 * count),
        _WITH_VALUES: (lambda: ours.render(values()), count),
        _OWN_LOOP: (lambda: _own_loop(work), _FEW),
        "docxtpl: one object again and again": (lambda: rendered(one, work.values, word_environment()), _FEW),
        "docx-mailmerge2": (lambda: _mail_merge(work), _FEW),
    }
    wanted = texts(_own_loop(work))
    for name, (way, _) in ways.items():
        _check(name, texts(way()), wanted)
    found = {name: clocked(_times(way, number), number) for name, (way, number) in ways.items()}
    if engines is None:
        return found
    for name in ENGINES:
        target = folder / "filled.docx"
        engines.fill(name, work.braces, work.resolved.values, 1, target)
        _check(name, texts(target.read_bytes()), wanted)
        found[name] = partial(engines.fill, name, work.braces, work.resolved.values, count)
    return found


def _times(way: Callable[[], bytes], count: int) -> Callable[[], None]:
    def repeat() -> None:
        for _ in range(count):
            way()

    return repeat


def _check(name: str, found: Sequence[str], wanted: Sequence[str]) -> None:
    """Raise ValueError with the first paragraph that is not as docxtpl fills it."""
    if list(found) == list(wanted):
        return
    pairs = (pair for pair in zip(found, wanted, strict=False) if pair[0] != pair[1])
    raise ValueError(f"{name} gives another text: {next(pairs, (len(found), len(wanted)))}")


def _own_loop(work: _Work) -> bytes:
    return rendered(docxtpl.DocxTemplate(str(work.path)), work.values, word_environment())


def _mail_merge(work: _Work) -> bytes:
    from mailmerge import MailMerge  # only who measures has it (the extra « bench »)

    with MailMerge(io.BytesIO(work.merging)) as document:
        document.merge(**work.resolved.values)
        buffer = io.BytesIO()
        document.write(buffer)
    return buffer.getvalue()
