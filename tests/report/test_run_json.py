"""run.json keeps the shape that other programs rely on."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest

from pipeline.model import Failure, Outcome
from pipeline.report.run_json import run_json, totals
from tests.report.outcomes import empty_outcome, full_outcome, sound_outcome, verdict

ROW = {"source": str, "sheet": str, "row": int, "reference": (str, type(None))}
SHAPE: dict[str, Any] = {
    "run_id": str,
    "date": str,
    "version": str,
    "sources": [
        {
            "file": str,
            "sheet": str,
            "sha256": str,
            "profile": (str, type(None)),
            "state": str,
            "reason": (str, type(None)),
            "rows": int,
            "unread": [{"row": int, "reason": str}],
            "notes": [str],
        }
    ],
    "dossiers": [
        {
            "source": str,
            "sheet": str,
            "row": int,
            "reference": (str, type(None)),
            "status": str,
            "model": (str, type(None)),
            "zone": (str, type(None)),
            "documents": [str],
            "borrowed": [{"fields": [str], **ROW}],
            "findings": [
                {
                    "rule": str,
                    "severity": str,
                    "motif": (str, type(None)),
                    "jalon": str,
                    "fields": [str],
                    "cells": [str],
                    "message": str,
                    "fix": str,
                    "actor": str,
                    "source": str,
                    "others": [ROW],
                    "decision": (dict, type(None)),
                }
            ],
        }
    ],
    "totals": dict.fromkeys(
        ("rows", "prêt", "à vérifier", "à corriger", "refusé", "réorienté", "remplacé", "repris"), int
    ),
    "failures": [{"path": str, "reason": str}],
    "notices": [str],
    "timings": {"seconds": float, "made": int},
}


def faults(data: Any, shape: Any, where: str = "run.json") -> list[str]:
    """Return where ``data`` departs from ``shape``, the order of the keys included."""
    if isinstance(shape, dict):
        if not isinstance(data, dict) or list(data) != list(shape):
            return [f"{where}: keys {list(data) if isinstance(data, dict) else data!r}"]
        return [fault for key in shape for fault in faults(data[key], shape[key], f"{where}.{key}")]
    if isinstance(shape, list):
        if not isinstance(data, list):
            return [f"{where}: not a list"]
        return [fault for i, item in enumerate(data) for fault in faults(item, shape[0], f"{where}[{i}]")]
    return [] if isinstance(data, shape) else [f"{where}: {data!r}"]


def whole(outcome: Outcome) -> str:
    """Return run.json in one piece."""
    return "".join(run_json(outcome))


@pytest.mark.parametrize("outcome", [full_outcome(), sound_outcome(), empty_outcome()])
def test_the_pieces_are_one_text_as_it_is_always_written(outcome: Outcome) -> None:
    assert whole(outcome) == json.dumps(json.loads(whole(outcome)), ensure_ascii=False, indent=1) + "\n"


@pytest.mark.parametrize("outcome", [full_outcome(), sound_outcome(), empty_outcome()])
def test_the_shape_is_the_one_of_the_design(outcome: Any) -> None:
    assert faults(json.loads(whole(outcome)), SHAPE) == []


def test_a_missing_or_misplaced_key_is_seen_by_the_shape() -> None:
    data = json.loads(whole(full_outcome()))
    data["dossiers"][0]["etat"] = data["dossiers"][0].pop("status")
    assert faults(data, SHAPE)


def test_the_statuses_add_up_to_the_rows_and_each_is_present() -> None:
    data = json.loads(whole(full_outcome()))["totals"]
    assert data.pop("rows") == sum(data.values()) == 10
    assert totals(())["remplacé"] == 0


def test_the_rows_come_in_the_order_of_their_places_whatever_the_order_given() -> None:
    outcome = full_outcome()
    shuffled = dataclasses.replace(outcome, verdicts=outcome.verdicts[::-1], sources=outcome.sources[::-1])
    assert whole(outcome) == whole(shuffled)
    places = [(d["source"], d["sheet"], d["row"]) for d in json.loads(whole(shuffled))["dossiers"]]
    assert places == sorted(places)


def test_unread_rows_failures_and_null_references_are_told() -> None:
    outcome = dataclasses.replace(full_outcome(), verdicts=(verdict(4, "prêt", reference=None),), documents={})
    data = json.loads(whole(outcome))
    assert data["dossiers"][0]["reference"] is None
    assert {"row": 14, "reason": "ligne de total"} in [u for s in data["sources"] for u in s["unread"]]
    assert len(data["failures"]) == 1


def test_a_lone_surrogate_leaves_a_readable_file() -> None:
    outcome = dataclasses.replace(full_outcome(), failures=(Failure("x\ud800", "é"),))
    text = whole(outcome)
    text.encode()
    assert json.loads(text)["failures"][0]["path"] == "x\ud800"
    assert "é" in text
