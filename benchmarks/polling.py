"""A day of asking networks what people did, in simulated time: real poller, adapters and store; simulated servers.

Nothing here is a matter of the machine but the CPU.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import perf_counter, thread_time

from backend import POLLED_AT_ONCE
from benchmarks.load import CHANNEL, TEAM
from benchmarks.simulated_time import SimulatedTime
from benchmarks.social import CALLS, DAY, HOUR, People, Social, SocialAccount
from buffer import telling
from buffer.accounts import new_profile
from buffer.budget import RESERVE
from buffer.errors import QueueError
from buffer.model import Profile, State, Update, new_id
from buffer.networks import NETWORKS, bluesky, mastodon
from buffer.poller import Poller
from buffer.ports import LOGIN, Account, Network
from loops import RARELY
from storage import open_store

MIDNIGHT = datetime(2026, 11, 25, tzinfo=UTC)
SERVERS = 20
_OFFICE = (1, 1, 1, 1, 1, 2, 4, 10, 20, 28, 28, 24, 20, 22, 24, 22, 18, 12, 8, 6, 4, 3, 2, 1)
"""How much is posted in each hour of a day."""

SOON = 30.0
LAST = 300.0
"""What people do in the last seconds need not be heard any more."""

RUSH = 1 / 6
"""How many hours it takes until all have posted."""

ENOUGH = 10
"""So many comments does an account need for a p95 of its own."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Who is there and what happens. `posts`: of all `days` before the beginning; as many a day come after it.
    `history`: what people did in so many days before is there, too. `rush`:
    everybody posts once in the ten minutes from this hour instead."""

    mastodon: int = 500
    bluesky: int = 500
    idle: float = 0.2
    posts: int = 20_000
    days: int = 30
    history: float = 2.0
    begin: float = 0.0
    hours: float = 24.0
    rush: float | None = None
    comments: float = 4.0
    likes: float = 8.0
    nested: float = 0.25
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Heard:
    """A comment that came when its post was so old, and was in the store so much later; None: never."""

    service: str
    account: int
    at: float
    age: float
    is_nested: bool
    delay: float | None


@dataclass(kw_only=True)
class Day:
    """What came of it."""

    plan: Plan
    social: Social
    idle: list[SocialAccount]
    heard: list[Heard] = field(default_factory=list)
    polls: Counter[str] = field(default_factory=Counter)
    cpu: dict[str, float] = field(default_factory=dict)
    published: int = 0
    unpublished: int = 0
    seconds: float = 0.0

    def delays(self, service: str = "", *, nested: bool) -> list[float]:
        """Sorted; of what was never heard, infinite. Of comments on posts of the last hour."""
        return sorted(
            float("inf") if each.delay is None else each.delay
            for each in self.heard
            if each.age <= HOUR
            and each.is_nested == nested
            and (not service or each.service == service)
        )

    def shares(self) -> list[float]:
        """The p95 of each account, sorted, of what is direct and came when all had posted."""
        began = MIDNIGHT.timestamp() + ((self.plan.rush or 0.0) + RUSH) * HOUR
        found: dict[int, list[float]] = {}
        for each in self.heard:
            if each.age <= HOUR and not each.is_nested and each.at >= began:
                delay = float("inf") if each.delay is None else each.delay
                found.setdefault(each.account, []).append(delay)
        enough = [sorted(delays) for delays in found.values() if len(delays) >= ENOUGH]
        return sorted(at(delays, 0.95) for delays in enough)

    def most_in_a_window(self, service: str) -> int:
        return max(self.social.counts[service].windows.values(), default=0)

    def looked_most_in_a_window(self) -> int:
        """Without what was published, on Bluesky."""
        counts = self.social.counts[bluesky.SERVICE]
        return max(number - counts.writes[at] for at, number in counts.windows.items())


class Simulation:
    """One house with its accounts, and the threads that publish and ask."""

    def __init__(self, folder: Path, plan: Plan) -> None:
        self._plan, self._chance = plan, random.Random(plan.seed)
        self._start = MIDNIGHT.timestamp() + plan.begin * HOUR
        self._end = self._start + plan.hours * HOUR
        self._time = SimulatedTime(datetime.fromtimestamp(self._start, UTC))
        people = People(
            comments=plan.comments,
            likes=plan.likes,
            nested=plan.nested,
            since=self._start - plan.history * DAY,
        )
        self._social = Social(self._time, people, seed=plan.seed)
        self._store = open_store(f"sqlite:///{folder}/polling.db")
        self._store.database.execute("PRAGMA synchronous = OFF")
        self._networks: dict[str, Network] = {
            name: NETWORKS[name](self._store, self._social, clock=self._time, public_url="")
            for name in CALLS
        }
        self._profiles: dict[int, Profile] = {}
        self._coming: list[tuple[float, SocialAccount]] = []
        self._seen: dict[tuple[str, str], float] = {}
        self._last_row = 0
        self._day = Day(plan=plan, social=self._social, idle=[])

    def run(self) -> Day:
        began = perf_counter()
        with closing(self._store):
            self._settle()
            pollers = {
                name: Poller(self._store, name, each) for name, each in self._networks.items()
            }
            self._time.run(
                [
                    self._publish,
                    *(
                        lambda name=name: self._poll(name, pollers[name])
                        for name in pollers
                        for _ in range(POLLED_AT_ONCE)
                    ),
                ]
            )
        self._day.heard = list(self._found())
        self._day.seconds = perf_counter() - began
        return self._day

    # -- before the day

    def _settle(self) -> None:
        services = [mastodon.SERVICE] * self._plan.mastodon + [bluesky.SERVICE] * self._plan.bluesky
        accounts = [
            SocialAccount(number, service, f"server{number % SERVERS}.example")
            for number, service in enumerate(services, 1)
        ]
        with self._store.transaction():
            for account in accounts:
                self._connect(account)
            self._day.idle = self._chance.sample(accounts, int(self._plan.idle * len(accounts)))
            active = [each for each in accounts if each not in self._day.idle]
            weights = [self._chance.lognormvariate(0, 0.7) for _ in active]
            for account in self._chance.choices(active, weights, k=self._plan.posts):
                self._sent_before(account)
        self._store.database.execute("ANALYZE")
        self._coming = sorted(self._to_come(active, weights), key=lambda each: each[0])

    def _connect(self, account: SocialAccount) -> None:
        self._social.join(account)
        known = Account(service_id=account.service_id, name=f"@{account.number}", login={})
        profile = new_profile(
            account.service, known, team_id=TEAM, timezone="UTC", now=self._time()
        )
        self._store.profiles.insert(profile)
        self._store.secrets.keep(profile.id, LOGIN, account.login)
        self._store.feeds.follow(TEAM, CHANNEL, profile.id)
        self._profiles[account.number] = profile

    def _sent_before(self, account: SocialAccount) -> None:
        day = MIDNIGHT.timestamp() - self._chance.randrange(self._plan.days) * DAY - DAY
        at = day + self._hour() * HOUR
        self._out(account, self._social.post(account, at).id, at)

    def _to_come(
        self, active: list[SocialAccount], weights: list[float]
    ) -> list[tuple[float, SocialAccount]]:
        midnight = MIDNIGHT.timestamp()
        if self._plan.rush is not None:
            hours = [(self._plan.rush + RUSH * self._chance.random(), each) for each in active]
        else:
            number = self._plan.posts // self._plan.days
            chosen = self._chance.choices(active, weights, k=number)
            hours = [(self._hour(), each) for each in chosen]
        coming = [(midnight + hour * HOUR, each) for hour, each in hours]
        return [each for each in coming if self._start <= each[0] < self._end]

    def _hour(self) -> float:
        return self._chance.choices(range(24), _OFFICE)[0] + self._chance.random()

    def _out(self, account: SocialAccount, post: str, at: float) -> None:
        """It is sent, with a card, as the sender would have it."""
        moment = datetime.fromtimestamp(at, UTC)
        update = replace(
            _a_post(self._profiles[account.number], moment),
            state=State.SENT,
            due_at=moment,
            sent_at=moment,
            service_update_id=post,
        )
        with self._store.transaction():
            self._store.updates.append([update])
            telling.card(self._store, update, moment)

    # -- the day

    def _publish(self) -> None:
        for at, account in self._coming:
            self._time.sleep(max(0.0, at - self._time.seconds))
            profile = self._profiles[account.number]
            update = _a_post(profile, self._time())
            try:
                receipt = self._networks[account.service].publish(profile, update, update.id)
            except QueueError:
                self._day.unpublished += 1
                continue
            self._out(account, receipt.service_id, self._time.seconds)
            self._day.published += 1

    def _poll(self, name: str, poller: Poller) -> None:
        """As a loop of the product does."""
        while self._time.seconds < self._end:
            began, servers = thread_time(), self._social.cpu_here()
            more = poller.tick(self._time())
            pause = 0.0 if more else min(RARELY, poller.wait(self._time()))
            spent = thread_time() - began - (self._social.cpu_here() - servers)
            self._day.cpu[name] = self._day.cpu.get(name, 0.0) + spent
            if more:
                self._day.polls[name] += self._social.cpu_here() > servers
                self._note()
            else:
                self._time.sleep(pause)

    def _note(self) -> None:
        """What is in the store since the last time."""
        rows = self._store.database.all(
            "SELECT rowid, profile_id, service_id FROM interactions WHERE rowid > ?",
            (self._last_row,),
        )
        for self._last_row, profile, service_id in rows:
            self._seen[profile, service_id] = self._time.seconds

    def _found(self) -> list[Heard]:
        found = []
        for post in self._social.posts.values():
            profile = self._profiles[post.owner.number]
            for comment in post.comments:
                if not self._start <= comment.at < self._end - LAST:
                    continue
                seen = self._seen.get((profile.id, comment.id))
                found.append(
                    Heard(
                        post.owner.service,
                        post.owner.number,
                        comment.at,
                        comment.at - post.at,
                        comment.is_nested,
                        None if seen is None else seen - comment.at,
                    )
                )
        return found


# -- printing


def _a_post(profile: Profile, moment: datetime) -> Update:
    id = new_id(moment)
    return Update(
        id=id,
        post_id=id,
        team_id=TEAM,
        profile_id=profile.id,
        service=profile.service,
        text="A post",
        state=State.SENDING,
        created_at=moment,
        updated_at=moment,
    )


def measure(folder: Path, *, quick: bool) -> None:
    """Print a usual day, and one on which Bluesky's budget is too small."""
    few = Plan(mastodon=100, bluesky=100, posts=4_000, hours=3, begin=9)
    usual = few if quick else Plan()
    (place := folder / "polling").mkdir()
    show(Simulation(place, usual).run())
    rush = Plan(
        mastodon=0,
        posts=1_000 if quick else 10_000,
        idle=0,
        begin=9.75 if quick else 9.5,
        hours=0.75 if quick else 2,
        rush=10,
        comments=40,
    )
    (place := folder / "rush").mkdir()
    show_rush(Simulation(place, rush).run())


