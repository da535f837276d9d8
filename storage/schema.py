"""The tables, as numbered migrations in order. A step that has been released is never changed.

Instants are REAL seconds since the epoch, UTC (a double keeps microseconds exactly); wall clock exists only in
`profiles.schedules`, which is v1 JSON. Lists and maps are JSON text. `rank` orders a profile's queued updates;
`waiting_n` counts
those of them that wait for a slot; `pinned` marks a scheduled one whose time is a slot, which is not free then.
`profiles.held_until`: nothing of the profile goes out before; its network is down or asked for a pause.
`attempts.again_at`: when an unclear outcome is looked at again; NULL while a sender is at it.
"""

from __future__ import annotations

import sqlite3

from sqlite_utils import Database, Migrations

migrations = Migrations("slack-buffer")

_FIRST = """
CREATE TABLE teams (
    id TEXT PRIMARY KEY, name TEXT NOT NULL DEFAULT '', bot_id TEXT NOT NULL DEFAULT '',
    bot_user_id TEXT NOT NULL DEFAULT '', bound_at REAL NOT NULL
) STRICT;

CREATE TABLE profiles (
    id TEXT PRIMARY KEY, team_id TEXT NOT NULL, service TEXT NOT NULL, service_id TEXT NOT NULL,
    name TEXT NOT NULL, avatar TEXT NOT NULL DEFAULT '', link TEXT NOT NULL DEFAULT '',
    user_id TEXT NOT NULL DEFAULT '', timezone TEXT NOT NULL, schedules TEXT NOT NULL,
    paused INTEGER NOT NULL DEFAULT 0, disconnected INTEGER NOT NULL DEFAULT 0,
    created_at REAL NOT NULL, cursor REAL NOT NULL, next_due REAL, held_until REAL NOT NULL DEFAULT 0,
    pending_n INTEGER NOT NULL DEFAULT 0, waiting_n INTEGER NOT NULL DEFAULT 0, sent_n INTEGER NOT NULL DEFAULT 0,
    interactions_since REAL, credentials BLOB,
    UNIQUE (team_id, service, service_id)
) STRICT;
CREATE INDEX profiles_due ON profiles (next_due) WHERE next_due IS NOT NULL;
CREATE INDEX profiles_due_of ON profiles (service, next_due) WHERE next_due IS NOT NULL;

CREATE TABLE updates (
    id TEXT PRIMARY KEY, post_id TEXT NOT NULL, team_id TEXT NOT NULL,
    profile_id TEXT NOT NULL REFERENCES profiles (id), service TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN
        ('draft', 'queued', 'scheduled', 'sending', 'sent', 'failed', 'unconfirmed', 'missed')),
    rank INTEGER, scheduled_at REAL, pinned INTEGER NOT NULL DEFAULT 0, share_at REAL,
    shared_from TEXT NOT NULL DEFAULT '', due_at REAL,
    text TEXT NOT NULL, text_hash BLOB NOT NULL, media TEXT NOT NULL DEFAULT '{}',
    retweet TEXT NOT NULL DEFAULT '{}', shorten INTEGER NOT NULL DEFAULT 1, attachment INTEGER NOT NULL DEFAULT 1,
    user_id TEXT NOT NULL DEFAULT '', via TEXT NOT NULL DEFAULT '', source TEXT NOT NULL DEFAULT '',
    created_at REAL NOT NULL, updated_at REAL NOT NULL, sent_at REAL, shared_now INTEGER NOT NULL DEFAULT 0,
    service_update_id TEXT NOT NULL DEFAULT '', service_link TEXT NOT NULL DEFAULT '',
    statistics TEXT NOT NULL DEFAULT '{}', error TEXT NOT NULL DEFAULT '',
    CHECK ((state = 'queued') = (rank IS NOT NULL)),
    CHECK (state <> 'scheduled' OR scheduled_at IS NOT NULL)
) STRICT;
CREATE UNIQUE INDEX updates_rank ON updates (profile_id, rank) WHERE state = 'queued';
CREATE INDEX updates_waiting ON updates (profile_id, rank) WHERE state = 'queued' AND share_at IS NULL;
CREATE INDEX updates_scheduled ON updates (profile_id, scheduled_at)
    WHERE state = 'scheduled' AND share_at IS NULL;
CREATE INDEX updates_pinned ON updates (profile_id, scheduled_at)
    WHERE state = 'scheduled' AND share_at IS NULL AND pinned = 1;
CREATE INDEX updates_shared ON updates (profile_id, share_at)
    WHERE share_at IS NOT NULL AND state IN ('queued', 'scheduled');
CREATE INDEX updates_sending ON updates (profile_id) WHERE state = 'sending';
CREATE INDEX updates_sent ON updates (profile_id, sent_at, id) WHERE state = 'sent';
CREATE INDEX updates_problems ON updates (team_id, updated_at)
    WHERE state IN ('failed', 'unconfirmed', 'missed');
CREATE INDEX updates_post ON updates (post_id);
CREATE INDEX updates_twin ON updates (profile_id, text_hash, state, sent_at);
CREATE INDEX updates_service ON updates (profile_id, service_update_id) WHERE service_update_id <> '';

CREATE TRIGGER updates_counted_in AFTER INSERT ON updates BEGIN
    UPDATE profiles SET pending_n = pending_n + (NEW.state IN ('queued', 'scheduled')),
        waiting_n = waiting_n + (NEW.state = 'queued' AND NEW.share_at IS NULL),
        sent_n = sent_n + (NEW.state = 'sent') WHERE id = NEW.profile_id;
END;
CREATE TRIGGER updates_counted_over AFTER UPDATE OF state, share_at ON updates BEGIN
    UPDATE profiles SET
        pending_n = pending_n + (NEW.state IN ('queued', 'scheduled')) - (OLD.state IN ('queued', 'scheduled')),
        waiting_n = waiting_n + (NEW.state = 'queued' AND NEW.share_at IS NULL)
            - (OLD.state = 'queued' AND OLD.share_at IS NULL),
        sent_n = sent_n + (NEW.state = 'sent') - (OLD.state = 'sent') WHERE id = NEW.profile_id;
END;
CREATE TRIGGER updates_counted_out AFTER DELETE ON updates BEGIN
    UPDATE profiles SET pending_n = pending_n - (OLD.state IN ('queued', 'scheduled')),
        waiting_n = waiting_n - (OLD.state = 'queued' AND OLD.share_at IS NULL),
        sent_n = sent_n - (OLD.state = 'sent') WHERE id = OLD.profile_id;
END;

-- How many stand in line in every stretch of 2^39 ranks, some 128 updates: what makes a place quick to count.
CREATE TABLE stretches (
    profile_id TEXT NOT NULL, stretch INTEGER NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (profile_id, stretch)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER stretches_in AFTER INSERT ON updates WHEN NEW.state = 'queued' AND NEW.share_at IS NULL BEGIN
    INSERT INTO stretches VALUES (NEW.profile_id, NEW.rank >> 39, 1) ON CONFLICT DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER stretches_joined AFTER UPDATE OF state, share_at, rank ON updates
WHEN NEW.state = 'queued' AND NEW.share_at IS NULL BEGIN
    INSERT INTO stretches VALUES (NEW.profile_id, NEW.rank >> 39, 1) ON CONFLICT DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER stretches_left AFTER UPDATE OF state, share_at, rank ON updates
WHEN OLD.state = 'queued' AND OLD.share_at IS NULL BEGIN
    UPDATE stretches SET n = n - 1 WHERE profile_id = OLD.profile_id AND stretch = OLD.rank >> 39;
END;
CREATE TRIGGER stretches_out AFTER DELETE ON updates WHEN OLD.state = 'queued' AND OLD.share_at IS NULL BEGIN
    UPDATE stretches SET n = n - 1 WHERE profile_id = OLD.profile_id AND stretch = OLD.rank >> 39;
END;
CREATE TRIGGER stretches_empty AFTER UPDATE ON stretches WHEN NEW.n = 0 BEGIN
    DELETE FROM stretches WHERE profile_id = NEW.profile_id AND stretch = NEW.stretch;
END;

-- Whoever is claimed (or found missed) in its turn has used up its slot.
CREATE TRIGGER updates_slot_used AFTER UPDATE OF state ON updates
WHEN NEW.state IN ('sending', 'missed') AND NEW.due_at IS NOT NULL AND OLD.share_at IS NULL
    AND (OLD.state = 'queued' OR (OLD.state = 'scheduled' AND OLD.pinned = 1))
BEGIN
    UPDATE profiles SET cursor = max(cursor, NEW.due_at) WHERE id = NEW.profile_id;
END;

CREATE TABLE attempts (
    id TEXT PRIMARY KEY, update_id TEXT NOT NULL REFERENCES updates (id) ON DELETE CASCADE,
    number INTEGER NOT NULL, owner TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL,
    phase TEXT NOT NULL CHECK (phase IN ('claimed', 'wire', 'done')),
    claimed_at REAL NOT NULL, wire_at REAL, again_at REAL, ended_at REAL, outcome TEXT, detail TEXT NOT NULL DEFAULT '',
    service_id TEXT NOT NULL DEFAULT '',
    CHECK ((phase = 'done') = (outcome IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX attempts_open ON attempts (update_id) WHERE outcome IS NULL;
CREATE INDEX attempts_of_update ON attempts (update_id, number);

-- How late updates were claimed, as Prometheus counts it; one row for each upper bound in seconds.
CREATE TABLE lateness (le REAL PRIMARY KEY, n INTEGER NOT NULL DEFAULT 0, seconds REAL NOT NULL DEFAULT 0) STRICT;
INSERT INTO lateness (le) VALUES (0.01), (0.05), (0.25), (1), (5), (30), (120), (900), (7200), (1e999);

-- Short links of ours. They outlive their update: the post that shows them may stay on its network.
CREATE TABLE links (
    code TEXT PRIMARY KEY, update_id TEXT NOT NULL, url TEXT NOT NULL, clicks INTEGER NOT NULL DEFAULT 0,
    created_at REAL NOT NULL, UNIQUE (update_id, url)
) STRICT;

CREATE TABLE outbox (
    id TEXT PRIMARY KEY, team_id TEXT NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL, target TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'wire', 'posted', 'given_up')),
    created_at REAL NOT NULL, not_before REAL NOT NULL, tries INTEGER NOT NULL DEFAULT 0,
    owner TEXT NOT NULL DEFAULT '', wire_at REAL, ended_at REAL,
    channel TEXT NOT NULL DEFAULT '', ts TEXT NOT NULL DEFAULT '', reason TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX outbox_waiting ON outbox (not_before) WHERE state = 'waiting';
CREATE INDEX outbox_wire ON outbox (wire_at) WHERE state = 'wire';
CREATE INDEX outbox_line ON outbox (target) WHERE state IN ('waiting', 'wire');
CREATE INDEX outbox_message ON outbox (channel, ts) WHERE ts <> '';
CREATE INDEX outbox_subject ON outbox (subject, kind);

CREATE TABLE jobs (
    id TEXT PRIMARY KEY, team_id TEXT NOT NULL, kind TEXT NOT NULL, payload TEXT NOT NULL, dedupe_key TEXT UNIQUE,
    state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'running', 'done', 'failed')),
    run_at REAL NOT NULL, tries INTEGER NOT NULL DEFAULT 0, owner TEXT NOT NULL DEFAULT '',
    created_at REAL NOT NULL, ended_at REAL, result TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX jobs_waiting ON jobs (kind, run_at) WHERE state = 'waiting';
CREATE INDEX jobs_running ON jobs (kind) WHERE state = 'running';
CREATE INDEX jobs_ended ON jobs (ended_at) WHERE ended_at IS NOT NULL;

CREATE TABLE interactions (
    id TEXT PRIMARY KEY, team_id TEXT NOT NULL, profile_id TEXT NOT NULL REFERENCES profiles (id),
    update_id TEXT NOT NULL REFERENCES updates (id) ON DELETE CASCADE, service_id TEXT NOT NULL,
    event TEXT NOT NULL, user TEXT NOT NULL, text TEXT NOT NULL DEFAULT '', link TEXT NOT NULL DEFAULT '',
    ours INTEGER NOT NULL DEFAULT 0, created_at REAL NOT NULL, seen_at REAL NOT NULL, removed_at REAL,
    UNIQUE (profile_id, service_id)
) STRICT;
CREATE INDEX interactions_of_update ON interactions (update_id, created_at);

CREATE TABLE replies (
    id TEXT PRIMARY KEY, team_id TEXT NOT NULL, update_id TEXT NOT NULL REFERENCES updates (id) ON DELETE CASCADE,
    interaction_id TEXT NOT NULL DEFAULT '', text TEXT NOT NULL, user_id TEXT NOT NULL,
    channel TEXT NOT NULL DEFAULT '', ts TEXT NOT NULL DEFAULT '',
    state TEXT NOT NULL CHECK (state IN
        ('asked', 'internal', 'waiting', 'sending', 'sent', 'failed', 'unconfirmed')),
    owner TEXT NOT NULL DEFAULT '', service_id TEXT NOT NULL DEFAULT '', error TEXT NOT NULL DEFAULT '',
    created_at REAL NOT NULL, not_before REAL NOT NULL DEFAULT 0
) STRICT;
CREATE UNIQUE INDEX replies_message ON replies (channel, ts) WHERE ts <> '';
CREATE INDEX replies_waiting ON replies (created_at) WHERE state IN ('waiting', 'sending');
CREATE INDEX replies_service ON replies (service_id) WHERE service_id <> '';

CREATE TABLE feeds (
    team_id TEXT NOT NULL, channel TEXT NOT NULL, profile_id TEXT NOT NULL REFERENCES profiles (id) ON DELETE CASCADE,
    settings TEXT NOT NULL DEFAULT '{}', PRIMARY KEY (channel, profile_id)
) STRICT;
CREATE INDEX feeds_of_profile ON feeds (profile_id);

CREATE TABLE memos (name TEXT PRIMARY KEY, value TEXT NOT NULL, until REAL) STRICT;
CREATE INDEX memos_until ON memos (until) WHERE until IS NOT NULL;

CREATE TABLE requests (key TEXT PRIMARY KEY, ids TEXT NOT NULL, at REAL NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX requests_at ON requests (at);

CREATE TABLE audit (
    id INTEGER PRIMARY KEY, at REAL NOT NULL, team_id TEXT NOT NULL, user_id TEXT NOT NULL, via TEXT NOT NULL,
    verb TEXT NOT NULL, subject TEXT NOT NULL, detail TEXT NOT NULL DEFAULT ''
) STRICT;

CREATE TABLE media (
    id TEXT PRIMARY KEY, team_id TEXT NOT NULL, sha256 TEXT NOT NULL, type TEXT NOT NULL, bytes INTEGER NOT NULL,
    alt_text TEXT NOT NULL DEFAULT '', created_at REAL NOT NULL
) STRICT;

CREATE TABLE tokens (
    id TEXT PRIMARY KEY, team_id TEXT NOT NULL, user_id TEXT NOT NULL, name TEXT NOT NULL UNIQUE,
    hash TEXT NOT NULL UNIQUE, created_at REAL NOT NULL, used_at REAL, revoked_at REAL
) STRICT;

CREATE TABLE local_posts (
    id TEXT PRIMARY KEY, profile_id TEXT NOT NULL, key TEXT NOT NULL, text TEXT NOT NULL, media TEXT NOT NULL,
    created_at REAL NOT NULL, UNIQUE (profile_id, key)
) STRICT;
CREATE TABLE local_reactions (
    id TEXT PRIMARY KEY, post_id TEXT NOT NULL REFERENCES local_posts (id), event TEXT NOT NULL, who TEXT NOT NULL,
    text TEXT NOT NULL DEFAULT '', key TEXT NOT NULL UNIQUE, ours INTEGER NOT NULL DEFAULT 0, created_at REAL NOT NULL
) STRICT;
CREATE INDEX local_reactions_of_post ON local_reactions (post_id, created_at);
"""

