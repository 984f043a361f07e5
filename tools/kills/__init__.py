"""Nights that are killed: the nights, the kills, and whether the outcome is that of an uninterrupted one."""
