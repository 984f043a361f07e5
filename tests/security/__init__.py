"""One test per threat of docs/security.md."""
