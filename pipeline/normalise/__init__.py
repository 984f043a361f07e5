"""From raw cells to typed values: one pass over a form, and what cannot be read is kept as a value too."""

from pipeline.normalise.cells import FORMULA_ERROR, shown
from pipeline.normalise.deposit import normalise, normalise_all
from pipeline.normalise.nir import MASK
from pipeline.normalise.private import masked_cell, masked_remark

__all__ = ["FORMULA_ERROR", "MASK", "masked_cell", "masked_remark", "normalise", "normalise_all", "shown"]
