"""What perfect forms are made of: places, days, stipends, and the ways in which cells are written."""
