-- The register: what outlives a run. Version 2.
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

CREATE TABLE run (
    number INTEGER PRIMARY KEY,
    run_id TEXT NOT NULL UNIQUE,
    day TEXT NOT NULL
) STRICT;

-- A file met before: what it held, so that it need not be read again.
CREATE TABLE file (
    sha256 TEXT PRIMARY KEY,
    fingerprint TEXT NOT NULL,           -- of schemas/ and of the program that read it
    content BLOB NOT NULL                -- compressed JSON: sheets, layouts, rows (pipeline/codec.py)
) STRICT;

CREATE TABLE deposit (
    digest TEXT PRIMARY KEY,
    reference TEXT NOT NULL REFERENCES dossier (reference),
    first_run INTEGER NOT NULL REFERENCES run (number),
    first_day TEXT NOT NULL,
    deposited_at TEXT,
    file TEXT NOT NULL DEFAULT '',         -- where it was first met
    sheet TEXT NOT NULL DEFAULT '',
    line INTEGER NOT NULL DEFAULT 0,
    content BLOB                           -- compressed JSON: its own values and cells (pipeline/codec.py)
) STRICT;

CREATE TABLE dossier (
    reference TEXT PRIMARY KEY,
    year INTEGER NOT NULL,
    number INTEGER NOT NULL,
    folder TEXT NOT NULL,
    etape TEXT NOT NULL DEFAULT 'déposé',  -- the life of the dossier: sent, signed, ended, abandoned
    UNIQUE (year, number)
) STRICT;

-- The keys by which a row's dossier is found again (pipeline/dossiers.py).
CREATE TABLE identity (
    key TEXT PRIMARY KEY,
    reference TEXT NOT NULL REFERENCES dossier (reference)
) STRICT, WITHOUT ROWID;

CREATE TABLE version (
    reference TEXT NOT NULL REFERENCES dossier (reference),
    number INTEGER NOT NULL,
    digest TEXT NOT NULL,
    deposited_at TEXT,
    file TEXT NOT NULL,
    sheet TEXT NOT NULL,
    line INTEGER NOT NULL,
    fingerprint TEXT NOT NULL,             -- of schemas/ and of the configuration that judged it
    status TEXT NOT NULL,
    model TEXT,
    zone TEXT,
    findings TEXT NOT NULL,                -- JSON
    documents TEXT NOT NULL DEFAULT '[]',  -- JSON: paths under the outbox that have been made
    context TEXT NOT NULL DEFAULT '',      -- hash of what other rows contributed to the verdict
    PRIMARY KEY (reference, number)
) STRICT;
