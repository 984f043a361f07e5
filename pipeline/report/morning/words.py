"""The page in two languages: the French stands in the HTML, the English in a table that the language switch reads."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Literal, TypeAlias

from markupsafe import Markup, escape

from pipeline.desk.stages import ENGLISH
from pipeline.report.phrases import typographic

Tag: TypeAlias = Literal["span", "bdi", "small", "summary"]


@dataclass(frozen=True, slots=True)
class Text:
    """The same words in French and in English; without English they stay French, and are marked so."""

    fr: str
    en: str = ""


def by_word(words: dict[str, str]) -> dict[str, Text]:
    """Return the texts of words that are keys as well: their French is the key."""
    return {word: Text(word, english) for word, english in words.items()}


STATUSES = by_word({
    "à corriger": "to be corrected",
    "à vérifier": "to be checked",
    "prêt": "ready",
    "refusé": "refused",
    "réorienté": "redirected",
    "remplacé": "replaced",
    "repris": "taken over",
})  # fmt: skip
ETAPES = {etape: Text(etape, english) for etape, english in ENGLISH.items()}
ACTORS = {
    "étudiant": Text("étudiante ou étudiant", "student"),
    "organisme": Text("organisme d’accueil", "host organisation"),
    "référent": Text("enseignante ou enseignant référent", "academic advisor"),
    "responsable pédagogique": Text("responsable pédagogique", "programme director"),
    "gestionnaire": Text("gestionnaire", "manager"),
    "relations internationales": Text("relations internationales", "international office"),
    "sécurité défense": Text("sécurité et défense", "security and defence officer"),
    "université": Text("université", "university"),
}
PARTIES = by_word({
    "organisme": "host",
    "tuteur": "internship supervisor",
    "second encadrant": "second supervisor",
    "référent": "academic advisor",
    "étudiant": "student",
    "représentant légal": "legal guardian",
    "université": "university",
})  # fmt: skip
CHANNELS = by_word({"papier": "paper", "numérisée": "scan", "électronique": "electronic"})
MODELS = {
    "français": Text("modèle français", "French model"),
    "francophone": Text("modèle francophone", "French-language model"),
    "bilingue": Text("modèle bilingue", "bilingual model"),
}
LEVELS = {
    "À corriger": "To be corrected",
    "À vérifier": "To be checked",
    "Attendu avant la signature": "Awaited before signature",
    "Pour information": "For information",
    "Refus": "Refusal",
    "Autre service": "Another service",
}
STATUS_MEANINGS = {
    "à corriger": "Something is missing or does not fit: the agreement waits for the correction.",
    "à vérifier": "The agreement is made and marked “PROJET” (draft); it waits for your decision.",
    "prêt": "The agreement is ready to be sent for signature.",
    "refusé": "The agreement cannot be drawn up as it stands; the message says why.",
    "réorienté": "Another service draws up the agreement; the message says which.",
    "remplacé": "A newer version of the same form has come in; this row no longer counts.",
    "repris": "The internship was handled before this software came: it counts, and nothing is made.",
}
KINDS = {
    "Convention": "Agreement",
    "Annexe étranger": "Appendix, internship abroad",
    "Annexe Pacifique": "Appendix, Pacific territories",
    "Annexe confidentielle": "Confidential appendix",
    "Note sur les deux conventions": "Note on the two agreements",
    "Fiche de synthèse": "Summary sheet",
    "Attestation à remplir": "Certificate to be filled in",
    "Fiche accident": "Accident sheet",
    "Avenant": "Amendment",
    "Message de l’avenant": "Message of the amendment",
    "Message à l’organisme pour l’attestation": "Message to the host, certificate",
    "Pièces à fournir": "Documents to supply",
    "Message": "Message",
    "Départs à l’étranger": "Departures abroad",
    "Messages à envoyer": "Messages to send",
}
"""English of the titles of documents and lists that the page meets most; others keep their French title."""


class Words:
    """Writes texts into the page and gathers their English; not shared between pages."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._written: dict[tuple[str, str, str, str], Markup] = {}

    def number(self, english: str) -> int:
        """Return the place of ``english`` in :meth:`table`."""
        return self._numbers.setdefault(english, len(self._numbers))

    def text(self, french: str, english: str = "", tag: Tag = "span", css: str = "") -> Markup:
        """Return ``french``, escaped, in an element that the language switch finds; ``css`` are its classes."""
        key = (french, english, tag, css)
        if key not in self._written:
            kind = f' class="{escape(css)}"' if css else ""
            start = f"<{tag}{self.mark(english)}{kind}>"
            # Many dossiers say the same: each text is escaped once.
            self._written[key] = Markup(f"{start}{escape(typographic(french))}</{tag}>")  # noqa: S704 (escaped)
        return self._written[key]

    def mark(self, english: str) -> Markup:
        """Return the attribute by which the language switch finds an element that holds a French text alone."""
        mark = f" data-n={self.number(english)}" if english else " lang=fr"
        return Markup(mark)  # noqa: S704 (a number, or our own word)

    def of(self, text: Text, tag: Tag = "span", css: str = "") -> Markup:
        """Return ``text`` as :meth:`text` does."""
        return self.text(text.fr, text.en, tag, css)

    def label(self, french: str, english: str) -> Markup:
        """Return the attributes that name an element in both languages."""
        return Markup('aria-label="{}" data-l="{}"').format(typographic(french), self.number(english))

    def table(self) -> Markup:
        """Return the English texts as JSON that cannot leave its script element."""
        return as_data(list(self._numbers))


def as_data(value: object) -> Markup:
    """Return ``value`` as JSON for a ``script`` element: no ``<``, ``>`` or ``&`` stands in it."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)  # noqa: S704 (escaped two lines above)
