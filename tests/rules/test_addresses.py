"""An e-mail address is judged by the library, whatever is remembered of its domain."""

from __future__ import annotations

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import given
from hypothesis import strategies as st

from pipeline.check.rules.identity import is_address

_LOCALS = st.sampled_from(
    ["a", "jean.dupont", "a..b", ".a", "a.", "a b", "é", '"a b"', "a" * 64, "a" * 65, "", "a@b", "x+y", "N <x"]
)
_DOMAINS = st.sampled_from([
    "univ-exemple.fr", "exemple", "exemple.fr.", "-a.fr", "a_b.fr", "é.fr", "xn--9ca.fr", "[127.0.0.1]", "a.fr>", "", "localhost",
    "a" * 63 + ".fr", "a" * 64 + ".fr", ".".join(["a" * 60] * 4) + ".fr", "x.test", "a.fr ", "Exemple.FR",
])  # fmt: skip


def _library(text: str) -> bool:
    try:
        validate_email(text, check_deliverability=False)
    except EmailNotValidError:
        return False
    return True


@given(_LOCALS, _DOMAINS)
def test_an_address_is_what_the_library_says(local: str, domain: str) -> None:
    assert is_address(f"{local}@{domain}") == _library(f"{local}@{domain}")


@pytest.mark.parametrize("text", ["", "@", "a", "univ-exemple.fr", "a@b@univ-exemple.fr"])
def test_what_is_no_address_is_none(text: str) -> None:
    assert not is_address(text)


@given(st.text(alphabet='ab.@-_é "<>', max_size=14))
def test_any_text_is_judged_as_the_library_judges_it(text: str) -> None:
    assert is_address(text) == _library(text)
