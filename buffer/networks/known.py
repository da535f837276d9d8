"""Whether a post on a network may be the one that is looked for: what all networks ask of the store."""

from __future__ import annotations

from buffer.model import Profile, Update
from buffer.ports import Store


def is_free(store: Store, profile: Profile, update: Update, post: str) -> bool:
    """Whether no other update is this post, and no other part of this one."""
    known = store.interactions.update_for(profile.id, post)
    if known is None:
        return True
    return known.id == update.id and post not in store.parts.ids(update.id)
