"""Personal data (RGPD): what is erased, searched for, handed over and kept, and for how long."""
