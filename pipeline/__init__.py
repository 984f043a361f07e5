"""From a contact-form export to ready-to-sign internship agreements."""

__version__ = "0.1.0"
