"""The amendment: which agreement it changes, the table of what was and what will be, its effect, the signatures."""

from __future__ import annotations

from collections.abc import Sequence

from tools.agreements.compose import Composer
from tools.agreements.package import PAGE_WIDTH
from tools.agreements.paper import cell, paragraph, row, run, table, tag_row, text, when
from tools.agreements.parties import Frame, Line
from tools.agreements.sheets import Texts
from tools.agreements.signing import EVERYONE

_PARTIES: tuple[Frame, ...] = (
    Frame(
        "annexe.convention",
        (
            Line("avenant.convention", ""),
            Line(
                "etablissement.titre",
                "{{ universite.nom }}{% if universite.composante %}, {{ universite.composante }}{% endif %}",
            ),
            Line("organisme.titre", "{{ organisme.raison_sociale }}"),
            Line(
                "stagiaire.titre",
                "{{ etudiant.nom_complet }}{% if etudiant.numero %}, n° {{ etudiant.numero }}{% endif %}",
            ),
            Line(
                "representant.titre",
                "{{ representant.nom_complet }}",
                si="cas.mineur and representant.nom_complet",
            ),
        ),
    ),
)

_WIDTHS = (2600, (PAGE_WIDTH - 2600) // 2, PAGE_WIDTH - 2600 - (PAGE_WIDTH - 2600) // 2)
_COLUMNS = ("element", "avant", "apres")


def amendment(c: Composer, texts: Texts) -> str:
    """Return what stands in an amendment; all the parties sign it, in a double agreement too."""
    model = "bilingue" if c.facing else "francophone"
    return (
        c.title("avenant.titre")
        + c.frames(_PARTIES)
        + c.clauses(texts["avenant_objet"], model)
        + paragraph("Titre2", c.label("avenant.tableau"))
        + _changes(c)
        + text("Espace", "")
        + _effect(c, texts, model)
        + c.signatures(EVERYONE, "avenant.consigne")
    )


def _effect(c: Composer, texts: Texts, model: str) -> str:
    """Return the last clauses; their last words stand with the signatures, which LibreOffice grants to no table."""
    if not c.facing:
        return c.clauses(texts["avenant_effet"], model, bound=True)
    prevails = c.sides("Corpssolidaire", c.labels["avenant.foi"])
    return c.clauses(texts["avenant_effet"], model) + text("Espace", "") + prevails


def _changes(c: Composer) -> str:
    """Return the table: for each reason a row with its title, then one row for each value, before and after."""
    heads = (paragraph("Entetecolonne", c.label(f"avenant.colonne_{column}")) for column in _COLUMNS)
    rows = row(*(cell(width, head) for width, head in zip(_WIDTHS, heads, strict=True)), header=True)
    rows += tag_row("for m in avenant.motifs", _WIDTHS)
    rows += row(cell(sum(_WIDTHS), *_reason(c), span=len(_WIDTHS)))
    rows += tag_row("for l in m.lignes", _WIDTHS)
    # What fills pages has to be cut by them: LibreOffice loses the end of a row that may not.
    rows += tag_row("if l.longue", _WIDTHS) + _row(c, splits=True)
    rows += tag_row("else", _WIDTHS) + _row(c) + tag_row("endif", _WIDTHS)
    rows += tag_row("endfor", _WIDTHS) + tag_row("endfor", _WIDTHS)
    name = c.labels["avenant.tableau"].fr
    return table("Cadre", _WIDTHS, rows, name=name, first_row=True, first_column=True)


def _row(c: Composer, *, splits: bool = False) -> str:
    sides = (cell(width, *_value(c, name)) for width, name in zip(_WIDTHS[1:], _COLUMNS[1:], strict=True))
    return row(cell(_WIDTHS[0], _label(c)), *sides, splits=splits)


def _reason(c: Composer) -> Sequence[str]:
    title = run("{{ m.titre }} – {{ m.article }}")
    if c.facing:
        title += run(" / {{ m.titre_en }} – {{ m.article_en }}", "Anglais")
    return (paragraph("Etiquette", title),)


def _label(c: Composer) -> str:
    english = run("{% if l.libelle_en != l.libelle %} / {{ l.libelle_en }}{% endif %}", "Anglais") if c.facing else ""
    return paragraph("Cellule", run("{{ l.libelle }}") + english)


def _value(c: Composer, name: str) -> Sequence[str]:
    french = text("Cellule", f"{{{{ l.{name} }}}}")
    if not c.facing:
        return (french,)
    return french, when(f"l.{name}_en != l.{name}", text("Celluleanglaise", f"{{{{ l.{name}_en }}}}"))
