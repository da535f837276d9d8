"""Keeps what a network tells of our posts, once, and writes down what each channel is to hear of it. Asks nobody."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from buffer import telling
from buffer.channels import POSTS, wishes_of
from buffer.model import (
    NATIVE,
    Event,
    Found,
    Interaction,
    Native,
    NoticeKind,
    Profile,
    Seen,
    State,
    Update,
    new_id,
)
from buffer.ports import Store

_BATCH, _FEW = 1000, 3
_MAY_BE_OURS = timedelta(days=1)
"""How long an outcome that nobody settled keeps posts of its account from being taken for native ones."""

_TOLD = frozenset({Event.COMMENT, Event.MENTION})


def keep(
    store: Store,
    profile: Profile,
    found: Sequence[Found],
    now: datetime,
    *,
    quiet_before: datetime | None = None,
) -> int:
    """Store what is new and what is changed, and tell of it, a burst in one transaction; returns how much was new. What
    was told before costs a look-up each and no write. What is older than `quiet_before` is kept and counted, and not
    told."""
    new = [each for each in found if not _stays(store, profile, each, now)]
    kept = 0
    for start in range(0, len(new), _BATCH):
        with store.transaction():
            loud: list[Interaction] = []
            quiet: list[Interaction] = []
            for each in new[start : start + _BATCH]:
                interaction = _kept(store, profile, each, now)
                kept += interaction is not None
                is_quiet = quiet_before is not None and each.created_at < quiet_before
                if interaction and not interaction.ours:
                    (quiet if is_quiet else loud).append(interaction)
            _tell(store, profile, loud, now)
            for update_id in dict.fromkeys(each.update_id for each in quiet):
                if update := store.updates.get(profile.team_id, update_id):
                    _card_changed(store, update, now)
    return kept


def see(
    store: Store, profile: Profile, post: str, seen: Seen | None, now: datetime
) -> list[Interaction]:
    """Note how a post of ours stands on its network, and show it on its cards. Returns what was said below it and is
    not seen there now: it may be hidden, or gone."""
    update = store.interactions.update_for(profile.id, post)
    if update is None or update.service_update_id != post:  # the first part stands for a series
        return []
    if not _stands(update, seen):
        _note(store, update, seen, now)
    if seen is None or seen.answers is None:
        return []
    below = store.interactions.below(update.id)
    return [each for each in below if each.service_id not in seen.answers]


def _stands(update: Update, seen: Seen | None) -> bool:
    """Whether it stands as it is kept: most looks find nothing to write, and need no lock for that."""
    if seen is None or update.removed_at:
        return seen is None and update.removed_at is not None
    counts = {**update.statistics, **seen.counts}
    return counts == update.statistics and seen.text in (None, update.text)


def _note(store: Store, update: Update, seen: Seen | None, now: datetime) -> None:
    with store.transaction():
        if (seen is None) != (update.removed_at is not None):
            store.interactions.post_removed(update, None if seen else now)
        if seen:
            store.interactions.count(update, seen.counts)
            if seen.text is not None and seen.text != update.text:
                store.interactions.post_edited(update, seen.text)
        _card_changed(store, update, now)


def remove(store: Store, interaction: Interaction, now: datetime) -> None:
    """It was deleted on its network: its words vanish here, too."""
    with store.transaction():
        if store.interactions.remove(interaction, now):
            _changed(store, interaction, now)


def keep_natives(store: Store, profile: Profile, natives: Iterable[Native], now: datetime) -> bool:
    """What the account posted by itself becomes a sent update, with a card where a channel wants that. False if that
    cannot be told yet: what is on the wire, or went out without a clear answer, may be among them."""
    for native in natives:
        with store.transaction():
            if store.updates.unsettled(profile.id, now - _MAY_BE_OURS):
                return False
            if _is_known(store, profile, native):
                continue
            update = Update(
                id=new_id(native.created_at),
                post_id=new_id(native.created_at),
                team_id=profile.team_id,
                profile_id=profile.id,
                service=profile.service,
                text=native.text,
                state=State.SENT,
                created_at=native.created_at,
                updated_at=now,
                sent_at=native.created_at,
                due_at=native.created_at,
                via=NATIVE,
                service_update_id=native.service_id,
                service_link=native.link,
            )
            store.updates.append([update])
            for channel in channels_for_natives(store, profile):
                quiet = wishes_of(store, channel).quiet_until(now)
                telling.put(
                    store,
                    NoticeKind.CARD,
                    update.team_id,
                    update.id,
                    channel,
                    now,
                    hold_until=quiet,
                )
    return True


def channels_for_natives(store: Store, profile: Profile) -> list[str]:
    """Those that want a card of what the account posts by itself."""
    channels = store.feeds.channels(profile.id)
    return [each for each in channels if POSTS in wishes_of(store, each).hears]


def _is_known(store: Store, profile: Profile, native: Native) -> bool:
    """Whether it went out through us, or is kept already."""
    known = store.interactions.update_for(profile.id, native.service_id)
    return known is not None or store.replies.are_ours(profile.id, native.service_id)


# -- one interaction


def _stays(store: Store, profile: Profile, found: Found, now: datetime) -> bool:
    """Whether it is kept already; if its words are others now, they are changed."""
    known = store.interactions.known(profile.id, found.service_id)
    if known is None:
        return False
    has_words = known.event in _TOLD
    if has_words and (known.removed or (found.text and found.text != known.text)):
        with store.transaction():
            store.interactions.edit(known, found.text, now)
            if not known.ours:
                _changed(store, known, now)
    return True


def _kept(store: Store, profile: Profile, found: Found, now: datetime) -> Interaction | None:
    """What answers something we just kept belongs to the same post, so each is looked at in its turn."""
    ours = _is_ours(store, profile, found)
    update = store.interactions.update_for(profile.id, found.post)
    if update:
        return store.interactions.add(profile, update, found, ours=ours, now=now)
    mention = store.interactions.mention_for(profile.id, found.post)
    if mention:
        return store.interactions.add(profile, None, found, ours=ours, now=now, mention_id=mention)
    if found.elsewhere and not ours:
        mentioned = replace(found, event=Event.MENTION)
        return store.interactions.add(profile, None, mentioned, ours=False, now=now)
    return None


def _is_ours(store: Store, profile: Profile, found: Found) -> bool:
    is_us = bool(found.user.service_id) and found.user.service_id == profile.service_id
    return is_us or store.replies.are_ours(profile.id, found.service_id)


# -- telling


def _tell(store: Store, profile: Profile, new: Sequence[Interaction], now: datetime) -> None:
    """Comments go into the thread of every card, many at once as one message; whatever it was, the card's counts
    change. A mention elsewhere begins a thread of its own; what answers one that was told among many, or not at all,
    stands by itself. As each channel wishes, and when."""
    for update_id in dict.fromkeys(each.update_id for each in new if each.update_id):
        mine = [each for each in new if each.update_id == update_id]
        for card in store.outbox.lines(NoticeKind.CARD, update_id):
            _tell_channel(store, update_id, card.target, mine, now)
    lone = [each for each in new if not each.update_id and not each.mention_id]
    channels = store.feeds.channels(profile.id)
    for channel in channels if lone else ():
        _tell_channel(store, "", channel, lone, now)
    for each in new:
        if each.mention_id:
            begun = [
                line.target for line in store.outbox.lines(NoticeKind.COMMENT, each.mention_id)
            ]
            for channel in dict.fromkeys([*begun, *channels]):
                _tell_channel(store, "", channel, [each], now)


def _tell_channel(
    store: Store, update_id: str, channel: str, new: Sequence[Interaction], now: datetime
) -> None:
    wishes = wishes_of(store, channel)
    # What is said below a mention elsewhere belongs to it.
    wanted = [each for each in new if wishes.wants(each.event if update_id else Event.MENTION)]
    said = [each.id for each in wanted if each.event in _TOLD]
    lines = [(NoticeKind.COMMENT, each) for each in said]
    if wishes.digest and len(said) > _FEW:
        lines = [(NoticeKind.DIGEST, "\n".join([update_id, *said]))]
    if wanted and update_id:
        lines.append((NoticeKind.CARD_CHANGED, update_id))
    quiet = wishes.quiet_until(now)
    team = new[0].team_id
    for kind, subject in lines:
        telling.put(store, kind, team, subject, channel, now, hold_until=quiet)


def _changed(store: Store, interaction: Interaction, now: datetime) -> None:
    """Where it was told, that message changes; and the numbers of its card may."""
    told = store.outbox.lines(NoticeKind.COMMENT, interaction.id)
    told += [
        line
        for line in store.outbox.digests(interaction.update_id)
        if interaction.id in line.subject.split("\n")
    ]
    for line in told:
        telling.put(
            store, NoticeKind.COMMENT_CHANGED, line.team_id, interaction.id, line.target, now
        )
    update = store.updates.get(interaction.team_id, interaction.update_id)
    if update:
        _card_changed(store, update, now)


def _card_changed(store: Store, update: Update, now: datetime) -> None:
    for card in store.outbox.lines(NoticeKind.CARD, update.id):
        quiet = wishes_of(store, card.target).quiet_until(now)
        telling.put(
            store,
            NoticeKind.CARD_CHANGED,
            card.team_id,
            update.id,
            card.target,
            now,
            hold_until=quiet,
        )
