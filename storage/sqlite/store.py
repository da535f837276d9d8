"""Everything that is kept in one SQLite database, behind one transaction."""

from __future__ import annotations

from contextlib import AbstractContextManager

from storage.sqlite.attempts import Attempts
from storage.sqlite.audit import Audit
from storage.sqlite.database import Database
from storage.sqlite.feeds import Feeds
from storage.sqlite.interactions import Interactions
from storage.sqlite.jobs import Jobs
from storage.sqlite.links import Links
from storage.sqlite.local import LocalPosts
from storage.sqlite.media import MediaFiles
from storage.sqlite.memos import Memos
from storage.sqlite.metrics import Metrics
from storage.sqlite.order import Order
from storage.sqlite.outbox import Outbox
from storage.sqlite.parts import Parts
from storage.sqlite.profiles import Profiles
from storage.sqlite.replies import Replies
from storage.sqlite.requests import Requests
from storage.sqlite.secrets import Secrets
from storage.sqlite.teams import Teams
from storage.sqlite.tokens import Tokens
from storage.sqlite.updates import Updates
from storage.vault import Vault


class SqliteStore:
    """One small class per kind of row, all on the same database."""

    def __init__(self, db: Database, vault: Vault) -> None:
        self.database = db
        self.attempts = Attempts(db)
        self.audit = Audit(db)
        self.feeds = Feeds(db)
        self.interactions = Interactions(db)
        self.jobs = Jobs(db)
        self.links = Links(db)
        self.local = LocalPosts(db)
        self.media = MediaFiles(db)
        self.memos = Memos(db)
        self.metrics = Metrics(db)
        self.order = Order(db)
        self.outbox = Outbox(db)
        self.parts = Parts(db)
        self.profiles = Profiles(db)
        self.replies = Replies(db)
        self.requests = Requests(db)
        self.secrets = Secrets(db, vault)
        self.teams = Teams(db)
        self.tokens = Tokens(db)
        self.updates = Updates(db)

    def transaction(self) -> AbstractContextManager[None]:
        """One write, whole or not at all; joins one this thread has open. Raises Busy."""
        return self.database.transaction()

    def snapshot(self) -> AbstractContextManager[None]:
        """Several reads that see one state."""
        return self.database.snapshot()

    def close(self) -> None:
        self.database.close()
