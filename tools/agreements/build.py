"""Write the Word templates of templates_docx/: ``python -m tools.agreements.build [folder]``.

The result depends on the YAML files and on this package only: same words, same bytes.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from tools.agreements.compose import Composer
from tools.agreements.package import Contents, docx_bytes
from tools.agreements.paper import when
from tools.agreements.parties import CERTIFICATE, IDENTITY
from tools.agreements.signing import EVERYONE
from tools.agreements.styles import FACING, SINGLE
from tools.agreements.words import HERE, Clause, annexes, clauses, labels

TEMPLATES = HERE.parent.parent / "templates_docx"

Body = Callable[[Composer], str]


def documents(source: Path = HERE) -> dict[str, bytes]:
    """Return file name → bytes of every template, from the YAML files of the folder ``source``."""
    words = labels(HERE / "layout.yaml")
    articles, extra = clauses(source / "clauses.yaml"), annexes(source / "annexes.yaml")

    def agreement(model: str) -> Body:
        def body(c: Composer) -> str:
            return (
                c.title("titre")
                + c.frames()
                + c.clauses(articles, model, bound=True)
                + c.signatures()
                + c.annex_heading("annexe.attestation_titre")
                + c.clauses(extra["attestation"], model)
                + c.frames(CERTIFICATE)
                + c.signatures(("organisme",), "attestation.consigne")
                + when(
                    "cas.calendrier_long",
                    c.annex_heading("annexe.calendrier_titre") + c.clauses(extra["calendrier"], model) + c.calendar(),
                )
            )

        return body

    def annex(key: str, part: Sequence[Clause], parties: Sequence[str], consigne: str) -> Body:
        def body(c: Composer) -> str:
            model = "bilingue" if c.facing else "francophone"
            words = c.clauses(part, model, bound=True)
            return c.title(key) + c.frames(IDENTITY) + words + c.signatures(parties, consigne)

        return body

    abroad = annex(
        "annexe.etranger_titre", extra["etranger"], ("stagiaire", "representant"), "annexe.etranger_consigne"
    )
    secret = annex("annexe.confidentielle_titre", extra["confidentielle"], EVERYONE, "signatures.consigne")
    wanted: tuple[tuple[str, str, bool, Body], ...] = (
        ("convention_francais", "Convention de stage", False, agreement("français")),
        ("convention_francophone", "Convention de stage à l’étranger", False, agreement("francophone")),
        (
            "convention_bilingue",
            "Convention de stage à l’étranger – Internship agreement",
            True,
            agreement("bilingue"),
        ),
        (
            "annexe_etranger",
            words["annexe.etranger_titre"].fr,
            False,
            abroad,
        ),
        (
            "annexe_etranger_bilingue",
            words["annexe.etranger_titre"].fr,
            True,
            abroad,
        ),
        (
            "annexe_confidentielle",
            words["annexe.confidentielle_titre"].fr,
            False,
            secret,
        ),
        (
            "annexe_confidentielle_bilingue",
            words["annexe.confidentielle_titre"].fr,
            True,
            secret,
        ),
    )
    made: dict[str, bytes] = {}
    for name, title, facing, body in wanted:
        composer = Composer(words, facing)
        first, other, footer = composer.running_parts()
        made[f"{name}.docx"] = docx_bytes(
            Contents(
                title=title,
                scale=FACING if facing else SINGLE,
                body=body(composer),
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