def show(day: Day) -> None:
    plan = day.plan
    print(
        f"\n{plan.mastodon + plan.bluesky:,} accounts, {plan.posts:,} posts of the last {plan.days} days,"
        f" {day.published} new ones, {plan.hours:g} simulated hours in {day.seconds:.0f} s"
    )
    print(
        f"{'requests':<12}{'an hour':>9}{'peak':>9}{'in 5 min, most':>16}{'budget':>8}{'429s':>6}"
        f"{'polls':>9}{'CPU s a 1,000':>15}"
    )
    for name, limit in CALLS.items():
        counts = day.social.counts[name]
        whose = "each" if name == mastodon.SERVICE else "all"
        hours = list(counts.hours.values())
        print(
            f"{name:<12}{sum(hours) / plan.hours:>9,.0f}{max(hours):>9,}"
            f"{day.most_in_a_window(name):>11,} {whose:<4}{limit:>8,}{counts.refused:>6}"
            f"{day.polls[name]:>9,}{day.cpu[name] / day.polls[name] * 1000:>15.2f}"
        )
    show_delays(day)
    for name in CALLS:
        idle = [each.asked for each in day.idle if each.service == name]
        print(
            f"an idle account on {name}: {sum(idle) / len(idle):.1f} requests in {plan.hours:g} hours"
        )


