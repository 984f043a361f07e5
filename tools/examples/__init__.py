"""Makes the example exports of ``examples/``: invented people and hosts, real-life ugliness."""
