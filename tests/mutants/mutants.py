"""The mutants: small, plausible bugs by area, and the suites that must find those of an area."""

from dataclasses import dataclass

PLAYLIST = "backend/apps/playlist/"
REALTIME = "backend/apps/realtime/"
USERS = "backend/apps/users/"
RECOMMENDATIONS = "backend/apps/recommendations/"
CHARTS = "backend/apps/charts/"
COUNTS = "backend/apps/counts/"
TUNEMELD = "backend/apps/tunemeld/"
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
    """One bug: `old`, which occurs once in the file, becomes `new`; `effect` is what a user would see."""

    name: str
    file: str
    old: str
    new: str
    effect: str


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
        Stage("invariants", ("tests/invariants/test_gaps.py", "tests/invariants/test_every_event.py")),
    ),
    "resume": (
        Stage("unit", (f"{REALTIME}tests",)),
        Stage("contract", ("tests/contract/realtime",)),
        Stage("invariants", ("tests/invariants/test_gaps.py", "tests/invariants/test_every_event.py")),
    ),
    "idempotency": (
        Stage("unit", ("backend/config/tests", f"{PLAYLIST}tests", f"{USERS}tests")),
        Stage("contract", ("tests/contract/api", "tests/contract/users")),
        Stage("invariants", ("tests/invariants/test_idempotency_concurrent.py",)),
        Stage("invariants", ("tests/invariants/test_idempotency_random.py",)),
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
        Stage("unit", (f"{CHARTS}tests", f"{COUNTS}tests")),
        Stage("unit", (f"{TUNEMELD}tests/misleading/test_silence_and_order.py",)),
        Stage("contract", ("tests/contract/charts",)),
        Stage("faults", ("tests/faults/test_charts_sources.py",)),
    ),
    "damaged lists": (Stage("unit", (f"{TUNEMELD}tests/misleading/test_any_damage.py",)),),
    "graphql": (
        Stage("unit", (f"{TUNEMELD}tests",)),
        Stage("contract", ("tests/contract/charts",)),
    ),
    "page sync": (Stage("page", ("src/sync",), is_vitest=True),),
}

