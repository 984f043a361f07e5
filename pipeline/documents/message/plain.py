"""A message as plain text, French first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from pipeline.documents.message.body import Body, HostBody

if TYPE_CHECKING:
    from pipeline.documents.message.mail import Part

_BETWEEN = "\n\n– – –\n\n"
_RULE = "=" * 60


def plain(opening: Sequence[str], parts: Sequence[Part]) -> str:
    """Write the message: one part after the other, each under its title when there are several."""
    several = len(parts) > 1
    texts = ["\n\n".join(opening)] if opening else []
    texts += [_part(part, several) for part in parts]
    return "\n\n\n".join(texts) + "\n"


def _part(part: Part, several: bool) -> str:
    text = _BETWEEN.join("\n".join(_lines(body)).strip() for body in part.bodies)
    if several:
        text = f"{_RULE}\n{' '.join(part.title.split())}\n{_RULE}\n\n{text}"
    if part.to_host:
        title = " / ".join(body.title for body in part.to_host)
        forwarded = _BETWEEN.join("\n".join(_host_lines(body)) for body in part.to_host)
        text = f"{text}\n\n\n----- {title} -----\n\n{forwarded}\n\n-----"
    return text


def _lines(body: Body) -> Iterator[str]:
    for text in (body.greeting, body.opening):
        if text:
            yield f"{text}\n"
    for section in body.sections:
        for text in (section.heading, section.lead):
            if text:
                yield f"{text}\n"
        for said, fix in section.items:
            yield f"- {said}\n  {fix}\n" if fix else f"- {said}\n"
    yield from (f"{text}\n" for text in body.closing)
    yield from filter(None, (body.farewell, *body.signature))


def _host_lines(body: HostBody) -> Iterable[str]:
    yield f"{body.greeting}\n"
    yield f"{body.opening}\n"
    yield from (f"- {item}\n" for item in body.items)
    yield from (f"{text}\n" for text in (*body.closing, body.farewell))
    yield from body.signature
