"""Who does the work: this process, a pool of processes, or workers on other machines; the same tasks, the same results."""
