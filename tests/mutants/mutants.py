"""The mutants: small, plausible bugs, each with the area whose suites must find it; and those suites."""

from dataclasses import dataclass

PLAYLIST = "backend/apps/playlist/"
REALTIME = "backend/apps/realtime/"
USERS = "backend/apps/users/"
RECOMMENDATIONS = "backend/apps/recommendations/"
CHARTS = "backend/apps/charts/"
SYNC = "frontend/src/sync/"


@dataclass(frozen=True, slots=True)
class Stage:
    """Tests that run together. A path that is not in the tree is left out."""

    name: str
    paths: tuple[str, ...]
    # Of vitest instead of pytest; its paths are below `frontend`.
    is_vitest: bool = False


@dataclass(frozen=True, slots=True)
class Mutant:
    """One bug: `old`, which occurs once in the file, becomes `new`."""

    name: str
    area: str
    file: str
    old: str
    new: str
    # What a user would see.
    effect: str
    # Why no test finds it, where that is known and accepted.
    survives: str = ""


# By area, the cheapest first: the first stage that fails has caught the mutant.
AREAS: dict[str, tuple[Stage, ...]] = {
    "ordering": (
        Stage("unit", (f"{PLAYLIST}tests",)),
        Stage("contract", ("tests/contract/playlist",)),
        Stage("invariants", ("tests/invariants/test_state_machine.py", "tests/invariants/test_gaps.py")),
    ),
    "voting": (
        Stage("unit", (f"{PLAYLIST}tests",)),
        Stage("contract", ("tests/contract/playlist",)),
        Stage("invariants", ("tests/invariants/test_state_machine.py",)),
    ),
    "log": (
        Stage("unit", (f"{REALTIME}tests",)),
        Stage("contract", ("tests/contract/realtime",)),
        Stage(
            "invariants", ("tests/invariants/test_gaps.py", "tests/invariants/test_every_event_by_fold.py")
        ),
    ),
    "resume": (
        Stage("unit", (f"{REALTIME}tests",)),
        Stage("contract", ("tests/contract/realtime",)),
        Stage(
            "invariants", ("tests/invariants/test_gaps.py", "tests/invariants/test_every_event_by_fold.py")
        ),
    ),
    "idempotency": (
        Stage("unit", ("backend/config/tests", f"{PLAYLIST}tests", f"{USERS}tests")),
        Stage("contract", ("tests/contract/api", "tests/contract/users")),
        Stage("invariants", ("tests/invariants/test_idempotency_at_once.py",)),
        Stage("invariants", ("tests/invariants/test_idempotency_by_chance.py",)),
    ),
    "limits": (
        Stage("unit", ("backend/core/tests",)),
        Stage("unit", (f"{USERS}tests", f"{REALTIME}tests")),
        Stage("contract", ("tests/contract/limits", "tests/contract/api")),
        Stage("contract", ("tests/contract/users",)),
    ),
    "identity": (
        Stage("unit", (f"{USERS}tests",)),
        Stage("unit", (f"{PLAYLIST}tests",)),
        Stage("contract", ("tests/contract/users",)),
        Stage("contract", ("tests/contract/rooms",)),
    ),
    "recommendations": (
        Stage("unit", (f"{RECOMMENDATIONS}tests",)),
        Stage("contract", ("tests/contract/recommendations",)),
    ),
    "charts": (
        Stage("unit", (f"{CHARTS}tests",)),
        Stage("contract", ("tests/contract/charts",)),
        Stage("faults", ("tests/faults/test_charts_sources.py",)),
    ),
    "graphql": (
        Stage("unit", (f"{CHARTS}tests/graphql",)),
        Stage("contract", ("tests/contract/charts",)),
    ),
    "page sync": (Stage("page", ("src/sync",), is_vitest=True),),
}

