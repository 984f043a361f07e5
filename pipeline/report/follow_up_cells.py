"""What the cells of « Dossiers » hold: the computed values, hers as told or as the form says, and how they look."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from urllib.parse import quote

from pipeline.desk.cells import form_value, show
from pipeline.desk.columns import NOT_CONCERNED, Column, Columns
from pipeline.desk.model import Etape, FollowUp
from pipeline.desk.signing import current, holders, holding_since, is_abroad, last_day, university_waits
from pipeline.desk.stages import SIGNED
from pipeline.language import NBSP, money, number, short_date
from pipeline.model import CellValue, Value
from pipeline.report.departures import LEVELS, UNKNOWN
from pipeline.report.looks import Tone
from pipeline.report.phrases import country, country_code, day, host, programme, student
from pipeline.tables import Tables

REPORT = "rapports/dernier/rapport.html"
"""Where the cells « Statut » lead, from the folder of the workbook."""
_CLOSED: frozenset[Etape] = frozenset({"terminé", "abandonné", "refusé", "réorienté", "repris"})
_LINKED: Mapping[str, str] = {"modele": "convention_", "numero": "pieces_", "avenants": "avenant_"}
"""Column → how the name of the document begins that its cell opens. Calc does not wrap a linked text: short ones alone."""
_SHORT = 14
"""Characters that a linked cell shows whole."""


@dataclass(frozen=True, slots=True)
class Filled:
    """One cell."""

    value: CellValue
    tone: Tone = "plain"
    link: str | None = None
    """Relative to the folder of the workbook."""
    comment: str = ""
    of_form: bool = False
    """Hers, but nobody told it: the form says it."""


def is_closed(follow_up: FollowUp) -> bool:
    """Tell whether nothing more is expected of the dossier."""
    return follow_up.etape in _CLOSED


def order(follow_up: FollowUp) -> tuple[int, date, str]:
    """Sort dossiers: what is to be settled first, then what is signed, then what is closed; each by start."""
    rank = 2 if is_closed(follow_up) else 1 if follow_up.etape == "signé" else 0
    return rank, day(follow_up.verdict, "stage.date_debut") or date.max, follow_up.reference


def fill(follow_up: FollowUp, columns: Columns, tables: Tables, today: date) -> Mapping[str, Filled]:
    """Return the cells of one dossier by the key of their column."""
    values = _computed(follow_up, columns, tables, today)
    signing = _signing(follow_up)
    return {
        key: _hers(follow_up, column, signing) if column.hers else _ours(follow_up, column, values)
        for key, column in columns.items()
    }


def _ours(follow_up: FollowUp, column: Column, values: Mapping[str, CellValue]) -> Filled:
    value = values[column.computed or ""]
    link = _link(follow_up, column.computed or "") if value is not None and len(str(value)) <= _SHORT else None
    tone: Tone = "link" if link else "plain"
    if column.computed == "alerte" and value is not None:
        tone = "decide"
    elif column.computed == "pieces_completes" and value not in ("oui", NOT_CONCERNED):
        tone = "await"
    elif value == NOT_CONCERNED:
        tone = "absent"
    return Filled(value, tone, link)


def _link(follow_up: FollowUp, name: str) -> str | None:
    if name == "statut":
        return f"{REPORT}#{follow_up.reference}" if follow_up.reference else REPORT
    if name == "reference":
        # A folder that holds nothing yet may not be there.
        folder = follow_up.verdict.entry.folder
        return f"{quote(folder)}/" if follow_up.documents and folder else None
    start = _LINKED.get(name)
    if start is None:
        return None
    found = [path for path in follow_up.documents if path.rpartition("/")[2].startswith(start)]
    found.sort(key=lambda path: (not path.endswith(".pdf"), path))
    pages = [path for path in found if path.endswith(".pdf")] or found
    return quote(pages[-1] if name == "avenants" else pages[0]) if pages else None


def _computed(follow_up: FollowUp, columns: Columns, tables: Tables, today: date) -> Mapping[str, CellValue]:
    verdict, action = follow_up.verdict, follow_up.action
    values = verdict.entry.deposit.values
    start, end = day(verdict, "stage.date_debut"), day(verdict, "stage.date_fin")
    return {
        "alerte": "\n".join(follow_up.alerts) or None,
        "debut": start,
        "jours": (start - today).days if start is not None and start >= today else None,
        "nom": student(verdict) or None,
        "numero": _said(values.get("etudiant.numero")),
        "reference": follow_up.reference,
        "numero_source": _said(values.get("formulaire.identifiant")),
        "statut": _status(follow_up),
        "action": action.verb,
        "qui": action.who if action.verb else None,
        "echeance": action.deadline,
        "organisme": host(verdict) or None,
        "ville": _said(values.get("stage.lieu_ville") or values.get("organisme.ville")),
        "pays": country(verdict, tables) or None,
        "fin": end,
        "heures": _amount(verdict.entry.cumulated_hours or values.get("stage.duree_heures")),
        "gratification": _stipend(values),
        "formation": programme(verdict),
        "departement": _said(values.get("formation.departement")),
        "modele": verdict.model,
        "referent": _person(values, "enseignant"),
        "tuteur": _person(values, "tuteur"),
        "pieces_completes": _completeness(follow_up, columns),
        "avis": _advice(follow_up, tables),
        "avenants": follow_up.amendments or None,
        "modifie": _last_change(follow_up),
    }


def _status(follow_up: FollowUp) -> str:
    """Return the étape; of an agreement on its way, also what its form has become since."""
    status = follow_up.verdict.status
    if follow_up.etape in ("envoyé", "signé") and status not in ("prêt", "repris", "remplacé"):
        return f"{follow_up.etape} (fiche {status})"
    return follow_up.etape


def _said(value: Value | None) -> str | None:
    return None if value is None else str(value)


def _amount(value: Value | None) -> CellValue:
    if not isinstance(value, Decimal):
        return None
    return int(value) if value == value.to_integral_value() else float(value)


def _person(values: Mapping[str, Value], role: str) -> str | None:
    names = (_said(values.get(f"{role}.{part}")) for part in ("nom", "prenom"))
    return " ".join(name for name in names if name) or None


def _stipend(values: Mapping[str, Value]) -> str | None:
    amount = values.get("gratification.montant")
    if amount is None:
        return "aucune" if values.get("gratification.versee") is False else None
    text = str(amount)
    if isinstance(amount, Decimal):
        currency = str(values.get("gratification.devise") or "EUR")
        text = money(amount, currency, "fr") if len(currency) == 3 else number(amount, "fr")
    unit = values.get("gratification.unite")
    return f"{text} par {unit}" if isinstance(unit, str) else text


def _completeness(follow_up: FollowUp, columns: Columns) -> str:
    """Return « oui », or what is missing under the short names of the columns."""
    if not follow_up.pieces or follow_up.verdict.status in ("réorienté", "refusé"):
        return NOT_CONCERNED
    if follow_up.complete:
        return "oui"
    # A column for several documents that no field of the form tells names none of them.
    named = (column for column in columns.hers if column.field or column.until or len(column.pieces) == 1)
    titles = {code: column.title.partition(" (")[0] for column in named for code in column.pieces}
    missing = (p for p in follow_up.pieces if p.required and not p.settled)
    return f"manque{NBSP}: {', '.join(dict.fromkeys(titles.get(p.code, p.label) for p in missing))}"


def _advice(follow_up: FollowUp, tables: Tables) -> str | None:
    if not is_abroad(follow_up):
        return NOT_CONCERNED
    code = country_code(follow_up.verdict)
    found = tables.advice.get(code) if code else None
    return f"{LEVELS[found.level]}, {short_date(found.as_of)}" if found else UNKNOWN


def _last_change(follow_up: FollowUp) -> str | None:
    hers = [event for event in follow_up.told.values() if event.place is not None or event.who]
    if not hers:
        return None
    last = max(hers, key=lambda event: (event.at, event.what))
    return f"{short_date(last.at.date())}, {last.who}" if last.who else short_date(last.at.date())


@dataclass(frozen=True, slots=True)
class _Signing:
    """Where the signatures of one dossier stand."""

    awaited: str
    """Key of the column that is waited for now; "" for none."""
    comments: Mapping[str, str]
    concerned: frozenset[str]
    """Keys of the columns in which somebody signs."""


def _signing(follow_up: FollowUp) -> _Signing:
    by_key = holders(follow_up)
    now = current(follow_up)
    comments = {}
    for key, people in by_key.items():
        if len(people) > 1 and any(person.day is None for person in people):
            named = " et ".join(" ".join(filter(None, (p.party, p.holder))) for p in people)
            comments[key] = f"Signent ici{NBSP}: {named}. Inscrivez la date de la dernière des deux signatures."
    if now is not None:
        since = holding_since(follow_up)
        where = f"La convention est chez{NBSP}: {now.holder or now.party}"
        told = where + (f", depuis le {short_date(since)}" if since else "")
        told += f". Toutes les signatures sont attendues {last_day(follow_up)}." if last_day(follow_up) else "."
        comments[now.key] = "\n".join(filter(None, (told, comments.get(now.key))))
        waits = university_waits(follow_up)
        if waits:
            comments[SIGNED] = f"L’université ne peut pas encore signer{NBSP}:\n" + "\n".join(
                f"– {wait}" for wait in waits
            )
    return _Signing(now.key if now else "", comments, frozenset(by_key))


def _hers(follow_up: FollowUp, column: Column, signing: _Signing) -> Filled:
    event = follow_up.told.get(column.key)
    comment = signing.comments.get(column.key, "")
    if event is not None:
        good = event.value is not False and (column.signature or bool(column.pieces))
        return Filled(show(column, event.value), "done" if good else "plain", None, comment)
    if not _concerns(follow_up, column, signing):
        return Filled(NOT_CONCERNED, "absent")
    if column.key == "gestionnaire" and follow_up.manager:
        return Filled(follow_up.manager, "known", of_form=True)
    if (value := form_value(column, follow_up.verdict.entry.deposit.values)) is not None:
        return Filled(show(column, value), "known", None, comment, of_form=True)
    return Filled(None, "await" if _awaited(follow_up, column, signing) else "plain", None, comment)


def _concerns(follow_up: FollowUp, column: Column, signing: _Signing) -> bool:
    """Tell whether the column concerns the dossier: its documents are on the list, it is abroad, somebody signs there."""
    if column.pieces:
        return any(piece.code in column.pieces for piece in follow_up.pieces)
    if column.abroad:
        return is_abroad(follow_up)
    return not column.signature or not signing.concerned or column.key in signing.concerned


def _awaited(follow_up: FollowUp, column: Column, signing: _Signing) -> bool:
    if is_closed(follow_up):
        return False
    if column.pieces:
        return any(p.required and not p.settled for p in follow_up.pieces if p.code in column.pieces)
    return column.key == signing.awaited or (column.key == "fsd_reponse" and is_abroad(follow_up))
