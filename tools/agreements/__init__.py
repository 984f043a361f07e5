"""The builder of the Word templates: words in YAML, layout in Python, result in templates_docx/."""
