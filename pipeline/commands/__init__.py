"""The commands that have commands of their own, one module each; the others stand in :mod:`pipeline.cli`."""
