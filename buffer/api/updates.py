"""The endpoints of updates, as Buffer v1 lays them out."""

from __future__ import annotations

from datetime import timedelta

from buffer.api.call import Call, is_id
from buffer.api.drafts import LONGEST_HOLD, draft_of, edit_of
from buffer.errors import Code, Refused
from buffer.model import HELD, Edit, Json, Page, Profile, Update
from buffer.wire import update_json

MOST_PAGES = 1_000_000
MOST_ITEMS = 100
ITEMS = 20


def show(call: Call) -> Json:
    return _shown(call, call.queue.update(call.update_id))


def pending(call: Call) -> Json:
    profile = call.queue.profile(call.profile_id)
    page, count = paging(call)
    found = call.queue.pending(profile.id, page=page, count=count, since=call.form.moment("since"))
    return _listed(call, profile, found)


def sent(call: Call) -> Json:
    """`filter` has no effect: every reply here was posted through us."""
    profile = call.queue.profile(call.profile_id)
    page, count = paging(call)
    if (call.form.text("filter") or "default").strip() not in ("default", "all"):
        raise Refused("“filter” must be default or all.", Code.BAD_PARAMETER)
    found = call.queue.sent(profile.id, page=page, count=count, since=call.form.moment("since"))
    return _listed(call, profile, found)


def create(call: Call) -> Json:
    profiles = {profile.id: profile for profile in call.queue.profiles()}
    draft = draft_of(call.form, profiles)
    made = call.queue.add(draft)
    return {
        "success": True,
        "message": "Your update is in the buffer.",
        **_fullness(call, draft.profile_ids[0]),
        "updates": [_in_zone(call, each, profiles[each.profile_id], edited=True) for each in made],
    }


def update(call: Call) -> Json:
    """With `now` it is also shared; a `scheduled_at` overrides that."""
    edit, now = edit_of(call.form), call.form.flag("now")
    with call.desk.store.transaction():
        edited, *_ = call.step(" edit").edit(*_ids(call), edit=edit) or [_gone()]
        if now and not edit.scheduled_at:
            edited, *_ = call.step(" share").share(*_ids(call)) or [_gone()]
    return {
        "success": True,
        "message": "Your update has been changed.",
        **_fullness(call, edited.profile_id),
        "update": _shown(call, edited, edited=True),
    }


def share(call: Call) -> Json:
    """`hold` keeps it back for so many seconds, during which `unshare` takes it back."""
    hold = timedelta(seconds=call.form.number("hold", low=0, high=LONGEST_HOLD) or 0)
    found = call.queue.share(*_ids(call), hold=hold)
    return _done(call, "Your update is being shared.", found)


def unshare(call: Call) -> Json:
    return _done(call, "Your update is back in its place.", call.queue.unshare(*_ids(call)))


def confirm_sent(call: Call) -> Json:
    found = call.queue.confirm_sent(call.update_id)
    return _done(call, "Your update is out.", [found])


def post(call: Call) -> list[Json]:
    """The updates made together with one create."""
    return [_shown(call, each) for each in call.queue.post(call.update_id)]


def problems(call: Call) -> Json:
    count = call.form.number("count", low=1, high=MOST_ITEMS) or ITEMS
    return {"updates": [_shown(call, each) for each in call.queue.problems(limit=count)]}


def destroy(call: Call) -> Json:
    call.queue.destroy(*_ids(call))
    return {"success": True, "message": "Your update has been deleted."}


def move_to_top(call: Call) -> Json:
    moved, *_ = call.queue.move_to_top(*_ids(call)) or [_gone()]
    return _shown(call, moved)


def requeue(call: Call) -> Json:
    """Back in line, for one that failed or missed its time."""
    if call.queue.update(call.update_id).state not in HELD:
        raise Refused("Only an update in error can be queued again.", Code.NOT_REQUEUEABLE)
    (queued,) = call.queue.edit(call.update_id, edit=Edit(to_queue=True)) or [_gone()]
    return {"success": True, "update": _shown(call, queued)}


def reorder(call: Call) -> Json:
    profile = call.queue.profile(call.profile_id)
    order = call.form.listed("order")
    if not order:
        raise Refused("The parameter “order” is missing.", Code.MISSING_PARAMETER)
    if not all(map(is_id, order)):
        raise Refused("The order names an update there is not.", Code.UPDATE_NOT_FOUND)
    offset = call.form.number("offset", low=0, high=MOST_PAGES) or 0
    found = call.queue.reorder(profile.id, order, offset=offset)
    return {"success": True, "updates": [_in_zone(call, each, profile) for each in found]}


def shuffle(call: Call) -> Json:
    profile = call.queue.profile(call.profile_id)
    count = call.form.number("count", low=1, high=MOST_PAGES)
    found = call.queue.shuffle(profile.id, count=count)
    return {
        "success": True,
        "total": call.queue.counts(profile.id).pending,
        "updates": [_in_zone(call, each, profile) for each in found],
    }


def _ids(call: Call) -> list[str]:
    """The path's update, and those of `ids` after it: all of them or none."""
    more = call.form.listed("ids")
    if len(more) >= MOST_ITEMS:
        raise Refused(f"At most {MOST_ITEMS} updates in one call.", Code.OUT_OF_BOUNDS)
    if not all(map(is_id, more)):
        raise Refused("There is no such update.", Code.UPDATE_NOT_FOUND)
    return [call.update_id, *more]


def _done(call: Call, message: str, found: list[Update]) -> Json:
    return {"success": True, "message": message, "updates": [_shown(call, each) for each in found]}


def paging(call: Call, *, first: int = 1) -> tuple[int, int]:
    """The page, numbered from `first`, and how many it holds."""
    page = call.form.number("page", low=first, high=MOST_PAGES)
    count = call.form.number("count", low=1, high=MOST_ITEMS)
    return first if page is None else page, ITEMS if count is None else count


def _listed(call: Call, profile: Profile, found: Page[Update]) -> Json:
    updates = [_in_zone(call, each, profile) for each in found.items]
    return {"total": found.total, "updates": updates}


def _shown(call: Call, update: Update, *, edited: bool = False) -> Json:
    return _in_zone(call, update, call.queue.profile(update.profile_id), edited=edited)


def _in_zone(call: Call, update: Update, profile: Profile, *, edited: bool = False) -> Json:
    """`edited`: by this very request, whose token is then the client v1 names."""
    client_id = call.token.id if edited else ""
    return update_json(update, call.zone(profile), client_id=client_id)


def _fullness(call: Call, profile_id: str) -> dict[str, int]:
    counts = call.queue.counts(profile_id)
    return {"buffer_count": counts.pending, "buffer_percentage": counts.percentage}


def _gone() -> Update:
    """For the repeat of a request whose update has been deleted since."""
    raise Refused("This update no longer exists.", Code.UPDATE_NOT_FOUND)