_SECOND = """
ALTER TABLE profiles DROP COLUMN credentials;
ALTER TABLE profiles ADD COLUMN interactions_mark TEXT NOT NULL DEFAULT '';
ALTER TABLE profiles ADD COLUMN expires_at REAL;
ALTER TABLE updates ADD COLUMN look_since REAL;
ALTER TABLE updates ADD COLUMN options TEXT NOT NULL DEFAULT '{}';

-- What is held waits for the end of a channel's quiet hours.
CREATE TABLE outbox_next (
    id TEXT PRIMARY KEY, team_id TEXT NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL, target TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('held', 'waiting', 'wire', 'posted', 'given_up')),
    created_at REAL NOT NULL, not_before REAL NOT NULL, tries INTEGER NOT NULL DEFAULT 0,
    owner TEXT NOT NULL DEFAULT '', wire_at REAL, ended_at REAL,
    channel TEXT NOT NULL DEFAULT '', ts TEXT NOT NULL DEFAULT '', reason TEXT NOT NULL DEFAULT ''
) STRICT;
INSERT INTO outbox_next SELECT id, team_id, kind, subject, target, state, created_at, not_before, tries, owner, wire_at,
    ended_at, channel, ts, reason FROM outbox;
DROP TABLE outbox;
ALTER TABLE outbox_next RENAME TO outbox;
CREATE INDEX outbox_waiting ON outbox (not_before) WHERE state = 'waiting';
CREATE INDEX outbox_held ON outbox (not_before) WHERE state = 'held';
CREATE INDEX outbox_wire ON outbox (wire_at) WHERE state = 'wire';
CREATE INDEX outbox_line ON outbox (target) WHERE state IN ('waiting', 'wire');
CREATE INDEX outbox_message ON outbox (channel, ts) WHERE ts <> '';
CREATE INDEX outbox_subject ON outbox (subject, kind);

ALTER TABLE feeds DROP COLUMN settings;
-- What a channel wants to hear, see buffer.channels; JSON.
CREATE TABLE channels (
    channel TEXT PRIMARY KEY, team_id TEXT NOT NULL, settings TEXT NOT NULL DEFAULT '{}'
) STRICT;

-- Logins, sessions, keys of app registrations: sealed, see storage.vault.
CREATE TABLE secrets (
    scope TEXT NOT NULL, name TEXT NOT NULL, value BLOB NOT NULL, PRIMARY KEY (scope, name)
) STRICT, WITHOUT ROWID;

ALTER TABLE media DROP COLUMN alt_text;
ALTER TABLE media ADD COLUMN width INTEGER NOT NULL DEFAULT 0;
ALTER TABLE media ADD COLUMN height INTEGER NOT NULL DEFAULT 0;

-- Parts of a series that are out, one by one: whoever goes on with it begins behind them.
CREATE TABLE parts (
    update_id TEXT NOT NULL REFERENCES updates (id) ON DELETE CASCADE, number INTEGER NOT NULL,
    text_hash BLOB NOT NULL, service_id TEXT NOT NULL, link TEXT NOT NULL DEFAULT '',
    version TEXT NOT NULL DEFAULT '', sent_at REAL NOT NULL, PRIMARY KEY (update_id, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX parts_service ON parts (service_id);

ALTER TABLE local_posts ADD COLUMN after TEXT NOT NULL DEFAULT '';
ALTER TABLE local_reactions ADD COLUMN liked INTEGER NOT NULL DEFAULT 0;
"""


