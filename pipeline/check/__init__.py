"""Judging: the Cerberus schema, then the rules; the only stage that makes findings."""
