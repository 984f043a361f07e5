"""``python -m pipeline`` is the command ``conventions``."""

from __future__ import annotations

import sys

from pipeline.endings import INTERRUPTED, end_at_once, end_no_more

TYPE_CHECKING = False  # see pipeline/endings.py
if TYPE_CHECKING:
    from typing import NoReturn


def main() -> NoReturn:
    """Run the command line, imported here: a worker process imports this module anew and needs none of it."""
    end_at_once()
    from pipeline.cli import main as command

    try:
        command()
    except KeyboardInterrupt:  # while it told how it had ended
        sys.exit(INTERRUPTED)
    finally:
        end_no_more()


if __name__ == "__main__":
    main()
