"""Write the Word templates of templates_docx/: ``python -m tools.agreements.build [folder]``.

The result depends on the YAML files and on this package only: same words, same bytes.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tools.agreements.amendment import amendment
from tools.agreements.compose import Composer
from tools.agreements.package import Contents, docx_bytes
from tools.agreements.sheets import (
    Body,
    accident_sheet,
    agreement,
    annex,
    certificate_form,
    covering_note,
    summary,
)
from tools.agreements.signing import EVERYONE
from tools.agreements.styles import FACING, SINGLE, Scale
from tools.agreements.words import HERE, Words, annexes, clauses, labels

TEMPLATES = HERE.parent.parent / "templates_docx"

LARGE = Scale(body=24, label=22, heading=27, subheading=26, after=80, justified=False)
"""Sizes of what is read in a hurry."""
COMPACT = Scale(body=19, label=17, heading=21, subheading=19, after=50)
COMPACT_FACING = Scale(body=17, label=16, heading=19, subheading=17, after=30, justified=False)
"""Sizes of a sheet that has to hold on one page."""


@dataclass(frozen=True, slots=True)
class Template:
    """One Word template: file name without its ending, key of its title in layout.yaml, what stands in it.

    ``facing``: French and English side by side; no ``scale`` given: the one of the agreements.
    """

    name: str
    title: str
    body: Body
    facing: bool = False
    scale: Scale | None = None

    def properties_title(self, words: Mapping[str, Words]) -> str:
        """Return the title that the file carries in its properties."""
        title = words[self.title]
        return f"{title.fr} / {title.en}" if self.facing else title.fr


def _both(
    name: str, title: str, body: Body, scale: Scale | None = None, facing: Scale | None = None
) -> Iterator[Template]:
    """Yield the French template and the bilingual one of the same words, each in its sizes."""
    yield Template(name, title, body, scale=scale)
    yield Template(f"{name}_bilingue", title, body, facing=True, scale=facing)


WANTED: tuple[Template, ...] = (
    Template("convention_francais", "document.convention", agreement("français")),
    Template("convention_francophone", "document.convention_etranger", agreement("francophone")),
    Template("convention_bilingue", "document.convention_etranger", agreement("bilingue"), facing=True),
    *_both(
        "annexe_etranger",
        "annexe.etranger_titre",
        annex("annexe.etranger_titre", "etranger", ("stagiaire", "representant"), "annexe.etranger_consigne"),
    ),
    Template(
        "annexe_territoire",
        "annexe.territoire_titre",
        annex("annexe.territoire_titre", "etranger", ("stagiaire", "representant"), "annexe.territoire_consigne"),
        scale=COMPACT,
    ),
    *_both(
        "annexe_confidentielle",
        "annexe.confidentielle_titre",
        annex("annexe.confidentielle_titre", "confidentielle", EVERYONE, "annexe.confidentielle_consigne"),
    ),
    *_both("attestation", "attestation.titre", certificate_form, SINGLE, COMPACT_FACING),
    Template("synthese", "synthese.titre", summary, scale=COMPACT),
    *_both("note_double_convention", "note_double.titre", covering_note, COMPACT, COMPACT_FACING),
    *_both("avenant", "document.avenant", amendment),
    *_both("fiche_accident", "accident.titre", accident_sheet, LARGE, FACING),
)
"""Every template. Adding one: an entry here, its words in annexes.yaml and layout.yaml, its tables in sheets.py."""


def documents(source: Path = HERE) -> dict[str, bytes]:
    """Return file name → bytes of every template, from the YAML files of the folder ``source``."""
    words = labels(HERE / "layout.yaml")
    texts = {
        "convention": clauses(source / "clauses.yaml"),
        **annexes(source / "annexes.yaml"),
        **annexes(HERE / "amendment.yaml"),
    }
    made: dict[str, bytes] = {}
    for template in WANTED:
        composer = Composer(words, template.facing)
        first, other, footer = composer.running_parts()
        made[f"{template.name}.docx"] = docx_bytes(
            Contents(
                title=template.properties_title(words),
                scale=template.scale or (FACING if template.facing else SINGLE),
                body=template.body(composer, texts),
                header_first=first,
                header=other,
                footer=footer,
                logo=HERE / "logo.png",
            )
        )
    return made


def main(folder: Path = TEMPLATES) -> None:
    """Write every template into ``folder`` and name it on the terminal."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in documents().items():
        (folder / name).write_bytes(content)
        print(name, len(content))


if __name__ == "__main__":
    main(*(Path(argument) for argument in sys.argv[1:2]))
