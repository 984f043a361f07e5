"""Returned workbooks of corrections → deposits: three ways, what was shown, what stands now, what came back."""

from pipeline.corrections.knowledge import Knowledge
from pipeline.corrections.taking import TakenIn, corrected, recalled, take_in, told

__all__ = ["Knowledge", "TakenIn", "corrected", "recalled", "take_in", "told"]