MUTANTS: tuple[Mutant, ...] = (
    # --- Ordering ------------------------------------------------------------------------------------
    Mutant(
        name="before means after",
        area="ordering",
        file=f"{PLAYLIST}services.py",
        old='gap_after(queue, index if field == "after" else index - 1)',
        new="gap_after(queue, index)",
        effect="A track that is moved before another stands behind it.",
    ),
    Mutant(
        name="taken position puts in front",
        area="ordering",
        file=f"{PLAYLIST}placement.py",
        old="gap_after(queue, index if is_held else index - 1)",
        new="gap_after(queue, index - 1)",
        effect="A track that is moved to a taken position stands in front of the one there.",
    ),
    Mutant(
        name="earliest vote count stands last",
        area="ordering",
        file=f"{PLAYLIST}tally.py",
        old="Rank(pk != room.playing_id, -votes, reached, pk)",
        new="Rank(pk != room.playing_id, -votes, -reached, pk)",
        effect="Of tracks with equal votes the one that reached them last stands first.",
    ),
    Mutant(
        name="restored one item too early",
        area="ordering",
        file=f"{PLAYLIST}services.py",
        old="""        if index is not None:
            return gap_after(queue, index)
    return gap_after(queue, -1)""",
        new="""        if index is not None:
            return gap_after(queue, index - 1)
    return gap_after(queue, -1)""",
        effect="A restored track stands in front of the track that it stood behind.",
    ),
    Mutant(
        name="removed item keeps the wrong neighbour",
        area="ordering",
        file=f"{PLAYLIST}models.py",
        old='filter(position__lt=item.position).order_by("-position").first()',
        new='filter(position__lt=item.position).order_by("position").first()',
        effect="A restored track comes back near the head of the queue.",
    ),
    # --- Voting --------------------------------------------------------------------------------------
    Mutant(
        name="no vote below zero",
        area="voting",
        file=f"{PLAYLIST}services.py",
        old="max(-1, min(1, held + step))",
        new="max(0, min(1, held + step))",
        effect="A vote against a track does nothing.",
    ),
    Mutant(
        name="one vote for all voters",
        area="voting",
        file=f"{PLAYLIST}services.py",
        old="Vote.objects.filter(item=item, voter=voter).first()",
        new="Vote.objects.filter(item=item).first()",
        effect="The second voter changes the first voter's vote.",
    ),
    Mutant(
        name="votes against do not count",
        area="voting",
        file=f"{PLAYLIST}tally.py",
        old='item.cast_votes.aggregate(sum=Sum("value"))["sum"] or 0',
        new='item.cast_votes.filter(value=1).aggregate(sum=Sum("value"))["sum"] or 0',
        effect="The count of a track is too high by its votes against it.",
    ),
    Mutant(
        name="restored votes count their voters",
        area="voting",
        file=f"{PLAYLIST}tally.py",
        old="item.votes = sum(value for _, value in item.votes_to_restore)",
        new="item.votes = len(item.votes_to_restore)",
        effect="A restored track with votes against it comes back with votes for it.",
    ),
    Mutant(
        name="own votes of everybody",
        area="voting",
        file=f"{PLAYLIST}selectors.py",
        old="Vote.objects.filter(voter=voter, item__room=room)",
        new="Vote.objects.filter(item__room=room)",
        effect="The page shows votes of others as the user's own.",
    ),
    # --- Log -----------------------------------------------------------------------------------------
    Mutant(
        name="seq leaves a number out",
        area="log",
        file=f"{REALTIME}services.py",
        old="stream.seq += 1",
        new="stream.seq += 2",
        effect="Every client sees a gap behind every event.",
    ),
    Mutant(
        name="append trims one event too many",
        area="log",
        file=f"{REALTIME}services.py",
        old="last_seq = stream.seq - settings.EVENT_LOG_KEEP_EVENTS",
        new="last_seq = stream.seq - settings.EVENT_LOG_KEEP_EVENTS + 1",
        effect="The log holds one event less than the setting says.",
    ),
    Mutant(
        name="trim leaves what is old or too many",
        area="log",
        file=f"{REALTIME}services.py",
        old="last_seq = max(top - settings.EVENT_LOG_KEEP_EVENTS, _newest_before(events, cutoff))",
        new="last_seq = min(top - settings.EVENT_LOG_KEEP_EVENTS, _newest_before(events, cutoff))",
        effect="The log grows although its settings limit it.",
    ),
    Mutant(
        name="new epoch keeps the log",
        area="log",
        file=f"{REALTIME}services.py",
        old="""    stream.save(update_fields=["epoch"])
    Event.objects.filter(stream=stream).delete()
""",
        new="""    stream.save(update_fields=["epoch"])
""",
        effect="Events of before a restored backup are sent under the new epoch.",
    ),
    Mutant(
        name="change needs all of its fields",
        area="log",
        file=f"{REALTIME}broadcasting.py",
        old="return any(getattr(before, field) != getattr(after, field) for field in fields)",
        new="return all(getattr(before, field) != getattr(after, field) for field in fields)",
        effect="A corrected title is sent only if the artist and all else changed with it.",
    ),
    # --- Resume --------------------------------------------------------------------------------------
    Mutant(
        name="resume sends part of a gap",
        area="resume",
        file=f"{REALTIME}selectors.py",
        old="is_whole = len(frames) == max(0, last - position.since)",
        new="is_whole = bool(frames) or last <= position.since",
        effect="A client that was away longer than the log reaches back misses events for good.",
    ),
    Mutant(
        name="hub goes on over a hole",
        area="resume",
        file=f"{REALTIME}selectors.py",
        old="is_whole = is_contiguous and (bool(frames) or top.seq <= since)",
        new="is_whole = bool(frames) or top.seq <= since",
        effect="Listeners wait for ever for events that the log no longer has.",
    ),
    Mutant(
        name="resume repeats the last event",
        area="resume",
        file=f"{REALTIME}connection.py",
        old="[frame for frame in held if frame.seq > self._sent or not frame.is_event]",
        new="[frame for frame in held if frame.seq >= self._sent or not frame.is_event]",
        effect="A client that comes back gets an event twice.",
    ),
    Mutant(
        name="poll skips to the top",
        area="resume",
        file=f"{REALTIME}polling.py",
        old="seq = frames[-1].seq if frames else position.since",
        new="seq = missed.top.seq",
        effect="A polling client that is far behind misses all but the first part.",
    ),
    Mutant(
        name="resume from the beginning refused",
        area="resume",
        file=f"{REALTIME}commands.py",
        old="not 0 <= since <= MAX_SEQ",
        new="not 0 < since <= MAX_SEQ",
        effect="A client of a room without events can't come back.",
    ),
    # --- Idempotency ---------------------------------------------------------------------------------
    Mutant(
        name="key ignores the caller",
        area="idempotency",
        file="backend/core/idempotency.py",
        old="    return caller_of(request).key",
        new="    return network_key(visit_of(request).address)",
        effect="Two users with one key: the second gets the first one's response, and no write.",
    ),
    Mutant(
        name="key ignores the body",
        area="idempotency",
        file="backend/core/idempotency.py",
        old="request.get_full_path().encode(), request.body)",
        new="request.get_full_path().encode())",
        effect="Another write under a used key is silently answered with the first response.",
    ),
    Mutant(
        name="limited write is refused for a day",
        area="idempotency",
        file="backend/core/idempotency.py",
        old="KEPT_REFUSALS = {403, 404, 409}",
        new="KEPT_REFUSALS = {400, 403, 404, 409, 429}",
        effect="The retry of a write that came too fast is rejected like the first one.",
    ),
    Mutant(
        name="guest's keys are lost on logging in",
        area="idempotency",
        file=f"{USERS}handing_over.py",
        old="    _hand_over_kept_answers(giver=guest.key, taker=user.key)\n",
        new="",
        effect="A write whose response was lost happens twice when the guest logs in meanwhile.",
    ),
    # --- Limits --------------------------------------------------------------------------------------
    Mutant(
        name="one call above the limit",
        area="limits",
        file="backend/core/call_log.py",
        old="if len(self._moments) - over >= limit:",
        new="if len(self._moments) - over > limit:",
        effect="Every limit lets one more pass than it says.",
    ),
    Mutant(
        name="refused calls count",
        area="limits",
        file="backend/core/call_log.py",
        old="            return self._moments[-limit] + self._period_seconds - now\n",
        new="""            self._moments.append(now)
            return self._moments[-limit] + self._period_seconds - now
""",
        effect="A client that tries again too early is locked out for longer and longer.",
    ),
    Mutant(
        name="refused caller uses up its network",
        area="limits",
        file="backend/core/request_limits.py",
        old="""    count_against(REQUESTS_OF_CALLER, caller_key)
    count_against(REQUESTS_OF_ADDRESS, network_of(visit.address))
""",
        new="""    count_against(REQUESTS_OF_ADDRESS, network_of(visit.address))
    count_against(REQUESTS_OF_CALLER, caller_key)
""",
        effect="One client that asks too much locks out all others of its network.",
    ),
    Mutant(
        name="one connection too many",
        area="limits",
        file=f"{REALTIME}admission.py",
        old="self._open[network] + elsewhere >= limit",
        new="self._open[network] + elsewhere > limit",
        effect="A network can have one connection more than the setting says.",
    ),
    Mutant(
        name="forged addresses believed",
        area="limits",
        file="backend/core/addresses.py",
        old="chain[max(0, len(chain) - 1 - settings.TRUSTED_PROXIES)]",
        new="chain[0]",
        effect="Any client gets around every limit with an invented X-Forwarded-For.",
    ),
    # --- Identity ------------------------------------------------------------------------------------
    Mutant(
        name="guest cookie without a signature",
        area="identity",
        file=f"{USERS}recognition.py",
        old="return _signer().unsign(token)",
        new='return token.partition(":")[0]',
        effect="Whoever knows a guest's id can vote and write as that guest.",
    ),
    Mutant(
        name="erased name stays in the history",
        area="identity",
        file=f"{PLAYLIST}belongings.py",
        old='play.item["added_by"], play.adder = ANONYMOUS, ""',
        new='play.adder = ""',
        effect="The history still shows the name of an erased account.",
    ),
    Mutant(
        name="token of a switched-off account",
        area="identity",
        file=f"{USERS}tokens.py",
        old="User.objects.filter(pk=int(user_id), is_active=True)",
        new="User.objects.filter(pk=int(user_id))",
        effect="An account that an administrator has switched off can go on with its tokens.",
    ),
    Mutant(
        name="refresh token counts again and again",
        area="identity",
        file=f"{USERS}token_services.py",
        old="        if not is_repeat:\n            raise TokenReused(USED)\n",
        new="",
        effect="A stolen refresh token still gives new tokens after its owner has used it.",
    ),
    Mutant(
        name="accounts shown to every account",
        area="identity",
        file=f"{USERS}selectors.py",
        old="return accounts().filter(pk=caller.user_id) if caller.user_id is not None",
        new="return accounts() if caller.user_id is not None",
        effect="Each user can read the accounts of all others.",
    ),
    Mutant(
        name="network address owns rooms",
        area="identity",
        file=f"{PLAYLIST}room_services.py",
        old="created_by=caller.owner_key,",
        new="created_by=caller.key,",
        effect="Somebody without an identity owns a room, and so does the next one at that address.",
    ),
    # --- Recommendations -----------------------------------------------------------------------------
    Mutant(
        name="queued tracks recommended",
        area="recommendations",
        file=f"{RECOMMENDATIONS}serving.py",
        old="[one for one in offered.recommendations if one.track.id not in without]",
        new="list(offered.recommendations)",
        effect="The list recommends tracks that are in the queue already.",
    ),
    Mutant(
        name="skipped tracks recommended",
        area="recommendations",
        file=f"{RECOMMENDATIONS}wishes.py",
        old="""        found[user_id].track_ids.add(track_id)
        if kind == Kind.DISLIKE:
""",
        new="""        if kind == Kind.DISLIKE:
            found[user_id].track_ids.add(track_id)
""",
        effect="What the user has just skipped is recommended again.",
    ),
    Mutant(
        name="room's happiest decides",
        area="recommendations",
        file=f"{RECOMMENDATIONS}blending.py",
        old="least = min(given) if len(given) == people else 0.0",
        new="least = max(given) if len(given) == people else 0.0",
        effect="A room's list is led by what only one of its people likes.",
    ),
    Mutant(
        name="recommendation of another person",
        area="recommendations",
        file=f"{RECOMMENDATIONS}settling.py",
        old="        rows = rows.filter(kept_in__user_id=user_id)\n",
        new="        rows = rows.exclude(kept_in__user_id=None)\n",
        effect="A user can read out of the lists of others by guessing numbers.",
    ),
    # --- Charts --------------------------------------------------------------------------------------
    Mutant(
        name="ties go to the worst rank",
        area="charts",
        file=f"{CHARTS}ranking.py",
        old="min(agreed[isrc].values()), isrc)",
        new="-min(agreed[isrc].values()), isrc)",
        effect="Of tracks with equal points the one with the worse best rank stands first.",
    ),
    Mutant(
        name="failed reading is zero",
        area="charts",
        file=f"{CHARTS}counters/youtube.py",
        old="    status = Status.FAILED if video in asking.failed else Status.MISSING\n",
        new="""    if video in asking.failed:
        return DayFigure(isrc, SERVICE, today, counting.now, view_count=0)
    status = Status.MISSING
""",
        effect="A day on which YouTube did not answer shows as a fall to zero views.",
    ),
    Mutant(
        name="failure replaces a count",
        area="charts",
        file=f"{CHARTS}view_counts/services.py",
        old="(_RANKS[figure.status], figure.counted_at, figure.view_count or 0)",
        new="(figure.counted_at, _RANKS[figure.status], figure.view_count or 0)",
        effect="A count of the morning is lost when a reading in the evening fails.",
    ),
    Mutant(
        name="old lists never expire",
        area="charts",
        file=f"{CHARTS}aggregating.py",
        old="of_service.filter(status=Status.OK, issued_on__gte=edition.issued_on - GOOD_FOR)",
        new="of_service.filter(status=Status.OK)",
        effect="A chart is made of a list that is months old.",
    ),
    Mutant(
        name="votes count with each play",
        area="charts",
        file=f"{CHARTS}rooms/ranking.py",
        old="return sum({play.item: play.votes for play in plays}.values())",
        new="return sum(play.votes for play in plays)",
        effect="In a room's chart an item that was played twice has its votes twice.",
    ),
    # --- GraphQL -------------------------------------------------------------------------------------
    Mutant(
        name="depth without a limit",
        area="graphql",
        file=f"{CHARTS}graphql/limits.py",
        old="else 1 + inner.depth,",
        new="else max(1, inner.depth),",
        effect="A deeply nested query is run, however much it costs.",
    ),
    Mutant(
        name="mutations answered from memory",
        area="graphql",
        file=f"{CHARTS}graphql/answers.py",
        old='if context.is_read and "errors" not in told:',
        new='if "errors" not in told:',
        effect="The second refresh of a track's counts does nothing.",
    ),
    Mutant(
        name="inner errors shown",
        area="graphql",
        file=f"{CHARTS}graphql/running.py",
        old="    if not is_unexpected(error):\n",
        new="    if error.message:\n",
        effect="A bug's message, with names of tables, is shown to the client.",
    ),
    # --- Page sync -----------------------------------------------------------------------------------
    Mutant(
        name="changed item doubled",
        area="page sync",
        file=f"{SYNC}fold.ts",
        old="const others = items.filter(({ id }) => id !== item.id);",
        new="const others = [...items];",
        effect="A track that is voted for stands in the list twice.",
    ),
    Mutant(
        name="event of another epoch applied",
        area="page sync",
        file=f"{SYNC}replica.ts",
        old="if (event?.epoch !== epoch) return;",
        new="if (!event) return;",
        effect="After a restored backup the page mixes two histories.",
    ),
    Mutant(
        name="heartbeat compared with another moment",
        area="page sync",
        file=f"{SYNC}replica.ts",
        old="if (confirmed?.epoch !== epoch || confirmed.seq !== seq) return;",
        new="if (confirmed?.epoch !== epoch) return;",
        effect="The page fetches the whole queue although only one event is late.",
    ),
    Mutant(
        name="each try has a new key",
        area="page sync",
        file=f"{SYNC}sending.ts",
        old='"Idempotency-Key": opId }',
        new='"Idempotency-Key": `${opId}-${environment.now()}` }',
        effect="A write whose response was lost happens twice.",
    ),
    Mutant(
        name="two tabs send at once",
        area="page sync",
        file=f"{SYNC}claiming.ts",
        old="lease.owner !== owner && lease.until > now &&",
        new="lease.owner !== owner && lease.until < now &&",
        effect="Two tabs send the writes of one outbox, out of order.",
    ),
    Mutant(
        name="limited write given up",
        area="page sync",
        file=f"{SYNC}answers.ts",
        old="if (status === 429 || status === 503) {",
        new="if (status === 503) {",
        effect="A vote that came too fast is undone instead of sent later.",
    ),
    Mutant(
        name="changed vote counted twice",
        area="page sync",
        file=f"{SYNC}optimism.ts",
        old="votes: row.votes + action.value - row.myVote,",
        new="votes: row.votes + action.value,",
        effect="Changing a vote shows a wrong count until the server responds.",
    ),
)