MUTANTS: dict[str, tuple[Mutant, ...]] = {
    "ordering": (
        Mutant(
            "before means after",
            f"{PLAYLIST}services.py",
            'gap_after(queue, index if field == "after" else index - 1)',
            "gap_after(queue, index)",
            "A track that is moved before another stands behind it.",
        ),
        Mutant(
            "taken position puts in front",
            f"{PLAYLIST}positions.py",
            "gap_after(queue, index if is_held else index - 1)",
            "gap_after(queue, index - 1)",
            "A track that is moved to a taken position stands in front of the one there.",
        ),
        Mutant(
            "earliest vote count stands last",
            f"{PLAYLIST}rules.py",
            "Rank(pk != room.playing_id, -votes, reached, pk)",
            "Rank(pk != room.playing_id, -votes, -reached, pk)",
            "Of tracks with equal votes the one that reached them last stands first.",
        ),
        Mutant(
            "restored one item too early",
            f"{PLAYLIST}services.py",
            "return gap_after(queue, indexes[predecessor])",
            "return gap_after(queue, indexes[predecessor] - 1)",
            "A restored track stands in front of the track that it stood behind.",
        ),
        Mutant(
            "removed item keeps the wrong neighbour",
            f"{PLAYLIST}rules.py",
            'filter(position__lt=item.position).order_by("-position").first()',
            'filter(position__lt=item.position).order_by("position").first()',
            "A restored track comes back near the head of the queue.",
        ),
    ),
    "voting": (
        Mutant(
            "no vote below zero",
            f"{PLAYLIST}services.py",
            "max(-1, min(1, held + step))",
            "max(0, min(1, held + step))",
            "A vote against a track does nothing.",
        ),
        Mutant(
            "one vote for all voters",
            f"{PLAYLIST}selectors.py",
            "own.item_id = item.id AND own.voter = %s",
            "own.item_id = item.id AND own.voter <> %s",
            "The second voter changes the first voter's vote.",
        ),
        Mutant(
            "votes against do not count",
            f"{PLAYLIST}rules.py",
            'item.cast_votes.aggregate(sum=Sum("value"))["sum"] or 0',
            'item.cast_votes.filter(value=1).aggregate(sum=Sum("value"))["sum"] or 0',
            "The count of a track is too high by its votes against it.",
        ),
        Mutant(
            "restored votes count their voters",
            f"{PLAYLIST}rules.py",
            "item.votes = sum(value for _, value in item.votes_to_restore)",
            "item.votes = len(item.votes_to_restore)",
            "A restored track with votes against it comes back with votes for it.",
        ),
        Mutant(
            "own votes of all clients",
            f"{PLAYLIST}selectors.py",
            "Vote.objects.filter(voter=voter, item__room=room)",
            "Vote.objects.filter(item__room=room)",
            "The page shows votes of others as the user's own.",
        ),
    ),
    "log": (
        Mutant(
            "seq leaves a number out",
            f"{REALTIME}services.py",
            "stream.seq += 1",
            "stream.seq += 2",
            "Every client sees a gap behind every event.",
        ),
        Mutant(
            "append trims one event too many",
            f"{REALTIME}services.py",
            "last_seq = stream.seq - settings.EVENT_LOG_KEEP_EVENTS",
            "last_seq = stream.seq - settings.EVENT_LOG_KEEP_EVENTS + 1",
            "The log holds one event less than the setting says.",
        ),
        Mutant(
            "trim leaves what is old or too many",
            f"{REALTIME}services.py",
            "last_seq = max(top - settings.EVENT_LOG_KEEP_EVENTS, newest_before(events, cutoff))",
            "last_seq = min(top - settings.EVENT_LOG_KEEP_EVENTS, newest_before(events, cutoff))",
            "The log grows although its settings limit it.",
        ),
        Mutant(
            "new epoch keeps the log",
            f"{REALTIME}services.py",
            """    stream.save(update_fields=["epoch"])
    Event.objects.filter(stream=stream).delete()
""",
            """    stream.save(update_fields=["epoch"])
""",
            "Events of before a restored backup are sent under the new epoch.",
        ),
        Mutant(
            "change needs all of its fields",
            f"{REALTIME}decorators.py",
            "return any(getattr(before, field) != getattr(after, field) for field in fields)",
            "return all(getattr(before, field) != getattr(after, field) for field in fields)",
            "A corrected title is sent only if the artist and all else changed with it.",
        ),
    ),
    "resume": (
        Mutant(
            "resume sends part of a gap",
            f"{REALTIME}selectors.py",
            "is_whole = len(messages) == max(0, last - position.since)",
            "is_whole = bool(messages) or last <= position.since",
            "A client that was away longer than the log reaches back misses events for good.",
        ),
        Mutant(
            "hub goes on over a hole",
            f"{REALTIME}selectors.py",
            "is_whole = is_contiguous and (bool(messages) or top.seq <= since)",
            "is_whole = bool(messages) or top.seq <= since",
            "Listeners wait for ever for events that the log no longer has.",
        ),
        Mutant(
            "resume repeats the last event",
            f"{REALTIME}connection.py",
            "[message for message in buffered if message.seq > self._sent or not message.is_event]",
            "[message for message in buffered if message.seq >= self._sent or not message.is_event]",
            "A client that comes back gets an event twice.",
        ),
        Mutant(
            "poll skips to the top",
            f"{REALTIME}http_transport.py",
            "seq = messages[-1].seq if messages else position.since",
            "seq = missed.top.seq",
            "A polling client that is far behind misses all but the first part.",
        ),
        Mutant(
            "resume from the beginning refused",
            f"{REALTIME}messages.py",
            "not 0 <= since <= MAX_SEQ",
            "not 0 < since <= MAX_SEQ",
            "A client of a room without events can't come back.",
        ),
    ),
    "idempotency": (
        Mutant(
            "key ignores the caller",
            "backend/core/idempotency.py",
            "    return caller_of(request).key",
            "    return network_key(visit_of(request).address)",
            "Two users with one key: the second gets the first one's response, and no write.",
        ),
        Mutant(
            "key ignores the body",
            "backend/core/idempotency.py",
            "request.get_full_path().encode(), request.body)",
            "request.get_full_path().encode())",
            "Another write under a used key is silently answered with the first response.",
        ),
        Mutant(
            "limited write is refused for a day",
            "backend/core/idempotency.py",
            "STORED_ERROR_STATUSES = {403, 404, 409}",
            "STORED_ERROR_STATUSES = {400, 403, 404, 409, 429}",
            "The retry of a write that came too fast is rejected like the first one.",
        ),
        Mutant(
            "guest's keys are lost on logging in",
            f"{USERS}personal_data.py",
            "        IdempotencyRecord.objects.bulk_create(portion, ignore_conflicts=True)\n",
            "",
            "A write whose response was lost happens twice when the guest logs in meanwhile.",
        ),
    ),
    "limits": (
        Mutant(
            "one call above the limit",
            "backend/core/resilience.py",
            "if len(self._moments) - over >= limit:",
            "if len(self._moments) - over > limit:",
            "Every limit lets one more pass than it says.",
        ),
        Mutant(
            "refused calls count",
            "backend/core/resilience.py",
            "            return self._moments[-limit] + self._period_seconds - now\n",
            """            self._moments.append(now)
            return self._moments[-limit] + self._period_seconds - now
""",
            "A client that tries again too early is locked out for longer and longer.",
        ),
        Mutant(
            "refused caller uses up its network",
            "backend/core/middleware.py",
            "count_in_order((REQUESTS_OF_CALLER, caller_key), *of_address)",
            "count_in_order(*of_address, (REQUESTS_OF_CALLER, caller_key))",
            "One client that asks too much locks out all others of its network.",
        ),
        Mutant(
            "one connection too many",
            f"{REALTIME}admission.py",
            "self._open[network] + elsewhere + files > max(limit, files)",
            "self._open[network] + elsewhere + files > max(limit, files) + 1",
            "A network can have one connection more than the setting says.",
        ),
        Mutant(
            "forged addresses believed",
            "backend/core/network.py",
            "chain[max(0, len(chain) - 1 - settings.TRUSTED_PROXIES)]",
            "chain[0]",
            "Any client gets around every limit with an invented X-Forwarded-For.",
        ),
        Mutant(
            "current passwords guessed without a limit",
            f"{USERS}services.py",
            "with count_failures(LOGIN_FAILURES, user.key):",
            'with count_failures(LOGIN_FAILURES, f"{user.key} {old}"):',
            "With a stolen session, the password can be guessed from many addresses.",
        ),
        Mutant(
            "exports without a limit",
            f"{USERS}views.py",
            "        check_rate_limit(EXPORTS, caller.key)\n",
            "",
            "An account can have the server read all its data again and again.",
        ),
    ),
    "identity": (
        Mutant(
            "guest cookie without a signature",
            f"{USERS}authentication.py",
            "return _signer().unsign(token)",
            'return token.partition(":")[0]',
            "A caller that knows the ID of a guest can vote and write as that guest.",
        ),
        Mutant(
            "erased name stays in the history",
            f"{PLAYLIST}personal_data.py",
            '{"item": {**play.item, "added_by": ANONYMOUS}, "adder": ""}',
            '{"adder": ""}',
            "The history still shows the name of an erased account.",
        ),
        Mutant(
            "tokens derived from a reused one",
            f"{USERS}jwt_tokens.py",
            "            BlacklistedToken.objects.get_or_create(token=record)\n",
            "            del record\n            return\n",
            "A thief who used a refresh token before its owner stays logged in.",
        ),
        Mutant(
            "token of a switched-off account",
            f"{USERS}jwt_tokens.py",
            "User.objects.filter(pk=int(user_id), is_active=True)",
            "User.objects.filter(pk=int(user_id))",
            "An account that an administrator has switched off can go on with its tokens.",
        ),
        Mutant(
            "refresh token counts again and again",
            f"{USERS}jwt_tokens.py",
            "        if not is_repeat:\n            raise TokenReused(USED)\n",
            "",
            "A stolen refresh token still gives new tokens after its owner has used it.",
        ),
        Mutant(
            "accounts shown to every account",
            f"{USERS}selectors.py",
            "return accounts().filter(pk=caller.user_id) if caller.user_id is not None",
            "return accounts() if caller.user_id is not None",
            "Each user can read the accounts of all others.",
        ),
        Mutant(
            "strangers create rooms",
            "backend/apps/rooms/views.py",
            "if not caller.owner_key:",
            "if not caller.key:",
            "A caller without a guest or an account creates rooms, which have no owner.",
        ),
    ),
    "recommendations": (
        Mutant(
            "queued tracks recommended",
            f"{RECOMMENDATIONS}selectors.py",
            "[one for one in offered.recommendations if one.track.id not in without]",
            "list(offered.recommendations)",
            "The list recommends tracks that are in the queue already.",
        ),
        Mutant(
            "skipped tracks recommended",
            f"{RECOMMENDATIONS}preferences.py",
            """        found[user_id].track_ids.add(track_id)
        if kind == Kind.DISLIKE:
""",
            """        if kind == Kind.DISLIKE:
            found[user_id].track_ids.add(track_id)
""",
            "What the user has just skipped is recommended again.",
        ),
        Mutant(
            "room's happiest decides",
            f"{RECOMMENDATIONS}recommender.py",
            "least = min(given) if len(given) == people else 0.0",
            "least = max(given) if len(given) == people else 0.0",
            "A room's list is led by what only one of its people likes.",
        ),
        Mutant(
            "recommendation of another person",
            f"{RECOMMENDATIONS}track_resolution.py",
            "        rows = rows.filter(stored_list__user_id=user_id)\n",
            "        rows = rows.exclude(stored_list__user_id=None)\n",
            "A user can read out of the lists of others by guessing numbers.",
        ),
    ),
    "charts": (
        Mutant(
            "ties go to the worst rank",
            f"{CHARTS}pipeline/aggregate.py",
            "min(agreed[isrc].values()), isrc)",
            "-min(agreed[isrc].values()), isrc)",
            "Of tracks with equal points the one with the worse best rank stands first.",
        ),
        Mutant(
            "failed reading is zero",
            f"{CHARTS}counters/youtube.py",
            "    status = Status.FAILED if video in asking.failed else Status.MISSING\n",
            """    if video in asking.failed:
        return CountReport(isrc, SERVICE, today, counting.now, view_count=0)
    status = Status.MISSING
""",
            "A day on which YouTube did not answer shows as a fall to zero views.",
        ),
        Mutant(
            "failure replaces a count",
            f"{COUNTS}services.py",
            "(_RANKS[report.status], report.counted_at, report.view_count or 0)",
            "(report.counted_at, _RANKS[report.status], report.view_count or 0)",
            "A count of the morning is lost when a reading in the evening fails.",
        ),
        Mutant(
            "old lists never expire",
            f"{CHARTS}pipeline/aggregate.py",
            "of_service.filter(status=Status.OK, issued_on__gte=edition.issued_on - GOOD_FOR)",
            "of_service.filter(status=Status.OK)",
            "A chart is made of a list that is months old.",
        ),
        Mutant(
            "votes count with each play",
            f"{CHARTS}room_charts.py",
            "return sum({play.item: play.votes for play in plays}.values())",
            "return sum(play.votes for play in plays)",
            "In a room's chart an item that was played twice has its votes twice.",
        ),
        Mutant(
            "second of two equal lines",
            f"{CHARTS}pipeline/aggregate.py",
            'order_by("-rank")\n    return dict',
            'order_by("rank")\n    return dict',
            "A track that is on a list twice has the lower rank.",
        ),
    ),
    "damaged lists": (
        Mutant(
            "trends of implausible counts",
            f"{CHARTS}selectors/play_counts.py",
            """        view_count__isnull=False,
        flag=Flag.NONE,
        isrc__in=""",
            """        view_count__isnull=False,
        isrc__in=""",
            "A track whose count is a hundred times too high is the first of the trends.",
        ),
        Mutant(
            "rank of a rejected list",
            f"{CHARTS}pipeline/aggregate.py",
            "of_service.filter(status=Status.OK, issued_on__gte",
            "of_service.filter(issued_on__gte",
            "A rejected list is used in place of the next one that fails.",
        ),
        Mutant(
            "repeated plays are a new list",
            f"{CHARTS}pipeline/transform.py",
            "if is_copy_of_earlier(edition, plays_of(edition)):",
            "if False:",
            "An old copy of a list is today's list.",
        ),
        Mutant(
            "change from the nearest day",
            f"{CHARTS}selectors/play_counts.py",
            "    if day not in counted or before not in counted or (level",
            """    before = max((on for on in counted if on <= before), default=before)
    if day not in counted or before not in counted or (level""",
            "The growth of two days is shown as that of one, where the day between was not counted.",
        ),
        Mutant(
            "ties without the best rank",
            f"{CHARTS}pipeline/aggregate.py",
            "(points_of(agreed[isrc]), min(agreed[isrc].values()), isrc)",
            "(points_of(agreed[isrc]), isrc)",
            "Of tracks with equal points the one with the best single rank is not first.",
        ),
        Mutant(
            "days without a chart count",
            f"{CHARTS}selectors/charts.py",
            """            edition__issued_on__lte=edition.issued_on,
            edition__published_at__isnull=False,
""",
            """            edition__issued_on__lte=edition.issued_on,
""",
            "A day on which every service failed is one more day on the chart.",
        ),
    ),
    "graphql": (
        Mutant(
            "depth without a limit",
            f"{TUNEMELD}query_cost.py",
            "else 1 + inner.depth,",
            "else max(1, inner.depth),",
            "A deeply nested query is run, however much it costs.",
        ),
        Mutant(
            "mutations answered from memory",
            f"{TUNEMELD}execution.py",
            "    if not context.is_read:\n",
            "    if not context.parsed:\n",
            "The second refresh of a track's counts does nothing.",
        ),
        Mutant(
            "inner errors shown",
            f"{TUNEMELD}execution.py",
            "    if not is_unexpected(error):\n",
            "    if error.message:\n",
            "A bug's message, with names of tables, is shown to the client.",
        ),
    ),
    "page sync": (
        Mutant(
            "changed item doubled",
            f"{SYNC}fold.ts",
            "const others = items.filter(({ id }) => id !== item.id);",
            "const others = [...items];",
            "A track that is voted for stands in the list twice.",
        ),
        Mutant(
            "event of another epoch applied",
            f"{SYNC}replica.ts",
            "if (event?.epoch !== epoch) return;",
            "if (!event) return;",
            "After a restored backup the page mixes two histories.",
        ),
        Mutant(
            "heartbeat compared with another moment",
            f"{SYNC}replica.ts",
            "if (confirmed?.epoch !== epoch || confirmed.seq !== seq) return;",
            "if (confirmed?.epoch !== epoch) return;",
            "The page fetches the whole queue although only one event is late.",
        ),
        Mutant(
            "each try has a new key",
            f"{SYNC}http_requests.ts",
            '"Idempotency-Key": opId }',
            '"Idempotency-Key": `${opId}-${environment.now()}` }',
            "A write whose response was lost happens twice.",
        ),
        Mutant(
            "two tabs send at once",
            f"{SYNC}tab_lease.ts",
            "lease.owner !== owner && lease.until > now &&",
            "lease.owner !== owner && lease.until < now &&",
            "Two tabs send the writes of one outbox, out of order.",
        ),
        Mutant(
            "limited write given up",
            f"{SYNC}response_verdict.ts",
            "if (status === 429 || status === 503) {",
            "if (status === 503) {",
            "A vote that came too fast is undone instead of sent later.",
        ),
        Mutant(
            "changed vote counted twice",
            f"{SYNC}optimistic_updates.ts",
            "votes: row.votes + action.value - row.myVote,",
            "votes: row.votes + action.value,",
            "Changing a vote shows a wrong count until the server responds.",
        ),
    ),
}
