"""The checklist of documents for one student: only the lines that apply, why, who issues, what to check.

``schemas/checklist.yaml`` holds the words, ``reference/document_matrix.csv`` the statuses by zone.
"""

from pipeline.documents.checklist.html import checklist_html
from pipeline.documents.checklist.lines import Line
from pipeline.documents.checklist.page import ChecklistPage, checklist_values
from pipeline.documents.checklist.pieces import Block, Checklist, Piece, Text, load_checklist

__all__ = [
    "Block",
    "Checklist",
    "ChecklistPage",
    "Line",
    "Piece",
    "Text",
    "checklist_html",
    "checklist_values",
    "load_checklist",
]
