"""How the labels of columns are compared."""

from __future__ import annotations

import functools
import re

from pipeline.tables.words import fold

_HINT = re.compile(
    r"\(\s*(?:obligatoire|facultatif|optionnel|requis|required|optional|oui\s*/\s*non|yes\s*/\s*no|"
    r"[jd]{2}/mm/(?:aaaa|yyyy)|\d+ (?:chiffres|caractères|digits)|le cas échéant|"
    r"si connue?|si applicable)\s*\)",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"^(?:n|no|nr|num|numero)(?= )")


@functools.lru_cache(maxsize=16384)
def header_key(label: str) -> str:
    """Return what two writings of one header share: « N° étudiant * : » and « NUMÉRO ETUDIANT » are one.

    Hints such as « (obligatoire) » count for nothing; « N° », « No » and « Num » are « Numéro ».
    """
    return _NUMBER.sub("numero", fold(_HINT.sub(" ", label)))
