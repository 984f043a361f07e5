"""The manager's desk: what she tells about a dossier, the life that it leads, and what is to be done next."""
