"""Reading of the reference tables (UTF-8 CSV, comma) that managers may edit."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

from pipeline.errors import SetupError


def read_csv(path: Path, columns: Iterable[str]) -> list[dict[str, str]]:
    """Return the rows of ``path``, stripped; ``columns`` must all be there.

    Raises SetupError (status 2) when the file or a column is missing.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.DictReader(stream)
            missing = [c for c in columns if c not in (reader.fieldnames or ())]
            if missing:
                raise SetupError(str(path), missing[0], "colonne absente", "Rétablissez l’en-tête de la table.")
            return [{k: (v or "").strip() for k, v in row.items() if k is not None} for row in reader]
    except OSError as error:
        raise SetupError(str(path), "", "table illisible", f"Rétablissez le fichier ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise SetupError(str(path), "", "la table n’est pas en UTF-8", "Enregistrez-la en « CSV UTF-8 ».") from error