def show_delays(day: Day) -> None:
    print("seconds until a comment on a post of the last hour is stored (budget: p95 30)")
    print(f"{'':<22}{'number':>8}{'p50':>8}{'p95':>8}{'p99':>8}{'most':>8}")
    for name in CALLS:
        for nested, words in ((False, "direct"), (True, "nested")):
            if delays := day.delays(name, nested=nested):
                figures = "".join(f"{at(delays, part):>8.1f}" for part in (0.5, 0.95, 0.99, 1))
                print(f"{name + ', ' + words:<22}{len(delays):>8,}{figures}")


def show_rush(day: Day) -> None:
    plan, counts = day.plan, day.social.counts[bluesky.SERVICE]
    limit = CALLS[bluesky.SERVICE]
    print(
        f"\n{plan.bluesky} accounts on Bluesky, which all post within ten minutes: {day.published} posts;"
        f" {plan.hours:g} simulated hours in {day.seconds:.0f} s"
    )
    print(
        f"in 5 min at most {day.most_in_a_window(bluesky.SERVICE):,} requests of {limit:,}, of which"
        f" {day.looked_most_in_a_window():,} only looked (budget {limit * (1 - RESERVE):,.0f});"
        f" 429s: {counts.refused}; posts held up: {day.unpublished}"
    )
    print(
        f"CPU: {day.cpu[bluesky.SERVICE] / day.polls[bluesky.SERVICE] * 1000:.2f} s a 1,000 polls"
    )
    show_delays(day)
    shares = day.shares()
    few = max(1, len(shares) // 10)
    print(
        "p95 of what is direct, of the tenth of accounts that fares best, and worst:"
        f" {median(shares[:few]):.0f} and {median(shares[-few:]):.0f} s"
    )


def at(ordered: Sequence[float], part: float) -> float:
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]
