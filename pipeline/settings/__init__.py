"""The parts of ``conventions.toml`` that have a shape and a meaning of their own; :mod:`pipeline.config` reads them all."""
