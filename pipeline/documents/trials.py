"""The values that try and show every template: the invented dossiers, and an amendment of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pipeline.check.facts import Facts
from pipeline.documents.amendable import Amendments
from pipeline.documents.amendment import Side, changes, ends_early
from pipeline.documents.previews import Preview
from pipeline.documents.values import Amendment, template_values
from pipeline.documents.values.translations import Translations
from pipeline.documents.values.tree import Tree
from pipeline.documents.word import WordTemplate
from pipeline.model import Entry, Finding

_WHY = "Accord des parties du 15 novembre 2026."


@dataclass(frozen=True, slots=True)
class Trials:
    """Values of the invented dossiers, in their order, all marked PROJET so that the mark is tried too."""

    plain: Sequence[Tree]
    amended: Sequence[Tree]
    """The same for the amendments: what a version signed before said otherwise."""

    def of(self, template: WordTemplate) -> Sequence[Tree]:
        """Return those that ``template`` is made from: an amendment asks for ``avenant``."""
        asks = any(name.removeprefix("en.").startswith("avenant.") for name in template.names)
        return self.amended if asks else self.plain


def make_trials(
    previews: Sequence[Preview],
    facts_of: Callable[[Entry], Facts],
    findings_of: Callable[[Entry], Sequence[Finding]],
    translations: Translations,
    amendments: Amendments,
) -> Trials:
    """Return the values of ``previews``; ``facts_of`` and ``findings_of`` are the judge's."""
    plain, amended = [], []
    for number, preview in enumerate(previews, 1):
        facts, before = facts_of(preview.entry), facts_of(preview.before)
        values = template_values(facts, translations, draft=True, findings=findings_of(preview.entry))
        plain.append(values)
        reasons = changes(amendments, Side(before, template_values(before, translations)), Side(facts, values))
        early = ends_early(before, facts)
        one = Amendment(
            number=number,
            signed_version=preview.before.version,
            signed_day=preview.before.first_judged,
            reasons=reasons,
            why=_WHY,
            early_end=facts.end if early else None,
            initiative=next(iter(amendments.initiatives.values())) if early else None,
        )
        amended.append(template_values(facts, translations, draft=True, amended=one))
    return Trials(plain, amended)
