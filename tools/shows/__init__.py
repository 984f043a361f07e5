"""What a manager lives through, played from the outside: each module is one script, ``python -m tools.shows.<name>``."""
