-- The register: what outlives a run. Version 5.
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

CREATE TABLE run (
    number INTEGER PRIMARY KEY,
    run_id TEXT NOT NULL UNIQUE,
    day TEXT NOT NULL,
    totals TEXT NOT NULL DEFAULT '{}'      -- JSON: rows and number of each status
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
CREATE INDEX deposit_of ON deposit (reference);

CREATE TABLE dossier (
    reference TEXT PRIMARY KEY,
    year INTEGER NOT NULL,
    number INTEGER NOT NULL,
    folder TEXT NOT NULL,
    etape TEXT NOT NULL DEFAULT 'déposé',  -- the life of the dossier: sent, signed, ended, abandoned
    since TEXT NOT NULL DEFAULT '',        -- day since which it is in this étape
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
    made_from TEXT NOT NULL DEFAULT '',    -- hash of the verdict that the documents are made from; '': of another one
    PRIMARY KEY (reference, number)
) STRICT;

-- What managers and the program told of a dossier, in order; the last of each « what » is its state.
CREATE TABLE event (
    number INTEGER PRIMARY KEY,
    reference TEXT NOT NULL REFERENCES dossier (reference),
    what TEXT NOT NULL,                    -- key of schemas/follow_up.yaml, or étape, correction, avenant, lettre, relance
    value TEXT NOT NULL,                   -- JSON (pipeline/codec.py); null takes back
    at TEXT NOT NULL,
    who TEXT NOT NULL,
    version INTEGER NOT NULL,
    file TEXT, sheet TEXT, line INTEGER,   -- the row of the workbook; NULL for the program
    run INTEGER REFERENCES run (number)
) STRICT;
CREATE INDEX event_of ON event (reference, what);

-- Managers' answers to findings « à vérifier »; the last of (target, rule) holds.
CREATE TABLE decision (
    number INTEGER PRIMARY KEY,
    reference TEXT NOT NULL REFERENCES dossier (reference),
    rule TEXT NOT NULL,
    choice TEXT NOT NULL,
    reason TEXT NOT NULL,
    by TEXT NOT NULL,
    day TEXT NOT NULL,
    reach TEXT NOT NULL,
    judged TEXT NOT NULL,                  -- hash of the values that it judged
    target TEXT NOT NULL,
    at TEXT NOT NULL
) STRICT;
CREATE INDEX decision_of ON decision (reference);
CREATE INDEX decision_on ON decision (target, rule);

-- What was erased: a keyed hash of each deposit, by which the same row is passed over when it comes again.
CREATE TABLE erased (mark TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;

-- Counts of the dossiers that were erased, without their references (pipeline/privacy/tally.py).
CREATE TABLE tally (
    year INTEGER NOT NULL,                 -- first year of the academic year
    programme TEXT NOT NULL,
    what TEXT NOT NULL,                    -- dossiers, statut, zone, règle, heures…
    value TEXT NOT NULL,
    number INTEGER NOT NULL,
    PRIMARY KEY (year, programme, what, value)
) STRICT, WITHOUT ROWID;

INSERT INTO meta VALUES ('revision', '0'); -- raised by one by every transaction
