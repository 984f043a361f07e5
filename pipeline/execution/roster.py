"""Which workers of a cluster work for a run: each is asked once, when it comes, and only those that fit get tasks."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import urlsplit

from distributed import Client, Future

from pipeline.execution.worker import Answer, Call, introduce

_LOG = logging.getLogger(__name__)

_BETWEEN_SECONDS = 1.0
"""From one look at who is there to the next."""


class Roster:
    """The workers of one session, by address."""

    def __init__(self, client: Client, call: Call) -> None:
        self._client, self._call = client, call
        self._asked: dict[str, Future[Answer]] = {}
        self._fit: dict[str, bool] = {}
        self._refused: dict[str, tuple[str, ...]] = {}
        self._looked = self._last_fit = time.monotonic()

    @property
    def fit(self) -> Mapping[str, bool]:
        """Address → whether the worker shares the outbox, of those that may be given tasks."""
        return self._fit

    @property
    def waits(self) -> bool:
        """Whether a worker that is there has not answered yet."""
        return bool(self._asked)

    @property
    def missing_seconds(self) -> float:
        """For how long no worker has been fit."""
        return 0.0 if self._fit else time.monotonic() - self._last_fit

    def look(self) -> None:
        """Ask those that have come, hear those that have answered, forget those that have gone.

        Raises OSError when the scheduler does not answer.
        """
        if self._fit:
            self._last_fit = time.monotonic()
        if self._fit and time.monotonic() - self._looked < _BETWEEN_SECONDS:
            return
        present = set(self._client.scheduler_info()["workers"])
        for gone in (self._fit.keys() | self._asked.keys()) - present:
            self._fit.pop(gone, None)
            self._asked.pop(gone, None)
        for new in sorted(present - self._fit.keys() - self._asked.keys() - self._refused.keys()):
            self._asked[new] = self._client.submit(introduce, self._call, workers=[new], pure=False)
        for address, future in list(self._asked.items()):
            if future.status != "pending":
                del self._asked[address]
                self._hear(address, future)
        self._looked = time.monotonic()

    def hear(self, address: str, answer: Answer) -> None:
        """Take in what the worker at ``address`` answers."""
        if answer.problems:
            self._fit.pop(address, None)
            self._refused[address] = answer.problems
        else:
            self._fit[address] = answer.shares

    def notices(self) -> Sequence[str]:
        """Return one French line for the workers of one machine that were given no work for the same reasons."""
        return tuple(self._lines())

    def _lines(self) -> Iterator[str]:
        alike = Counter((urlsplit(address).hostname or address, why) for address, why in self._refused.items())
        for (host, problems), count in sorted(alike.items()):
            some = f"{count} ouvriers de {host} n’ont" if count > 1 else f"Un ouvrier de {host} n’a"
            yield f"{some} reçu aucun travail : {' ; '.join(problems)}."

    def _hear(self, address: str, future: Future[Answer]) -> None:
        if future.status == "finished":
            self.hear(address, future.result())
        elif future.status == "error":
            error = future.exception()
            _LOG.warning("worker %s does not start: %r", address, error)
            problem = (
                f"le programme n’y démarre pas ({type(error).__name__}) : installez-le sur cette machine par « make »"
            )
            self.hear(address, Answer(problems=(problem,)))
