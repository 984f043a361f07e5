"""What the machine of the nights has and lacks: checks, one small function each, and how to mend what they find."""

from pipeline.doctor.checks import CHECKS, context_of, examine, status_of
from pipeline.doctor.machine import Machine, this_machine
from pipeline.doctor.values import Check, Context, State

__all__ = ["CHECKS", "Check", "Context", "Machine", "State", "context_of", "examine", "status_of", "this_machine"]
