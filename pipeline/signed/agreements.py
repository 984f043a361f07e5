"""What stands when a night begins: the agreements that people hold, the changes that wait, the hours that count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.model import Entry, Verdict
from pipeline.register.values import Held, Stored
from pipeline.signed.after_signing import Desk, Later, Pending, decide, pendings
from pipeline.signed.counted import in_force
from pipeline.signed.issued import Issued, given_up, issued_dossiers, may_be_issued
from pipeline.verdicts import InForce


@dataclass(frozen=True, slots=True)
class Agreements:
    """The issued dossiers of the register, by reference."""

    desk: Desk
    issued: Mapping[str, Issued]
    pending: Mapping[str, Pending]
    """Of this run, those whose form has changed since the signature."""
    in_force: Mapping[str, InForce]
    stored: Mapping[str, Stored]

    def later(self, verdicts: Sequence[Verdict]) -> Later:
        """Return what this night makes for them, and what became of each change."""
        return decide(self.pending, self.issued, verdicts, self.desk)

    @property
    def held(self) -> Mapping[str, Issued]:
        """The agreements that no night may touch: what was sent under the PROJET mark is a draft, not an agreement."""
        return {
            reference: one
            for reference, one in self.issued.items()
            if one.binding or reference not in self.stored or self.stored[reference].verdict[0] != "à vérifier"
        }


def agreements(entries: Sequence[Entry], held: Sequence[Held], stored: Mapping[str, Stored], desk: Desk) -> Agreements:
    """Return what stands; ``held`` are the dossiers that no file of this run shows, ``stored`` all current versions."""
    told = desk.register.told()
    issued = issued_dossiers(
        desk.register.events_of(reference for reference, state in told.items() if may_be_issued(state)),
        from_sending=desk.setup.settings.amended_from_sending,
    )
    pending = pendings(issued, entries, desk)
    counts = in_force(pending, issued, given_up(told), entries, held, stored, desk)
    return Agreements(desk, issued, pending, counts, stored)
