"""Documents: the values that templates ask for, and the making of .docx, .html, .eml and .pdf files."""
