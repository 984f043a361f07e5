"""Figures, each a ratio within one run on one machine; never asserted by a test (docs/performance.md says how)."""
