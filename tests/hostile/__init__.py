"""Whatever may be dropped into an inbox: a corpus of bad files, what becomes of each, and fuzzing."""
