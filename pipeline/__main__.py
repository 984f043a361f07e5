"""``python -m pipeline`` is the command ``conventions``."""

from __future__ import annotations

from typing import NoReturn


def main() -> NoReturn:
    """Run the command line, imported here: a worker process imports this module anew and needs none of it."""
    from pipeline.cli import main as command

    command()


if __name__ == "__main__":
    main()
