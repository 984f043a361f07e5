"""What ``rapport.html`` and ``rapport.pdf`` are made of: dossiers as lines, destinations, charts, words in two languages."""
