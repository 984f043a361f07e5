"""The shape of what a template gets: groups of names, whose values are text, lists or groups."""

from __future__ import annotations

from typing import Any, TypeAlias

Tree: TypeAlias = dict[str, Any]
