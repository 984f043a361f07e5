"""``python -m pipeline`` is the command ``conventions``."""

from pipeline.cli import main

if __name__ == "__main__":
    main()
