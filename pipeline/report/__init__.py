"""What a run tells: run.json, the workbook to correct, the page, the terminal, the journal."""
