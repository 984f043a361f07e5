"""The Word templates and the words they are built from."""