_THIRD = """
-- A mention elsewhere is about none of our updates; what is said below it has its id as `mention_id`.
CREATE TABLE interactions_next (
    id TEXT PRIMARY KEY, team_id TEXT NOT NULL, profile_id TEXT NOT NULL REFERENCES profiles (id),
    update_id TEXT REFERENCES updates (id) ON DELETE CASCADE, mention_id TEXT NOT NULL DEFAULT '',
    service_id TEXT NOT NULL, event TEXT NOT NULL, user TEXT NOT NULL, text TEXT NOT NULL DEFAULT '',
    link TEXT NOT NULL DEFAULT '', ours INTEGER NOT NULL DEFAULT 0, created_at REAL NOT NULL, seen_at REAL NOT NULL,
    edited_at REAL, removed_at REAL,
    UNIQUE (profile_id, service_id)
) STRICT;
INSERT INTO interactions_next (id, team_id, profile_id, update_id, service_id, event, user, text, link, ours,
    created_at, seen_at, removed_at)
    SELECT id, team_id, profile_id, update_id, service_id, event, user, text, link, ours, created_at, seen_at,
    removed_at FROM interactions;
DROP TABLE interactions;
ALTER TABLE interactions_next RENAME TO interactions;
CREATE INDEX interactions_of_update ON interactions (update_id, created_at);
CREATE INDEX interactions_mentions ON interactions (profile_id, created_at)
    WHERE removed_at IS NULL AND (event = 'mention' OR mention_id <> '');

CREATE TABLE replies_next (
    id TEXT PRIMARY KEY, team_id TEXT NOT NULL, update_id TEXT REFERENCES updates (id) ON DELETE CASCADE,
    interaction_id TEXT NOT NULL DEFAULT '', text TEXT NOT NULL, user_id TEXT NOT NULL,
    channel TEXT NOT NULL DEFAULT '', ts TEXT NOT NULL DEFAULT '',
    state TEXT NOT NULL CHECK (state IN
        ('asked', 'internal', 'waiting', 'sending', 'sent', 'failed', 'unconfirmed', 'deleted')),
    owner TEXT NOT NULL DEFAULT '', service_id TEXT NOT NULL DEFAULT '', error TEXT NOT NULL DEFAULT '',
    created_at REAL NOT NULL, not_before REAL NOT NULL DEFAULT 0
) STRICT;
INSERT INTO replies_next SELECT id, team_id, update_id, interaction_id, text, user_id, channel, ts, state, owner,
    service_id, error, created_at, not_before FROM replies;
DROP TABLE replies;
ALTER TABLE replies_next RENAME TO replies;
CREATE UNIQUE INDEX replies_message ON replies (channel, ts) WHERE ts <> '';
CREATE INDEX replies_waiting ON replies (created_at) WHERE state IN ('waiting', 'sending');
CREATE INDEX replies_service ON replies (service_id) WHERE service_id <> '';
CREATE INDEX replies_of_update ON replies (update_id);

ALTER TABLE updates ADD COLUMN removed_at REAL;

-- What an account posted on its network itself was never in its queue: it counts in no statistics of that.
DROP TRIGGER updates_counted_in;
DROP TRIGGER updates_counted_out;
CREATE TRIGGER updates_counted_in AFTER INSERT ON updates WHEN NEW.via <> 'native' BEGIN
    UPDATE profiles SET pending_n = pending_n + (NEW.state IN ('queued', 'scheduled')),
        waiting_n = waiting_n + (NEW.state = 'queued' AND NEW.share_at IS NULL),
        sent_n = sent_n + (NEW.state = 'sent') WHERE id = NEW.profile_id;
END;
CREATE TRIGGER updates_counted_out AFTER DELETE ON updates WHEN OLD.via <> 'native' BEGIN
    UPDATE profiles SET pending_n = pending_n - (OLD.state IN ('queued', 'scheduled')),
        waiting_n = waiting_n - (OLD.state = 'queued' AND OLD.share_at IS NULL),
        sent_n = sent_n - (OLD.state = 'sent') WHERE id = OLD.profile_id;
END;

ALTER TABLE local_reactions ADD COLUMN removed_at REAL;
"""


@migrations()
def m001_first(db: Database) -> None:
    """Everything of the first release."""
    db.executescript(_FIRST)


@migrations()
def m002_networks(db: Database) -> None:
    """Networks, series, logins, what a channel wants."""
    db.executescript(_SECOND)


@migrations()
def m003_conversations(db: Database) -> None:
    """Mentions elsewhere, what was edited or deleted on a network, posts made there."""
    db.executescript(_THIRD)


def unknown_in(connection: sqlite3.Connection) -> bool:
    """Whether a newer version was at this database: it holds steps that are not here."""
    known = {each.name for each in migrations.pending(Database(memory=True))}
    return not {each.name for each in migrations.applied(Database(connection))} <= known
