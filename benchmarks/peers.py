"""The peers under Node.js: installed when they are first measured, each measured inside its own process."""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.measuring import Spent

_SOURCE = Path(__file__).parent / "node"
ENGINES = (
    "docxtemplater", "docxtemplater, file read again", "easy-template-x", "easy-template-x, file read again",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Node:
    """A process of Node.js that fills templates on demand."""

    process: subprocess.Popen[str]

    def fill(
        self, engine: str, template: Path, values: Mapping[str, str], count: int, target: Path | None = None
    ) -> Spent:
        """Fill ``template`` ``count`` times, keep the last one at ``target``; return what one took, as Node measured it.

        Raises RuntimeError with what the engine says when it refuses.
        """
        order = {"engine": engine, "template": str(template), "values": values, "count": count}
        answer = self._ask(order | {"target": str(target) if target else None})
        if "error" in answer:
            raise RuntimeError(f"{engine}: {answer['error']}")
        return Spent(answer["wall"], answer["cpu"])

    def _ask(self, order: Mapping[str, Any]) -> dict[str, Any]:
        if self.process.stdin is None or self.process.stdout is None:
            raise RuntimeError("Node.js has no ears")
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("Node.js has stopped")
        answer: dict[str, Any] = json.loads(line)
        return answer


@contextlib.contextmanager
def node(folder: Path) -> Iterator[Node | None]:
    """Install the engines into ``folder`` and lend the process that runs them; None where npm is missing or fails."""
    if not _install(folder):
        yield None
        return
    with subprocess.Popen(
        ["node", "fill.mjs"], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    ) as process:
        try:
            yield Node(process)
        finally:
            process.kill()


def _install(folder: Path) -> bool:
    if shutil.which("node") is None or shutil.which("npm") is None:
        return False
    shutil.copytree(_SOURCE, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("node_modules"))
    done = subprocess.run(["npm", "install", "--silent"], cwd=folder, check=False, capture_output=True)
    return done.returncode == 0
