"""The form of the register's file (sts.md 10.7).

Every row carries a seal over its table and its values. That of a slip covers the seals of its
tokens, its payment and its former key (`content`), and the seal of the slip before. `total` counts
the rows of each table, so that one that is missing shows without reading all.
"""

APPLICATION_ID = 0x736D7672
"""`smvr`."""

VERSION = 3

SCHEMA = """
CREATE TABLE total (
    name TEXT PRIMARY KEY, rows INTEGER NOT NULL, seal BLOB NOT NULL
) STRICT;
CREATE TABLE vending_key (
    sgc TEXT NOT NULL, krn INTEGER NOT NULL, dkga TEXT NOT NULL, kt INTEGER NOT NULL,
    base INTEGER NOT NULL, file TEXT NOT NULL, test INTEGER NOT NULL,
    seal BLOB NOT NULL,
    PRIMARY KEY (sgc, krn, dkga, kt)
) STRICT;
CREATE TABLE meter (
    drn TEXT PRIMARY KEY,
    sgc TEXT NOT NULL, krn INTEGER NOT NULL, kt INTEGER NOT NULL, ti TEXT NOT NULL,
    base INTEGER NOT NULL, dkga TEXT NOT NULL, ea TEXT NOT NULL, ken INTEGER NOT NULL,
    manufactured TEXT NOT NULL,
    commodity TEXT NOT NULL, currency TEXT NOT NULL, tariff TEXT NOT NULL, key_file TEXT NOT NULL,
    seal BLOB NOT NULL
) STRICT;
CREATE TABLE last_tid (
    drn TEXT NOT NULL REFERENCES meter, base INTEGER NOT NULL, tid INTEGER NOT NULL,
    seal BLOB NOT NULL,
    PRIMARY KEY (drn, base)
) STRICT;
CREATE TABLE slip (
    number INTEGER PRIMARY KEY,
    drn TEXT NOT NULL REFERENCES meter, at INTEGER NOT NULL, kind TEXT NOT NULL,
    again INTEGER NOT NULL,
    content BLOB NOT NULL, seal BLOB NOT NULL
) STRICT;
CREATE INDEX slip_of_meter ON slip (drn);
CREATE TABLE token (
    id INTEGER PRIMARY KEY,
    slip INTEGER NOT NULL REFERENCES slip,
    drn TEXT NOT NULL REFERENCES meter, at INTEGER NOT NULL, kind TEXT NOT NULL,
    subclass INTEGER NOT NULL, digits TEXT NOT NULL, base INTEGER NOT NULL, tid INTEGER,
    amount INTEGER NOT NULL,
    seal BLOB NOT NULL,
    UNIQUE (drn, base, tid)
) STRICT;
CREATE INDEX token_of_slip ON token (slip);
CREATE TABLE payment (
    slip INTEGER PRIMARY KEY REFERENCES slip,
    tariff TEXT NOT NULL REFERENCES tariff, currency TEXT NOT NULL,
    given_e5 INTEGER NOT NULL, price_e5 INTEGER NOT NULL, vat_e5 INTEGER NOT NULL,
    seal BLOB NOT NULL
) STRICT;
CREATE TABLE former_key (
    slip INTEGER PRIMARY KEY REFERENCES slip,
    drn TEXT NOT NULL REFERENCES meter,
    sgc TEXT NOT NULL, krn INTEGER NOT NULL, kt INTEGER NOT NULL, ti TEXT NOT NULL,
    base INTEGER NOT NULL, ken INTEGER NOT NULL, key_file TEXT NOT NULL,
    seal BLOB NOT NULL
) STRICT;
CREATE TABLE tariff (
    name TEXT PRIMARY KEY, commodity TEXT NOT NULL, currency TEXT NOT NULL,
    places INTEGER NOT NULL, vat_e5 INTEGER NOT NULL,
    seal BLOB NOT NULL
) STRICT;
CREATE TABLE block (
    tariff TEXT NOT NULL REFERENCES tariff, number INTEGER NOT NULL,
    upto INTEGER NOT NULL, price_e5 INTEGER NOT NULL,
    seal BLOB NOT NULL,
    PRIMARY KEY (tariff, number)
) STRICT
"""
